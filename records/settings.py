"""Settings of the installation, read from environment variables.

Every setting is described in docs/settings.md. Secrets are not settings: see `records.secrets`.
"""

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

SOFT_PHONE_ACCOUNT = "AC" + "0" * 32
"""Stands for Twilio's account where there is none: calls then come from this machine only."""


class Settings(BaseSettings):
    """What an operator may set. Names of environment variables are the field names in capitals."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    data: Path = Path("var")
    """Folder of everything the installation makes: databases, models, logs, secrets."""

    host: str = "127.0.0.1"
    """Address the center listens on. Engine and actions always listen on loopback."""

    port: int = Field(8000, ge=1, le=65535)
    """Port of the center: widget, console, APIs."""

    engine_port: int = Field(5005, ge=1, le=65535)
    """Port of the dialogue engine, on loopback."""

    actions_port: int = Field(5055, ge=1, le=65535)
    """Port of the action server, on loopback."""

    database_url: str = ""
    """SQLAlchemy URL of the records. Empty: SQLite in `data`."""

    demo: bool = False
    """Demonstration: demo customers, hints on the demo page, REST channel open on loopback."""

    allowed_origins: str = ""
    """Further origins whose pages may embed the widget, separated by commas, each matched exactly."""

    engine_timeout_seconds: float = Field(8.0, gt=0)
    """Longest wait for one answer of the engine; after one retry a person takes over."""

    turn_lease_seconds: float = Field(6.0, gt=0)
    """How long a worker holds a turn without a sign of life before another may take it up."""

    offer_seconds: float = Field(30.0, gt=0)
    """How long an offered conversation waits for its agent before it goes back to the queue."""

    presence_seconds: float = Field(45.0, gt=0)
    """An agent without a heartbeat for this long counts as gone."""

    wrap_up_seconds: float = Field(180.0, gt=0)
    """Longest time for the write-up of a conversation; then it is closed without one."""

    assurance_minutes: float = Field(30.0, gt=0)
    """How long a proof of identity holds in a conversation."""

    strong_minutes: float = Field(15.0, gt=0)
    """How long a strong proof (level 3) holds; then the conversation is at level 2 until that ends too."""

    public_url: str = ""
    """Address of the centre as customers' browsers know it, for links. Empty: loopback and `port`."""

    passkey_domain: str = ""
    """Domain that passkeys belong to. Empty: the host of `public_url`; `localhost` for loopback."""

    identity_audience: str = "contact-centre"
    """Name of the centre in the `aud` of identity tokens."""

    twilio_account_sid: str = ""
    """Twilio account for SMS and calls. Empty: nothing leaves the machine."""

    twilio_from: str = ""
    """Number (or sender name) that SMS come from."""

    twilio_timeout_seconds: float = Field(10.0, gt=0)
    """Longest wait for one answer of Twilio."""

    twilio_api_url: str = ""
    """Root of Twilio's REST interface for calls. Empty: Twilio's own."""

    phone_lines: int = Field(20, ge=1)
    """Calls that the bot serves at a time in one center process; to further ones the line is busy."""

    call_minutes: float = Field(45.0, gt=0)
    """Longest time of a call with the bot; then a person takes over."""

    outbound_calls: int = Field(0, ge=0, le=50)
    """Calls that the centre makes by itself at a time, for return visits and reminders. 0: none."""

    call_recording: bool = False
    """Record calls, after saying so, where the caller does not object."""

    recognizer: Literal["pocketsphinx", "vosk"] = "pocketsphinx"
    """Which engine hears callers; Vosk needs `vosk_model`."""

    vosk_model: Path | None = None
    """Folder of a Vosk model."""

    hearing_workers: int = Field(2, ge=1, le=64)
    """Processes that hear; one is needed only while somebody speaks."""

    upload_megabytes: float = Field(10.0, gt=0, le=100)
    """Largest file that a customer may hand in."""

    new_conversations: int = Field(600, ge=1)
    """Conversations that one address may begin within ten minutes."""

    webhook_urls: str = ""
    """Addresses of other systems that are told what happens, separated by commas; `https` only."""

    oidc_issuer: str = ""
    """OpenID Connect provider at which agents may log in. Empty: by password only."""

    oidc_client_id: str = ""
    """What the provider calls the centre."""

    oidc_name: str = "single sign-on"
    """What agents call the provider; on the button and in messages."""

    oidc_claim: str = "preferred_username"
    """The claim of the identity token whose value is the agent's login."""

    oidc_only: bool = False
    """Agents log in at the provider only, passwords are refused."""

    @property
    def records_url(self) -> str:
        """The records' database URL, the embedded default filled in."""
        return self.database_url or f"sqlite:///{(self.data / 'records.db').resolve()}"

    @property
    def engine_url(self) -> str:
        """Where the center reaches the engine."""
        return f"http://127.0.0.1:{self.engine_port}"

    @property
    def actions_url(self) -> str:
        """Where the engine reaches the action server."""
        return f"http://127.0.0.1:{self.actions_port}"

    @property
    def links_url(self) -> str:
        """What links to the centre begin with, without a slash at the end."""
        return self.public_url.rstrip("/") or f"http://127.0.0.1:{self.port}"

    @property
    def phone_account(self) -> str:
        """The account whose calls are directed; without Twilio, that of the soft-phone."""
        return self.twilio_account_sid or SOFT_PHONE_ACCOUNT

    @property
    def origins(self) -> frozenset[str]:
        """The further origins allowed to embed the widget."""
        return frozenset(origin.strip() for origin in self.allowed_origins.split(",") if origin.strip())


@cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
