"""The packet: everything the bot knows, laid on the agent's table in the transaction of the handoff.

Typed and versioned. It only repeats what the records hold; it never guesses, and nothing in it is markup.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from handoff import sources
from handoff.reasons import ELDERLY_AGE, Reason
from handoff.sources import OpenForm
from records.models import Conversation, ConversationId, Customer

ASSURANCE_WORDS = ("Anonymous", "Identified, not verified", "Verified", "Strongly verified")
"""Identity levels 0 to 3 in the words of the console."""

_UTTERANCE_LENGTH = 500


class Part(BaseModel):
    """What all parts of a packet share: they are values."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Slot(Part):
    """One answer the customer gave."""

    name: str
    label: str
    value: str


class Question(Part):
    """One answer that is still missing."""

    name: str
    label: str


class Outcome(Part):
    """Something this conversation already produced: a registered case or a servicing request."""

    kind: Literal["claim", "request"]
    number: str
    words: str
    state: str


class Person(Part):
    """Who is asking, as far as known."""

    number: str
    name: str
    age: int
    province: str


class Identity(Part):
    """How far the customer's identity is proven."""

    level: int = Field(ge=0, le=3)
    words: str
    method: str = ""
    """How it was proven, in words; empty when nothing was."""
    proven_at: datetime | None = None
    expired: bool = False
    """Proven once in this conversation, but too long ago to count."""


class Pointer(Part):
    """Where the transcript stood at the handoff."""

    conversation_id: str
    seq: int


class Packet(Part):
    """What an agent gets with a conversation."""

    version: Literal[1] = 1
    reason: Reason
    reason_words: str
    intent: str | None
    service: str | None
    service_words: str
    filled: tuple[Slot, ...]
    missing: tuple[Question, ...]
    failed: tuple[str, ...]
    outcomes: tuple[Outcome, ...]
    identity: Identity
    customer: Person | None
    gentle: bool
    risks: tuple[str, ...]
    last_utterance: str
    transcript: Pointer
    summary: str
    language: str
    wait_promised: str
    made_at: datetime

    @property
    def elderly(self) -> bool:
        """Whether a person must come first for this customer."""
        return self.gentle or (self.customer is not None and self.customer.age >= ELDERLY_AGE)


def build(
    session: Session,
    conversation: Conversation,
    reason: Reason,
    now: datetime,
    *,
    intent: str | None = None,
    failed: Sequence[str] = (),
    wait_promised: str = "",
) -> Packet:
    """Gather the packet of a conversation that is about to be handed over."""
    conversation_id = ConversationId(conversation.id)
    person = sources.known_customer(session, conversation)
    form = sources.open_form(session, conversation_id)
    turn = sources.last_turn(session, conversation_id)
    intent = intent or turn.intent
    service = form.service if form else sources.service_of(intent)
    identity = _identity(session, conversation, now)
    customer = _person(person, now) if person else None
    gentle = conversation.gentle or bool(person and person.gentle)
    outcomes = tuple(
        Outcome(kind=kind, number=number, words=words, state=state)
        for kind, number, words, state in sources.outcomes(session, conversation_id)
    )
    steps = tuple(failed) + _failed_steps(reason, form, turn.expects)
    wrong_tries = sources.wrong_proofs(session, conversation_id)
    packet = Packet(
        reason=reason,
        reason_words=reason.words,
        intent=intent,
        service=service,
        service_words=sources.service_words(service),
        filled=tuple(Slot(name=n, label=label, value=v) for n, label, v in form.filled) if form else (),
        missing=tuple(Question(name=n, label=label) for n, label in form.missing) if form else (),
        failed=tuple(dict.fromkeys(steps)),
        outcomes=outcomes,
        identity=identity,
        customer=customer,
        gentle=gentle,
        risks=_risks(reason, service, identity, customer, gentle, wrong_tries),
        last_utterance=turn.utterance[:_UTTERANCE_LENGTH],
        transcript=Pointer(conversation_id=conversation.id, seq=conversation.last_seq),
        summary="",
        language=sources.language_of(conversation, person),
        wait_promised=wait_promised,
        made_at=now,
    )
    return packet.model_copy(update={"summary": _summary(packet)})


def _identity(session: Session, conversation: Conversation, now: datetime) -> Identity:
    conversation_id = ConversationId(conversation.id)
    level = sources.identity_level(session, conversation_id, now)
    return Identity(
        level=level,
        words=ASSURANCE_WORDS[level],
        method=sources.proof_method(session, conversation_id) if conversation.assurance > 1 else "",
        proven_at=conversation.assured_at,
        expired=level < conversation.assurance,
    )


def _person(customer: Customer, now: datetime) -> Person:
    return Person(
        number=customer.number,
        name=customer.name,
        age=customer.age(sources.local_date(now)),
        province=customer.province,
    )


def _failed_steps(reason: Reason, form: OpenForm | None, expected: str | None) -> tuple[str, ...]:
    steps = form.failed if form else ()
    if reason is Reason.FIELD_FAILED and not steps and expected:
        steps = (sources.label_of(expected),)
    if reason is Reason.TWO_FALLBACKS:
        steps += ("Understanding the request (twice)",)
    if reason is Reason.VERIFICATION_FAILED:
        steps += ("Proof of identity",)
    if reason is Reason.BOT_FAILED:
        steps += ("The assistant did not answer",)
    return steps


def _risks(
    reason: Reason,
    service: str | None,
    identity: Identity,
    customer: Person | None,
    gentle: bool,
    wrong_tries: int,
) -> tuple[str, ...]:
    flags = (
        (reason is Reason.DEATH_CLAIM, "Bereavement"),
        (reason is Reason.SCAM, "Possible scam"),
        (reason is Reason.ANGER, "Upset"),
        (sources.lets_money_out(service), "Money can leave the customer"),
        (sources.lets_money_out(service) and identity.level < 3, "Identity too weak for this service"),
        (identity.expired, "Proof of identity has expired"),
        (wrong_tries > 0, f"{wrong_tries} wrong proof{'s' if wrong_tries > 1 else ''} of identity"),
        (customer is not None and customer.age >= ELDERLY_AGE, f"{ELDERLY_AGE} or older"),
        (gentle, "Gentle mode"),
    )
    return tuple(words for present, words in flags if present)


def _summary(packet: Packet) -> str:
    """The packet in two or three sentences, made of its own parts only."""
    who = packet.customer.name if packet.customer else "An unknown customer"
    about = f" about “{packet.service_words}”" if packet.service_words else ""
    sentences = [f"{who} ({packet.identity.words.lower()}) is here{about}: {packet.reason_words.lower()}."]
    if packet.outcomes:
        sentences.append("Done so far: " + "; ".join(f"{o.words} {o.number}" for o in packet.outcomes) + ".")
    if packet.missing:
        sentences.append("Still missing: " + ", ".join(q.label.lower() for q in packet.missing) + ".")
    return " ".join(sentences)
