"""What an operator has to say for single sign-on, read once at the start; all of it or nothing.

Never holds a default for a secret, and never shows one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from authlib.common.security import is_secure_transport  # type: ignore[import-untyped]

from records.settings import Settings

CALLBACK = "/console/oidc/callback"
SECRET = "OIDC_CLIENT_SECRET"  # noqa: S105, its name


@dataclass(frozen=True, slots=True)
class Configuration:
    """The provider, and who we are to it."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str
    """Words on the button."""
    claim: str
    """Whose value is the agent's login."""
    public_url: str

    @property
    def redirect_uri(self) -> str:
        """Where the provider sends browsers back to; never taken from a request."""
        return f"{self.public_url}{CALLBACK}"

    @property
    def is_public_url_secure(self) -> bool:
        """Whether browsers reach us over TLS, so that cookies may insist on it."""
        return self.public_url.startswith("https://")


def configuration_of(settings: Settings, secrets: Mapping[str, str]) -> Configuration | None:
    """What the settings say; None where single sign-on is not wanted.

    Raises:
        ValueError: it is half configured, or the provider would be reached in clear.
    """
    needed = {
        "OIDC_ISSUER": settings.oidc_issuer.strip(),
        "OIDC_CLIENT_ID": settings.oidc_client_id.strip(),
        SECRET: secrets.get(SECRET, ""),
    }
    missing = [name for name, value in needed.items() if not value]
    if len(missing) == len(needed) and not settings.oidc_only:
        return None
    if missing:
        raise ValueError(f"single sign-on is half configured: {' and '.join(missing)} missing (docs/oidc.md)")
    if not is_secure_transport(needed["OIDC_ISSUER"]):
        raise ValueError("OIDC_ISSUER must be an https address, or one of this machine (docs/oidc.md)")
    return Configuration(
        issuer=needed["OIDC_ISSUER"],
        client_id=needed["OIDC_CLIENT_ID"],
        client_secret=needed[SECRET],
        name=settings.oidc_name.strip() or "single sign-on",
        claim=settings.oidc_claim.strip() or "preferred_username",
        public_url=settings.links_url,
    )
