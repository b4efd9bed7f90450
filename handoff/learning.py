"""The reviewers' desk: what is to be looked at, what a reviewer decides, drafts of missing articles.

Every act is checked against the table, carried out in one transaction and audited. It never changes training
data or a model: decisions leave by an export that a person merges (docs/learning.md).
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from actions.services.catalogue import TITLES
from handoff import accounts
from handoff.authorization import Permission, Principal, authorize
from handoff.refusals import AlreadyReviewed, UnfitText, UnknownLabel
from records import audit
from records.clock import Clock
from records.models import ArticleDraft, LearningReport, Review, ReviewState
from records.store import Store

T = TypeVar("T")

LISTED = 50
"""Reviews shown at a time, the newest first."""

TITLE_LENGTH = 200
TEXT_LENGTH = 8000

OUT_OF_SCOPE = "out_of_scope"

_CONVERSATION = {
    "greet": "say hello",
    "goodbye": "say goodbye",
    "thank": "say thank you",
    "affirm": "say yes",
    "deny": "say no",
    "ask_help": "ask what can be done here",
    "bot_challenge": "ask whether this is a robot",
    "repeat_that": "hear it again",
    "speak_slower": "be spoken to more slowly",
    "cancel_task": "stop what is under way",
    "correct_answer": "correct what was said before",
    OUT_OF_SCOPE: "something that is not our business",
}

LABELS = {**TITLES, **_CONVERSATION}
"""Every intent a reviewer can give, with its name in words."""


class Decision(StrEnum):
    """What a reviewer can say about a turn."""

    CONFIRM = "confirm"
    RELABEL = "relabel"
    OUT_OF_SCOPE = "out_of_scope"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Item:
    """A turn on the list."""

    id: int
    text: str
    intent: str
    confidence: float
    ranking: tuple[tuple[str, float], ...]
    reasons: tuple[str, ...]
    channel: str
    article: str
    suggested: str
    said_at: datetime


@dataclass(frozen=True, slots=True)
class Desk:
    """What the page shows."""

    items: tuple[Item, ...]
    open_count: int
    done_count: int
    report: dict[str, Any] | None
    """The newest weekly report."""


class Learning:
    """Acts of reviewers, each named by the token of a living session."""

    def __init__(self, store: Store, clock: Clock) -> None:
        """Work on `store` at the time of `clock`."""
        self._store = store
        self._clock = clock

    async def read(self, token: str) -> Desk:
        """The list and the newest report.

        Raises:
            Refused: no session, or not a reviewer's.
        """

        def work() -> Desk:
            with self._store.reading() as session:
                principal = accounts.principal_of(session, token, self._clock.now())
                authorize(principal, Permission.REVIEW, None)
                return _read(session)

        return await asyncio.to_thread(work)

    async def decide(self, token: str, review_id: int, decision: Decision, label: str = "") -> None:
        """Decide on a turn.

        Raises:
            Refused: not a reviewer, no such label, or somebody was faster.
        """
        await self._act(
            token, lambda session, who, now: _decide(session, who, now, review_id, decision, label)
        )

    async def draft(self, token: str, review_id: int, title: str, text: str) -> None:
        """Begin the article that is missing; the question is then one of knowledge.

        Raises:
            Refused: not a reviewer, title or text unfit, or somebody was faster.
        """
        await self._act(token, lambda session, who, now: _draft(session, who, now, review_id, title, text))

    async def _act(self, token: str, work: Callable[[Session, Principal, datetime], None]) -> None:
        def transaction() -> None:
            with self._store.writing() as session:
                now = self._clock.now()
                principal = accounts.principal_of(session, token, now)
                authorize(principal, Permission.REVIEW, None)
                work(session, principal, now)

        await asyncio.to_thread(transaction)


def _read(session: Session) -> Desk:
    rows = session.scalars(
        select(Review)
        .where(Review.state == ReviewState.OPEN)
        .order_by(Review.said_at.desc(), Review.id.desc())
        .limit(LISTED)
    )
    items = tuple(
        Item(
            row.id,
            row.text,
            row.intent,
            row.confidence,
            tuple((str(name), float(share)) for name, share in row.ranking),
            tuple(row.reasons),
            row.channel,
            row.article,
            row.suggested,
            row.said_at,
        )
        for row in rows
    )
    counted = session.execute(select(Review.state, func.count()).group_by(Review.state)).all()
    counts = {row[0]: row[1] for row in counted}
    waiting = counts.pop(ReviewState.OPEN, 0)
    report = session.scalars(select(LearningReport).order_by(LearningReport.week.desc()).limit(1)).first()
    content = {"week": report.week.isoformat(), **report.content} if report else None
    return Desk(items, waiting, sum(counts.values()), content)


def _decide(
    session: Session, who: Principal, now: datetime, review_id: int, decision: Decision, label: str
) -> None:
    review = _open(session, review_id)
    if decision is Decision.CONFIRM:
        label, state = review.intent, ReviewState.CONFIRMED
    elif decision is Decision.RELABEL:
        state = ReviewState.RELABELLED
    elif decision is Decision.OUT_OF_SCOPE:
        label, state = OUT_OF_SCOPE, ReviewState.OUT_OF_SCOPE
    else:
        label, state = "", ReviewState.SKIPPED
    if state is not ReviewState.SKIPPED and label not in LABELS:
        raise UnknownLabel
    _close(session, review, who, now, state, label)


def _draft(session: Session, who: Principal, now: datetime, review_id: int, title: str, text: str) -> None:
    title, text = title.strip(), text.strip()
    if not (0 < len(title) <= TITLE_LENGTH and 0 < len(text) <= TEXT_LENGTH):
        raise UnfitText
    review = _open(session, review_id)
    session.add(
        ArticleDraft(
            review_id=review.id,
            title=title,
            question=review.text,
            text=text,
            agent_id=who.agent_id,
            created_at=now,
        )
    )
    _close(session, review, who, now, ReviewState.ARTICLE, "ask_question")


def _open(session: Session, review_id: int) -> Review:
    review = session.scalars(select(Review).where(Review.id == review_id).with_for_update()).one_or_none()
    if review is None or review.state is not ReviewState.OPEN:
        raise AlreadyReviewed
    return review


def _close(
    session: Session, review: Review, who: Principal, now: datetime, state: ReviewState, label: str
) -> None:
    review.state, review.label = state, label
    review.reviewer_id, review.reviewed_at = who.agent_id, now
    audit.note(
        session, now, f"agent:{who.login}", f"review.{state.value}", f"review:{review.id}",
        understood=review.intent, label=label,
    )  # fmt: skip
