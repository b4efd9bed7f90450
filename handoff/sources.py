"""Sources of the packet: the few reads that find in the records what a packet repeats.

Reads only. Customer texts leave here as they came: plain strings, escaped by whoever shows them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import String, bindparam, func, select
from sqlalchemy.orm import Session

from actions import identity
from actions.services.catalogue import CATALOGUE
from actions.services.registry import SERVICES
from handoff.refusals import UnknownInstruction
from records.clock import CENTRE_ZONE
from records.models import (
    AuditEntry,
    Author,
    Claim,
    Conversation,
    ConversationId,
    Customer,
    Form,
    IdentityAttempt,
    Kind,
    Message,
    ServiceTransaction,
)

_ASKING_FOR_PEOPLE = frozenset({"talk_to_agent", "make_complaint", "request_callback"})
_BY_CODE = {entry.code: entry for entry in CATALOGUE.values() if entry.code}
_LANGUAGE = re.compile(r"[a-z]{2}")


# Read at every handover, so built once.
_HERE = bindparam("conversation", type_=String)
_LAST_WORDS = (
    select(Message.author, Message.body)
    .where(
        Message.conversation_id == _HERE,
        Message.kind == Kind.MESSAGE,
        Message.author.in_((Author.CUSTOMER, Author.BOT)),
    )
    .order_by(Message.seq.desc())
    .limit(20)
)
_LAST_FORM = (
    select(Form.service, Form.state)
    .where(Form.conversation_id == _HERE, Form.status.in_(("open", "suspended", "handed_over")))
    .order_by(Form.status != "open", Form.version.desc())
    .limit(1)
)
_CLAIMS = (
    select(Claim.number, Claim.kind, Claim.status).where(Claim.conversation_id == _HERE).order_by(Claim.id)
)
_REQUESTS = (
    select(ServiceTransaction.receipt, ServiceTransaction.service, ServiceTransaction.state)
    .where(ServiceTransaction.conversation_id == _HERE)
    .order_by(ServiceTransaction.id)
)
_WRONG_PROOFS = (
    select(func.count())
    .select_from(IdentityAttempt)
    .where(IdentityAttempt.conversation_id == _HERE, IdentityAttempt.succeeded.is_(False))
)


@dataclass(frozen=True, slots=True)
class OpenForm:
    """The service that was being filled in."""

    service: str
    filled: tuple[tuple[str, str, str], ...]
    """Name, label and value of each answer."""
    missing: tuple[tuple[str, str], ...]
    """Name and label of each answer still to come."""
    failed: tuple[str, ...]
    """Labels of the questions that went wrong."""


@dataclass(frozen=True, slots=True)
class LastTurn:
    """What was said last, and what the bot made of it."""

    utterance: str
    intent: str | None
    expects: str | None


def last_turn(session: Session, conversation_id: ConversationId) -> LastTurn:
    """The customer's last words and the bot's latest reading of them."""
    rows = session.connection().execute(_LAST_WORDS, {"conversation": conversation_id}).all()
    utterance = next((text_of(body) for author, body in rows if author is Author.CUSTOMER), "")
    customs = [body.get("custom") for author, body in rows if author is Author.BOT]
    known = [custom for custom in customs if isinstance(custom, dict)]
    return LastTurn(utterance, _first(known, "intent"), _first(known[:1], "expects"))


def known_customer(session: Session, conversation: Conversation) -> Customer | None:
    """The customer, once at least identified."""
    if conversation.customer_id is None or conversation.assurance < 1:
        return None
    return session.get(Customer, conversation.customer_id)


def open_form(session: Session, conversation_id: ConversationId) -> OpenForm | None:
    """The form that is open, or was put aside last."""
    form = session.connection().execute(_LAST_FORM, {"conversation": conversation_id}).first()
    return None if form is None else _read_form(form.service, form.state)


def form_of(session: Session, conversation_id: str, version: int) -> OpenForm | None:
    """A form of the conversation, done or not."""
    form = session.execute(
        select(Form.service, Form.state).where(
            Form.conversation_id == conversation_id, Form.version == version
        )
    ).first()
    return None if form is None else _read_form(form.service, form.state)


def consented_to(session: Session, receipt: str) -> tuple[str, ...]:
    """What the customer agreed to before money or ownership leaves, line by line, as the audit has it."""
    detail = session.scalar(
        select(AuditEntry.detail)
        .where(AuditEntry.subject == f"transaction:{receipt}", AuditEntry.action.startswith("money_out."))
        .order_by(AuditEntry.id)
        .limit(1)
    )
    said = detail.get("consented_to") if detail else None
    lines = said.splitlines() if isinstance(said, str) else []
    return tuple(line.removeprefix("- ") for line in lines if line.startswith("- "))


def outcomes(session: Session, conversation_id: ConversationId) -> list[tuple[str, str, str, str]]:
    """Cases and requests of this conversation: kind, number, words, state; oldest first."""
    here = {"conversation": conversation_id}
    claims = session.connection().execute(_CLAIMS, here)
    requests = session.connection().execute(_REQUESTS, here)
    return [
        *(("claim", number, f"{label_of(kind)} case", status) for number, kind, status in claims),
        *(("request", receipt, _request_words(code), state) for receipt, code, state in requests),
    ]


def proof_method(session: Session, conversation_id: ConversationId) -> str:
    """How the identity was proven, as the audit has it."""
    detail = session.scalar(
        select(AuditEntry.detail)
        .where(
            AuditEntry.subject == f"conversation:{conversation_id}",
            AuditEntry.action == "identity.verified",
        )
        .order_by(AuditEntry.id.desc())
        .limit(1)
    )
    method = detail.get("method") if detail else None
    return label_of(method) if isinstance(method, str) else ""


def wrong_proofs(session: Session, conversation_id: ConversationId) -> int:
    """How often a proof of identity went wrong in this conversation."""
    return session.connection().execute(_WRONG_PROOFS, {"conversation": conversation_id}).scalar_one()


def language_of(conversation: Conversation, customer: Customer | None) -> str:
    """Two letters: what the page said, else the customer's own, else English."""
    said = conversation.context.get("language")
    for candidate in (said, customer.language if customer else None):
        if isinstance(candidate, str) and (found := _LANGUAGE.match(candidate.lower())):
            return found.group()
    return "en"


def service_of(intent: str | None) -> str | None:
    """The service behind an intent, when it is one."""
    return intent if intent in CATALOGUE and intent not in _ASKING_FOR_PEOPLE else None


def instruction_words(intent: str) -> str:
    """What the assistant shall help with: "change your address".

    Raises:
        UnknownInstruction: it has no such service, or passes it to a person.
    """
    entry = CATALOGUE.get(intent)
    if entry is None or intent in _ASKING_FOR_PEOPLE:
        raise UnknownInstruction
    return entry.title


def service_words(service: str | None) -> str:
    """A service's name as people read it."""
    if service is None:
        return ""
    entry = CATALOGUE.get(service)
    return label_of(entry.title if entry else service)


def lets_money_out(service: str | None) -> bool:
    """Whether money or ownership can leave the customer by this service."""
    entry = CATALOGUE.get(service) if service else None
    return entry is not None and entry.money_out


def identity_level(session: Session, conversation_id: ConversationId, now: datetime) -> int:
    """The identity level that holds now: a proof grows old."""
    return identity.level(session, conversation_id, now)


def label_of(name: str) -> str:
    """A field's or a service's identifier as people read it: `hospital_stay` is "Hospital stay"."""
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def text_of(body: Mapping[str, Any]) -> str:
    """The text of an entry as people read it; what has none is empty.

    Of what was said on the telephone to prove an identity only the length is shown.
    """
    text = body.get("text")
    if not isinstance(text, str):
        return ""
    return "".join("•" if one.isdigit() else one for one in text) if body.get("secret") else text


def local_date(now: datetime) -> date:
    """The calendar date at the insurer's place."""
    return now.astimezone(CENTRE_ZONE).date()


def _first(customs: list[dict[str, Any]], key: str) -> str | None:
    values = (custom.get(key) for custom in customs)
    return next((value for value in values if isinstance(value, str)), None)


def _read_form(name: str, state: Mapping[str, Any]) -> OpenForm:
    """The form as the form engine laid it out for people, with the titles of the service's fields."""
    values = state.get("values")
    answers = values if isinstance(values, dict) else {}
    service = SERVICES.get(name)

    def label(field_name: str) -> str:
        field = service.field(field_name) if service else None
        return label_of(field.title if field else field_name)

    return OpenForm(
        service=name,
        filled=tuple((one, label(one), str(value)) for one, value in answers.items() if value is not None),
        missing=tuple((one, label(one)) for one in _names(state.get("missing"))),
        failed=tuple(label(one) for one in _names(state.get("failed"))),
    )


def _names(listed: object) -> list[str]:
    return [name for name in listed if isinstance(name, str)] if isinstance(listed, list) else []


def _request_words(code: str) -> str:
    entry = _BY_CODE.get(code)
    return f"Request to {entry.title}" if entry else f"Request {code}"
