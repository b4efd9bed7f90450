"""What the agents' API takes and gives beside the parts of the console, which it gives as they are."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from handoff.decisions import Effect
from handoff.inbox import Row
from records.ledger import Entry, Standing
from records.models import Author, ConversationId, Kind, Owner, Role


class Taken(BaseModel):
    """What a caller sends: nothing unknown is let in."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class LogIn(Taken):
    """Login and password of an account of the console."""

    login: str = Field(min_length=1, max_length=40)
    password: str = Field(min_length=1, max_length=200)
    code: str = Field("", max_length=40)
    """Of the second factor, where the account has one; or a recovery code."""


class Code(Taken):
    """A code of the second factor."""

    code: str = Field(min_length=1, max_length=40)


class NewRole(Taken):
    """What an agent shall be."""

    role: Role


class Telephone(Taken):
    """Number on which callers are put through; empty: the agent takes no calls."""

    number: str = Field(max_length=40)


class Presence(Taken):
    """The agent's own switch."""

    available: bool


class Words(Taken):
    """A private note."""

    text: str


class At(Taken):
    """How the caller knows the conversation: refused when it has changed hands since."""

    epoch: int = Field(ge=0)


class Reply(At):
    """Something to say to the customer."""

    text: str


class Resolution(At):
    """How a conversation ended."""

    disposition: str = Field(max_length=40)
    notes: str = Field("", max_length=4000)


class Return(At):
    """Give it back to the assistant."""

    instruction: str = Field("", max_length=60)
    """The intent of a service that it begins at once; none is needed."""


class Transfer(At):
    """Pass a conversation on: to a colleague, or to anybody with a skill."""

    to: str | None = Field(None, max_length=40)
    """The colleague's login."""
    skill: str | None = Field(None, max_length=40)
    note: str = Field("", max_length=1000)
    """What the next one should know; private."""


class Requeue(At):
    """Give a conversation back to the queue."""

    skill: str | None = Field(None, max_length=40)
    note: str = Field("", max_length=1000)


class Call(At):
    """Promise a call instead of the wait."""

    at: AwareDatetime


class Pin(Taken):
    """Keep a waiting conversation for an agent."""

    agent: str | None = Field(max_length=40)
    """Their login; null lets everybody have it again."""
    reason: str = Field(max_length=500)


class Place(Taken):
    """Where a waiting conversation shall stand in the line."""

    place: int = Field(ge=1, le=100_000)
    reason: str = Field(max_length=500)


class Approval(Taken):
    """Agreement to a request."""

    called: bool = False
    """The call-back was made, and the customer confirmed."""


class Reason(Taken):
    """Why it is refused; the customer reads it."""

    reason: str


class Question(Taken):
    """What the customer is asked for."""

    what: str


class Payment(Taken):
    """What is paid, and to which account of each payee."""

    amount: Annotated[str, Field(pattern=r"^\d{1,12}(\.\d{1,2})?$")]
    """Yuan, as text: a floating-point number is no amount."""
    accounts: dict[str, str] = Field(max_length=20)


class WantedPaper(Taken):
    """A paper the customer is asked for, and why."""

    title: str
    because: str


class DirectPayment(Taken):
    """Whether the hospital is paid."""

    wanted: bool


class Session(BaseModel):
    """A session of the API."""

    token: str
    token_type: str = "Bearer"  # noqa: S105
    expires_at: datetime


class Me(BaseModel):
    """Who holds the token."""

    login: str
    name: str
    role: Role
    expires_at: datetime
    second_factor: bool


class Enrolment(BaseModel):
    """For the agent's app; shown once."""

    secret: str
    uri: str


class Recovery(BaseModel):
    """Codes that replace the app, each once; shown once."""

    codes: tuple[str, ...]


class Password(BaseModel):
    """A new password; shown once."""

    password: str


class Colleague(BaseModel):
    """An agent, as a supervisor sees them."""

    login: str
    name: str
    role: Role
    skills: tuple[str, ...]
    languages: tuple[str, ...]
    province: str
    capacity: int
    available: bool
    seen_at: datetime | None
    conversations: int
    second_factor: bool


class Stand(BaseModel):
    """Where a conversation is after an act."""

    conversation_id: str
    owner: Owner
    epoch: int
    seq: int

    @classmethod
    def of(cls, standing: Standing) -> "Stand":
        """As the ledger has it."""
        return cls(
            conversation_id=standing.id, owner=standing.owner, epoch=standing.epoch, seq=standing.last_seq
        )


class Written(BaseModel):
    """Where in the ledger it stands."""

    seq: int


class Line(BaseModel):
    """An entry of a conversation."""

    seq: int
    author: Author
    kind: Kind
    at: datetime
    body: dict[str, Any]

    @classmethod
    def of(cls, entry: Entry) -> "Line":
        """As the ledger has it."""
        return cls(
            seq=entry.seq, author=entry.author, kind=entry.kind, at=entry.created_at, body=dict(entry.body)
        )


class Lines(BaseModel):
    """Entries in order; ask again with `after` of the last one."""

    entries: tuple[Line, ...]
    after: int
    more: bool


class Queue(BaseModel):
    """What waits, in its order."""

    waiting: tuple[Row, ...]
    count: int


class Promised(BaseModel):
    """When the customer will be called: the time that was asked for, or the next opening after it."""

    at: datetime


class Done(BaseModel):
    """What became of a decision."""

    words: str
    told_in: ConversationId | None

    @classmethod
    def of(cls, effect: Effect) -> "Done":
        """As the desk says it."""
        return cls(words=effect.words, told_in=effect.told_in)
