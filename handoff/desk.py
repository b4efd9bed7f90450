"""The desk: what an agent does in a conversation they hold: reply, note, wrap up, resolve, give back.

Every write names the agent and is refused once the conversation has changed hands; a key is stored once.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff import farewell, holding, presence, satisfaction, sources, transfers
from handoff.refusals import NotHeld, UnfitText, UnknownDisposition
from records import audit, ledger
from records.ledger import Standing
from records.models import (
    Agent,
    Author,
    ConversationId,
    Handoff,
    HandoffState,
    Kind,
    Message,
    Owner,
)
from records.ownership import Event

TEXT_LENGTH = 4000
"""Longest message or note, in characters."""


class Disposition(StrEnum):
    """How a conversation ended."""

    SOLVED = "solved"
    CASE_REGISTERED = "case_registered"
    REQUEST_TAKEN = "request_taken"
    INFORMATION_GIVEN = "information_given"
    COMPLAINT_TAKEN = "complaint_taken"
    CALLBACK_PROMISED = "callback_promised"
    SCAM_REPORTED = "scam_reported"
    PASSED_TO_BRANCH = "passed_to_branch"
    CUSTOMER_LEFT = "customer_left"
    RETURNED_TO_BOT = "returned_to_bot"
    NOT_WRITTEN_UP = "not_written_up"

    @property
    def words(self) -> str:
        """The disposition as an agent reads it."""
        return sources.label_of(self.value)

    @property
    def is_chosen(self) -> bool:
        """Whether an agent chooses it; the others follow from what was done."""
        return self not in (Disposition.RETURNED_TO_BOT, Disposition.NOT_WRITTEN_UP)


def reply(
    session: Session,
    agent_id: int,
    conversation_id: ConversationId,
    key: str,
    text: str,
    now: datetime,
    *,
    epoch: int,
) -> int:
    """Store what the agent says to the customer; returns its seq. The same key again stores nothing.

    Raises:
        NotHeld: the agent does not hold the conversation.
        StaleEpoch: it has changed hands since the agent's page read it.
        UnfitText: empty or too long.
    """
    text = fit(text)
    standing = ledger.lock(session, conversation_id)
    key = f"agent:{agent_id}:{key}"[:80]
    known = seq_of(session, conversation_id, key)
    if known is not None:
        return known
    holding.held(session, standing, agent_id, epoch)
    name = session.get_one(Agent, agent_id).name
    body = {"text": text, "name": name, "custom": {"tier": 3}}
    (entry,) = ledger.append(
        session, standing, Author.AGENT, [(key, Kind.MESSAGE, body)], now, epoch=epoch, agent_id=agent_id
    )
    return entry.seq


def note(
    session: Session, agent_id: int, conversation_id: ConversationId, key: str, text: str, now: datetime
) -> int:
    """Store a private note; it never leaves the console, so it is welcome under any owner.

    Raises:
        UnfitText: empty or too long.
    """
    text = fit(text)
    standing = ledger.lock(session, conversation_id)
    key = f"note:{agent_id}:{key}"[:80]
    known = seq_of(session, conversation_id, key)
    if known is not None:
        return known
    name = session.get_one(Agent, agent_id).name
    item = (key, Kind.NOTE, {"text": text, "name": name})
    (entry,) = ledger.append(session, standing, Author.AGENT, [item], now, epoch=None, agent_id=agent_id)
    return entry.seq


def wrap_up(
    session: Session, agent_id: int, conversation_id: ConversationId, now: datetime, *, epoch: int
) -> Standing:
    """End the talk before the write-up: the customer is free, and whatever they write reopens the assistant.

    Raises:
        NotHeld: the agent does not hold the conversation.
        StaleEpoch: it has changed hands.
    """
    standing = ledger.lock(session, conversation_id)
    handoff = holding.held(session, standing, agent_id, epoch)
    agent = session.get_one(Agent, agent_id)
    words = farewell.finished(session, conversation_id, agent.name)
    moved = ledger.change_owner(
        session,
        standing,
        Event.RESOLVE,
        now,
        epoch=epoch,
        text=words,
        agent_id=agent_id,
    )
    moved = satisfaction.ask(session, moved, handoff.id, farewell.first_name(agent.name), now)
    transfers.withdraw(session, handoff.id, now)
    handoff.state = HandoffState.WRAP_UP
    handoff.ended_at = now
    session.flush()
    presence.release(session, agent_id, now)
    audit.note(session, now, f"agent:{agent.login}", "wrap_up", f"conversation:{conversation_id}")
    return moved


def resolve(
    session: Session,
    agent_id: int,
    conversation_id: ConversationId,
    disposition: Disposition | str,
    notes: str,
    now: datetime,
    *,
    epoch: int,
) -> Standing:
    """Close the handoff: agent -> wrap-up -> bot, with the disposition and notes on record.

    Called while the agent holds the conversation, or later for one in wrap-up (also when the customer has
    already gone on with the assistant).

    Raises:
        UnknownDisposition: not in the list.
        NotHeld: the agent has no such conversation to close.
        StaleEpoch: it has changed hands.
    """
    try:
        disposition = Disposition(disposition)
    except ValueError:
        raise UnknownDisposition from None
    standing = ledger.lock(session, conversation_id)
    if standing.owner is Owner.AGENT:
        standing = wrap_up(session, agent_id, conversation_id, now, epoch=epoch)
    handoff = session.scalars(
        select(Handoff)
        .where(
            Handoff.conversation_id == conversation_id,
            Handoff.state == HandoffState.WRAP_UP,
            Handoff.agent_id == agent_id,
        )
        .order_by(Handoff.id.desc())
    ).first()
    if handoff is None:
        raise NotHeld
    if standing.owner is Owner.WRAP_UP:
        standing = ledger.change_owner(session, standing, Event.RETURN_TO_BOT, now)
    handoff.state = HandoffState.DONE
    handoff.disposition = disposition.value
    handoff.notes = notes.strip()[:TEXT_LENGTH]
    login = session.get_one(Agent, agent_id).login
    audit.note(
        session,
        now,
        f"agent:{login}",
        "resolved",
        f"conversation:{conversation_id}",
        disposition=disposition.value,
    )
    session.flush()
    return standing


def return_to_bot(
    session: Session,
    agent_id: int,
    conversation_id: ConversationId,
    now: datetime,
    *,
    epoch: int,
    instruction: str = "",
) -> Standing:
    """Give the conversation straight back to the assistant.

    `instruction` is the intent of a service: the assistant begins it by itself, or takes it up where the
    customer was.

    Raises:
        NotHeld: the agent does not hold the conversation.
        StaleEpoch: it has changed hands.
        UnknownInstruction: the assistant has no such service.
    """
    wanted = sources.instruction_words(instruction) if instruction else ""
    standing = ledger.lock(session, conversation_id)
    handoff = holding.held(session, standing, agent_id, epoch)
    agent = session.get_one(Agent, agent_id)
    words = farewell.given_back(agent.name, wanted)
    more = {"button": {"intent": instruction}} if wanted else {}
    moved = ledger.change_owner(
        session, standing, Event.RETURN_TO_BOT, now, epoch=epoch, text=words, agent_id=agent_id, more=more
    )
    if wanted:
        moved = ledger.give_to_bot(session, moved)
    moved = satisfaction.ask(session, moved, handoff.id, farewell.first_name(agent.name), now)
    transfers.withdraw(session, handoff.id, now)
    handoff.state = HandoffState.DONE
    handoff.ended_at = now
    handoff.disposition = Disposition.RETURNED_TO_BOT.value
    session.flush()
    presence.release(session, agent_id, now)
    audit.note(
        session, now, f"agent:{agent.login}", "returned_to_bot", f"conversation:{conversation_id}",
        **({"instruction": instruction} if instruction else {}),
    )  # fmt: skip
    return moved


def seq_of(session: Session, conversation_id: ConversationId, key: str) -> int | None:
    """Where a key stands in the ledger already."""
    return session.scalar(
        select(Message.seq).where(Message.conversation_id == conversation_id, Message.idempotency_key == key)
    )


def fit(text: str) -> str:
    """The text without its edges.

    Raises:
        UnfitText: empty or too long.
    """
    text = text.strip()
    if not 0 < len(text) <= TEXT_LENGTH:
        raise UnfitText
    return text


def name_in(body: Mapping[str, Any]) -> str:
    """The agent's name that an entry carries; empty when it has none."""
    name = body.get("name")
    return name if isinstance(name, str) else ""
