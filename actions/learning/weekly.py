"""The weekly report of the learning loop: drift and clusters of what was not understood.

Made by the schedule and by `python -m actions.learning.weekly`. Only counts and masked sentences are kept.
"""

import sys
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.learning import drift
from actions.learning.masking import mask
from actions.learning.reasons import FALLBACK
from records.clock import CENTRE_ZONE, Clock, SystemClock, today
from records.models import Author, Conversation, Customer, LearningReport, Message
from records.settings import settings
from records.store import Store

WEEKS_BEFORE = 4
MOST_UNKNOWN = 400
"""Sentences that are clustered; the newest ones."""

LINES_SHOWN = 5
SHIFTS_KEPT = 12

Encode = Callable[[Sequence[str]], Any]
"""Sentences to vectors of length one; None where the sentence model is not installed."""


def report(store: Store, clock: Clock, encode: Encode) -> bool:
    """Make the report of the last whole week; False where it is there already or nothing was said."""
    monday = today(clock) - timedelta(days=today(clock).weekday())
    week = monday - timedelta(days=7)
    with store.reading() as session:
        if session.get(LearningReport, week) is not None:
            return False
        content = content_of(session, _moment(week), _moment(monday), encode)
    if content is None:
        return False
    with store.writing() as session:
        if session.get(LearningReport, week) is None:
            session.add(LearningReport(week=week, content=content, made_at=clock.now()))
    return True


def content_of(session: Session, begin: datetime, end: datetime, encode: Encode) -> dict[str, Any] | None:
    """The report on the turns from `begin` to `end`, beside the weeks before; None where there are none."""
    now = _heard(session, begin, end)
    if not now:
        return None
    before = _heard(session, begin - timedelta(weeks=WEEKS_BEFORE), begin)
    intents_before, intents_now = Counter(one for one, _ in before), Counter(one for one, _ in now)
    intents = drift.stability(intents_before, intents_now)
    sureness = drift.stability(
        drift.bins([share for _, share in before]), drift.bins([share for _, share in now])
    )
    unknown = _unknown(session, begin, end)
    vectors = encode(unknown) if unknown else None
    groups = drift.clusters(vectors) if vectors is not None else []
    summary = (
        f"{len(now)} turns, {intents_now[FALLBACK] / len(now):.0%} not understood. What customers want "
        f"{drift.words_of(intents)} (PSI {intents:.2f}), confidence {drift.words_of(sureness)} (PSI "
        f"{sureness:.2f}), against {len(before)} turns of the {WEEKS_BEFORE} weeks before."
    )
    return {
        "summary": summary if before else f"{len(now)} turns; there is no week before to compare with.",
        "turns": len(now),
        "psi_intents": round(intents, 4),
        "psi_confidence": round(sureness, 4),
        "shifts": [list(one) for one in drift.shifts(intents_before, intents_now)[:SHIFTS_KEPT]]
        if before
        else [],
        "unknown": len(unknown),
        "clusters": [
            {"size": len(group), "lines": [unknown[place] for place in group[:LINES_SHOWN]]}
            for group in groups
        ],
    }


def _heard(session: Session, begin: datetime, end: datetime) -> list[tuple[str, float]]:
    """Intent and confidence of every turn; pressed buttons (confidence 1) say nothing about understanding."""
    rows = session.scalars(
        select(Message.body).where(
            Message.created_at >= begin, Message.created_at < end, Message.author == Author.BOT
        )
    )
    heard = (body["heard"] for body in rows if "heard" in body)
    found = [(str(one.get("intent") or FALLBACK), float(one.get("confidence") or 0.0)) for one in heard]
    return [(intent, share) for intent, share in found if share < 1.0]


def _unknown(session: Session, begin: datetime, end: datetime) -> list[str]:
    """The sentences that were not understood, masked, each once, the newest."""
    replies = session.execute(
        select(Message.conversation_id, Message.idempotency_key, Message.body, Customer.name)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .outerjoin(Customer, Customer.id == Conversation.customer_id)
        .where(Message.created_at >= begin, Message.created_at < end, Message.author == Author.BOT)
        .order_by(Message.created_at.desc())
    )
    found: dict[str, None] = {}
    for conversation_id, key, body, name in replies:
        parts = str(key).split(":")
        if (body.get("heard") or {}).get("intent") not in (FALLBACK, "") or parts[0] != "turn":
            continue
        said = session.scalar(
            select(Message.body).where(
                Message.conversation_id == conversation_id, Message.seq == int(parts[1])
            )
        )
        if said and said.get("text") and not said.get("button"):
            found[mask(str(said["text"]), [name] if name else [])] = None
        if len(found) == MOST_UNKNOWN:
            break
    return list(found)


def encoder_in(folder: Path) -> Encode:
    """The sentence model, loaded only when there is something to encode, and let go afterwards."""

    def encode(texts: Sequence[str]) -> Any:
        from sentence_vectors import ModelFilesMissing, SentenceEncoder

        try:
            return SentenceEncoder(folder).encode(texts)
        except ModelFilesMissing:
            return None

    return encode


def _moment(day: date) -> datetime:
    return datetime.combine(day, time.min, CENTRE_ZONE)


def main() -> int:
    """Make the report of the last whole week, and print this week's so far."""
    store, clock = Store(settings().records_url), SystemClock()
    encode = encoder_in(settings().data / "models")
    report(store, clock, encode)
    with store.reading() as session:
        begin = clock.now() - timedelta(days=7)
        content = content_of(session, begin, clock.now(), encode)
    print(content["summary"] if content else "Nothing was said in the last seven days.")
    for intent, before, now in content["shifts"] if content else ():
        print(f"  {intent:28} {before:6.1%} -> {now:6.1%}")
    for cluster in content["clusters"] if content else ():
        print(f"  not understood, {cluster['size']} times alike: {'; '.join(cluster['lines'])}")
    store.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
