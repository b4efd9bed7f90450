"""Frames that a chat client sends, typed and bounded; anything else is not the protocol.

The frames that the server sends are written where they are sent, and listed in docs/chat-protocol.md.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

Key = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^:]+$")]
"""Idempotency key the client makes for a message, and keeps when it sends it again.

Without a colon: keys with one are the server's own, and a client must not be able to take them."""


class _Frame(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class ClientContext(_Frame):
    """What the client tells of itself. Agents see it as text; it decides nothing."""

    page_title: str | None = Field(None, max_length=300)
    page_url: str | None = Field(None, max_length=2000)
    referrer: str | None = Field(None, max_length=2000)
    language: str | None = Field(None, max_length=35)
    gentle: bool | None = None


class Hello(_Frame):
    """First frame: a new conversation, or one to go on with from a position."""

    type: Literal["hello"]
    conversation: str | None = Field(None, max_length=64)
    secret: str | None = Field(None, max_length=128)
    after: int = Field(0, ge=0)
    context: ClientContext = ClientContext()
    identity_token: Any = None
    """From the insurer's own app, where the customer is signed in. What is no good token counts as none."""

    visit: Any = None
    """The token of a link to a return visit, where the page was opened with one."""

    talk: Any = None
    """The token of a link that continues a call, where the page was opened with one."""


class Say(_Frame):
    """A typed message."""

    type: Literal["say"]
    key: Key
    text: str


class Press(_Frame):
    """A button that the server issued in this conversation."""

    type: Literal["press"]
    key: Key
    button: str = Field(max_length=32)


class Typing(_Frame):
    """The customer is typing."""

    type: Literal["typing"]


class Read(_Frame):
    """The customer has seen everything up to `seq`."""

    type: Literal["read"]
    seq: int = Field(ge=0)


class Ping(_Frame):
    """Is anybody there?"""

    type: Literal["ping"]


Frame = Hello | Say | Press | Typing | Read | Ping
_ADAPTER: TypeAdapter[Frame] = TypeAdapter(Annotated[Frame, Field(discriminator="type")])


def parse(text: str | bytes) -> Frame:
    """The frame in `text`.

    Raises:
        ValidationError: not JSON, or not a frame of the protocol.
    """
    return _ADAPTER.validate_json(text)
