"""Satisfaction: what customers say of a conversation with a person; asked once, stored once.

Never a condition for anything, never shown beside a customer's name; the figures are the centre's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from handoff.routing import CALL_CHANNELS
from handoff.wallboard import Period, share
from records import audit, ledger
from records.ledger import Entry, Standing
from records.models import Author, ConversationId, Handoff, Kind, Rating

STARS = 5
SATISFIED = 4
"""From so many stars on a customer counts as satisfied."""

WORDS = ((5, "Very good"), (4, "Good"), (3, "Fair"), (2, "Poor"), (1, "Very poor"))
"""What stands on the buttons."""

_THANKS = "Thank you for telling us."


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """What customers said in a period."""

    rated: int
    served: int
    """Conversations with a person that ended."""
    mean: float | None
    satisfied: float | None
    """Share of those who rated, with 4 or 5 stars."""
    by_stars: tuple[int, ...]
    """How many gave one star, two, and so on."""


def ask(session: Session, standing: Standing, handoff_id: int, agent_name: str, now: datetime) -> Standing:
    """Ask the customer, by buttons, how the conversation was; on a call nothing is asked."""
    if standing.channel in CALL_CHANNELS:
        return standing
    choices = [{"title": word, "payload": {"rate": handoff_id, "stars": stars}} for stars, word in WORDS]
    body = {"text": f"How was your conversation with {agent_name}?", "buttons": choices,
            "custom": {"tier": 3, "rate": handoff_id}}  # fmt: skip
    item = (f"rate:{handoff_id}", Kind.MESSAGE, body)
    (entry,) = ledger.append(session, standing, Author.SYSTEM, [item], now, epoch=None)
    return replace(standing, last_seq=entry.seq)


def is_answer(body: Mapping[str, Any]) -> bool:
    """Whether a customer's message is a pressed button of the question."""
    return _pressed(body) is not None


def take(
    session: Session, conversation_id: ConversationId, key: str | None, body: Mapping[str, Any], now: datetime
) -> tuple[Entry, Standing, bool]:
    """Store a pressed button, and the rating if it is the first; the same key again stores nothing.

    Raises:
        UnknownConversation: no such conversation.
    """
    entry, standing, fresh = ledger.append_aside(session, conversation_id, key, body, now)
    pressed = _pressed(body)
    if not fresh or pressed is None:
        return entry, standing, fresh
    handoff_id, stars = pressed
    handoff = session.get_one(Handoff, handoff_id)
    if session.get(Rating, handoff_id) is None and handoff.agent_id is not None:
        session.add(Rating(handoff_id=handoff_id, agent_id=handoff.agent_id, stars=stars, at=now))
        session.flush()
        audit.note(session, now, "customer", "rated", f"conversation:{conversation_id}", stars=stars)
    item = (f"rated:{entry.seq}", Kind.MESSAGE, {"text": _THANKS, "custom": {"tier": 3, "rated": stars}})
    (thanks,) = ledger.append(session, standing, Author.SYSTEM, [item], now, epoch=None)
    return entry, replace(standing, last_seq=thanks.seq), True


def _pressed(body: Mapping[str, Any]) -> tuple[int, int] | None:
    button = body.get("button")
    if not isinstance(button, dict) or "rate" not in button:
        return None
    return int(button["rate"]), int(button["stars"])


def satisfaction(session: Session, period: Period) -> Satisfaction:
    """What customers said of conversations that ended in the period."""
    ended = (Handoff.ended_at >= period.start, Handoff.ended_at < period.end)
    rows = session.execute(
        select(Rating.stars, func.count())
        .join(Handoff, Handoff.id == Rating.handoff_id)
        .where(*ended)
        .group_by(Rating.stars)
    )
    counts: dict[int, int] = {stars: count for stars, count in rows}
    rated = sum(counts.values())
    served = session.scalar(select(func.count()).where(*ended, Handoff.accepted_at.is_not(None))) or 0
    return Satisfaction(
        rated=rated,
        served=served,
        mean=share(sum(stars * count for stars, count in counts.items()), rated),
        satisfied=share(sum(count for stars, count in counts.items() if stars >= SATISFIED), rated),
        by_stars=tuple(counts.get(stars, 0) for stars in range(1, STARS + 1)),
    )
