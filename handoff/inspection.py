"""Inspection: the quality rules over every conversation that moved, and the list of what they found.

A job of the schedule; it writes findings and nothing else, and may be repeated at any time.
"""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from actions.schedule import Job
from handoff import quality
from handoff.quality import Call, Case
from records import ledger
from records.clock import Clock
from records.ledger import Entry
from records.models import (
    Agent,
    Conversation,
    ConversationId,
    Customer,
    Handoff,
    Message,
    Policy,
    QualityFinding,
    Schedule,
)
from records.store import Store

OVERLAP = timedelta(minutes=2)
"""Longer than a look takes: what moves while one is under way is not left out by the next."""

AT_ONCE = 100
"""So many conversations are looked at in one transaction."""

PATIENCES = frozenset({0.0, *(rule.limit_seconds for rule in quality.RULES)})
"""So many seconds after a conversation moved, or a call fell due, it may have become a finding by silence."""

LONGEST = 5000
"""Lines looked at in one conversation."""

_SHOWN = 100
_QUOTED = 160


@dataclass(frozen=True, slots=True)
class Shown:
    """A finding, as a supervisor reads it."""

    conversation_id: ConversationId
    title: str
    why: str
    seq: int
    at: datetime
    agent: str
    """Name of the agent; empty where it was the assistant."""
    words: str
    """The evidence: what the line says."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What the rules found since a moment."""

    conversations: int
    """Looked at: all of them."""
    counts: tuple[tuple[str, int], ...]
    """By rule, all rules."""
    newest: tuple[Shown, ...]


def run(store: Store, clock: Clock, _worker: str) -> int:
    """Look at what moved since the last look, or has been still for long enough; how many new findings.

    Looking takes time and writes nothing, so it holds nobody up; what was found is written in a moment.
    """
    with store.reading() as session:
        row = session.get(Schedule, JOB_NAME)
        since = row.done_at - OVERLAP if row and row.done_at else None
        moved = _moved(session, since, clock.now())
    kept = 0
    for start in range(0, len(moved), AT_ONCE):
        with store.reading() as session:
            found = [new for one in moved[start : start + AT_ONCE] for new in look(session, one, clock.now())]
        if found:
            with store.writing() as session:
                kept += keep(session, found)
    return kept


def look(session: Session, conversation_id: ConversationId, now: datetime) -> list[QualityFinding]:
    """Look at one conversation; the findings that are not on record yet, each line and rule once."""
    entries = ledger.fetch_since(session, conversation_id, 0, LONGEST)
    conversation = session.get_one(Conversation, conversation_id)
    case = Case(
        quality.lines_of(entries), _private(session, conversation), _calls(session, conversation_id), now
    )
    by_seq = {entry.seq: entry for entry in entries}
    found = {(one.rule, one.seq): one for one in quality.inspect(case) if one.seq in by_seq}
    known = _on_record(session, {conversation_id}) if found else set()
    return [
        QualityFinding(
            conversation_id=conversation_id,
            rule=rule,
            seq=seq,
            agent_id=by_seq[seq].agent_id or _holder_at(entries, by_seq[seq]),
            why=finding.why,
            at=by_seq[seq].created_at,
            found_at=now,
        )
        for (rule, seq), finding in found.items()
        if (conversation_id, rule, seq) not in known
    ]


def keep(session: Session, found: list[QualityFinding]) -> int:
    """Write what nobody has written meanwhile; how many that were."""
    known = _on_record(session, {one.conversation_id for one in found})
    new = [one for one in found if (one.conversation_id, one.rule, one.seq) not in known]
    session.add_all(new)
    return len(new)


def _on_record(session: Session, conversation_ids: Set[str]) -> set[tuple[str, str, int]]:
    rows = session.execute(
        select(QualityFinding.conversation_id, QualityFinding.rule, QualityFinding.seq).where(
            QualityFinding.conversation_id.in_(conversation_ids)
        )
    )
    return {(conversation_id, rule, seq) for conversation_id, rule, seq in rows}


def read(session: Session, since: datetime) -> Findings:
    """What was found in lines written since then; the newest with their evidence."""
    counted = {
        rule: count
        for rule, count in session.execute(
            select(QualityFinding.rule, func.count())
            .where(QualityFinding.at >= since)
            .group_by(QualityFinding.rule)
        )
    }
    looked_at = session.scalar(select(func.count()).where(Conversation.updated_at >= since)) or 0
    rows = session.execute(
        select(QualityFinding, Agent.name, Message.body)
        .join(
            Message,
            (Message.conversation_id == QualityFinding.conversation_id) & (Message.seq == QualityFinding.seq),
        )
        .outerjoin(Agent, Agent.id == QualityFinding.agent_id)
        .where(QualityFinding.at >= since)
        .order_by(QualityFinding.at.desc(), QualityFinding.id.desc())
        .limit(_SHOWN)
    )
    newest = tuple(
        Shown(
            ConversationId(row.conversation_id),
            quality.TITLES.get(row.rule, row.rule),
            row.why,
            row.seq,
            row.at,
            name or "",
            str(body.get("text") or "")[:_QUOTED],
        )
        for row, name, body in rows
    )
    counts = tuple((rule.title, counted.get(rule.code, 0)) for rule in quality.RULES)
    return Findings(looked_at, counts, newest)


def _moved(session: Session, since: datetime | None, now: datetime) -> list[ConversationId]:
    """Conversations that moved since then, were silent for as long as a rule waits, or whose call is due."""
    chosen = select(Conversation.id)
    if since is not None:
        due = select(Handoff.conversation_id).where(_passed(Handoff.due_at, since, now))
        chosen = chosen.where(_passed(Conversation.updated_at, since, now) | Conversation.id.in_(due))
    return [ConversationId(one) for one in session.scalars(chosen.order_by(Conversation.updated_at))]


def _passed(moment: Any, since: datetime, now: datetime) -> ColumnElement[bool]:
    """Whether the moment, or the end of a patience after it, lies between then and now."""
    return or_(
        *(
            moment.between(since - timedelta(seconds=patience), now - timedelta(seconds=patience))
            for patience in PATIENCES
        )
    )


def _private(session: Session, conversation: Conversation) -> dict[str, str]:
    """What of the customer's data must not be shown to a stranger."""
    if conversation.customer_id is None:
        return {}
    customer = session.get_one(Customer, conversation.customer_id)
    numbers = session.scalars(select(Policy.number).where(Policy.holder_id == customer.id))
    return {
        "identity number": customer.id_no,
        "telephone number": customer.mobile,
        "e-mail address": customer.email,
        "address": customer.address,
    } | {f"policy number (ends {number[-4:]})": number for number in numbers}


def _calls(session: Session, conversation_id: ConversationId) -> tuple[Call, ...]:
    """Promised calls, but those that another way to a person made needless."""
    rows = session.execute(
        select(Handoff.due_at, Handoff.accepted_at, Handoff.ended_at).where(
            Handoff.conversation_id == conversation_id, Handoff.due_at.is_not(None)
        )
    )
    return tuple(
        Call(due_at, accepted_at)
        for due_at, accepted_at, ended_at in rows
        if due_at is not None and (accepted_at or not ended_at)
    )


def _holder_at(entries: list[Entry], evidence: Entry) -> int | None:
    """The agent who held the conversation when the line was written."""
    holder = None
    for entry in entries:
        if entry.seq > evidence.seq:
            break
        if entry.body.get("owner"):
            holder = entry.agent_id if entry.body["owner"] == "agent" else None
    return holder


JOB_NAME = "quality"
JOB = Job(JOB_NAME, timedelta(minutes=1), run)
