"""Whom passkeys are made for: a domain, and the one page address where they may be asked for."""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from records.settings import Settings


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """Who passkeys are made for, and on which page they are asked for."""

    domain: str
    origin: str
    name: str = "Harbour Life"


def relying_party(settings: Settings) -> RelyingParty:
    """As the settings have it. A loopback address stands for `localhost`: passkeys need a name."""
    parts = urlsplit(settings.links_url)
    host = parts.hostname or "localhost"
    if _is_address(host):
        host = "localhost"
    port = f":{parts.port}" if parts.port else ""
    return RelyingParty(settings.passkey_domain or host, f"{parts.scheme}://{host}{port}")


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
