"""Inspection: the quality rules over every conversation that moved, and the list of what they found.

A job of the schedule; it writes findings and nothing else, and may be repeated at any time.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
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

AGAIN = timedelta(hours=1)
"""What moved so shortly before the last look is looked at again: silence only shows later."""

AT_ONCE = 100
"""So many conversations are looked at in one transaction."""

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
    """Look at what moved since the last look; how many new findings."""
    with store.reading() as session:
        row = session.get(Schedule, JOB_NAME)
        since = row.done_at - AGAIN if row and row.done_at else None
        moved = _moved(session, since, clock.now())
    found = 0
    for start in range(0, len(moved), AT_ONCE):
        with store.writing() as session:
            found += sum(inspect(session, one, clock.now()) for one in moved[start : start + AT_ONCE])
    return found


def inspect(session: Session, conversation_id: ConversationId, now: datetime) -> int:
    """Look at one conversation and record what is new; how much."""
    entries = ledger.fetch_since(session, conversation_id, 0, LONGEST)
    conversation = session.get_one(Conversation, conversation_id)
    case = Case(
        quality.lines_of(entries), _private(session, conversation), _calls(session, conversation_id), now
    )
    by_seq = {entry.seq: entry for entry in entries}
    known = {
        (rule, seq)
        for rule, seq in session.execute(
            select(QualityFinding.rule, QualityFinding.seq).where(
                QualityFinding.conversation_id == conversation_id
            )
        )
    }
    new = [
        finding
        for finding in quality.inspect(case)
        if (finding.rule, finding.seq) not in known and finding.seq in by_seq
    ]
    for finding in {(one.rule, one.seq): one for one in new}.values():
        entry = by_seq[finding.seq]
        session.add(
            QualityFinding(
                conversation_id=conversation_id,
                rule=finding.rule,
                seq=finding.seq,
                agent_id=entry.agent_id or _holder_at(entries, entry),
                why=finding.why,
                at=entry.created_at,
                found_at=now,
            )
        )
    session.flush()
    return len({(one.rule, one.seq) for one in new})


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
    """Conversations that moved since then, or whose promised call fell due."""
    chosen = select(Conversation.id)
    if since is not None:
        due = select(Handoff.conversation_id).where(Handoff.due_at >= since, Handoff.due_at <= now)
        chosen = chosen.where((Conversation.updated_at >= since) | Conversation.id.in_(due))
    return [ConversationId(one) for one in session.scalars(chosen.order_by(Conversation.updated_at))]


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
