"""The supervisors' desk: the floor, the figures, and the findings; it only looks (`handoff.steering` acts).

Beside `handoff.switchboard` the only way from pages and APIs to them: token, permission, look or act. Counted
once for all who look, so that many wallboards cost as much as one; every quoted line leaves a line of audit.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy.orm import Session

from handoff import accounts, history, inspection, occupancy, outcomes, rating, satisfaction, wallboard
from handoff.authorization import Permission, authorize
from handoff.history import Plan, Row
from handoff.inspection import Findings
from handoff.looks import Looks
from handoff.outcomes import Containment, Resolution
from handoff.rating import Indicator
from handoff.satisfaction import Satisfaction
from handoff.staffing import Target
from handoff.wallboard import CHAT_THRESHOLD_SECONDS, THRESHOLD_SECONDS, Arrival, Floor, Period, Service
from records import audit
from records.clock import CENTRE_ZONE, Clock
from records.store import Store

T = TypeVar("T")

BOARD_AGE = timedelta(seconds=2)
REVIEW_AGE = timedelta(minutes=1)
"""So old may figures be that a page shows: of this moment, and of days."""

REVIEWED_DAYS = 7
HISTORY_DAYS = 28
RATED_DAYS = 90
IN_TIME = 0.8
"""The share of customers to be answered within the channel's threshold."""


@dataclass(frozen=True, slots=True)
class Board:
    """This moment and this day."""

    floor: Floor
    today: Service
    by_channel: tuple[tuple[str, Service], ...]
    occupancy: float | None
    """Of the day until now."""
    half_hours: tuple[Row, ...]
    findings: Findings
    """Of the last days."""


@dataclass(frozen=True, slots=True)
class Review:
    """What only days can tell."""

    containment: Containment
    resolution: Resolution
    indicators: tuple[Indicator, ...]
    satisfaction: Satisfaction
    """Beside the eight, which do not ask the customers themselves."""
    days: tuple[Row, ...]
    plan: Plan
    target: Target


class Supervision:
    """Looks by supervisors, each named by the token of a living session."""

    def __init__(self, store: Store, clock: Clock, presence_seconds: float) -> None:
        """Look into `store` at the time of `clock`; agents silent for `presence_seconds` are gone."""
        self._store = store
        self._clock = clock
        self._looked = Looks()
        self._presence_seconds = presence_seconds
        self._board: tuple[datetime, Board] | None = None
        self._review: tuple[datetime, Review] | None = None

    async def board(self, token: str) -> Board:
        """The wallboard; whose words it quotes is on the audit, once a session."""

        def work(session: Session, now: datetime) -> Board:
            if self._board is None or now - self._board[0] >= BOARD_AGE:
                self._board = (now, _board(session, now, self._presence_seconds))
            return self._board[1]

        board = await self._look(token, work)
        await asyncio.to_thread(self._note_quoted, token, board.findings)
        return board

    async def review(self, token: str) -> Review:
        """The figures of days."""

        def work(session: Session, now: datetime) -> Review:
            if self._review is None or now - self._review[0] >= REVIEW_AGE:
                self._review = (now, _review(session, now))
            return self._review[1]

        return await self._look(token, work)

    async def satisfaction(self, token: str, days: int) -> Satisfaction:
        """What customers said of conversations that ended in so many days."""
        return await self._look(
            token,
            lambda session, now: satisfaction.satisfaction(session, history.last_days(now, days)),
        )

    async def table(self, token: str, days: int, step: timedelta) -> str:
        """The history of so many days as a table for a spreadsheet."""

        def work(session: Session, now: datetime) -> str:
            period = history.last_days(now, days)
            return history.write_csv(history.rows(wallboard.arrivals(session, period, now), period, step))

        return await self._look(token, work)

    def _note_quoted(self, token: str, findings: Findings) -> None:
        quoted = sorted({one.conversation_id for one in findings.newest if one.words})
        new = [one for one in quoted if not self._looked.has(token, one)]
        if not new:
            return
        with self._store.writing() as session:
            now = self._clock.now()
            principal = accounts.principal_of(session, token, now)
            for one in new:
                audit.note(session, now, f"agent:{principal.login}", "finding_viewed", f"conversation:{one}")
        for one in new:
            self._looked.add(token, one)

    async def _look(self, token: str, work: Callable[[Session, datetime], T]) -> T:
        def reading() -> T:
            with self._store.reading() as session:
                now = self._clock.now()
                principal = accounts.principal_of(session, token, now)
                authorize(principal, Permission.READ_WALLBOARD, None)
                return work(session, now)

        return await asyncio.to_thread(reading)


def _board(session: Session, now: datetime, presence_seconds: float) -> Board:
    day = history.day_of(now)
    came = wallboard.arrivals(session, day, now)
    channels = sorted({one.channel for one in came})
    return Board(
        floor=wallboard.floor(session, now, presence_seconds),
        today=wallboard.service(came),
        by_channel=tuple(
            (channel, wallboard.service([one for one in came if one.channel == channel]))
            for channel in channels
        ),
        occupancy=occupancy.occupancy(session, Period(day.start, now)),
        half_hours=tuple(history.rows(came, day, history.HALF_HOUR)),
        findings=inspection.read(session, history.last_days(now, REVIEWED_DAYS).start),
    )


def _review(session: Session, now: datetime) -> Review:
    week = history.last_days(now, REVIEWED_DAYS)
    long = history.last_days(now, HISTORY_DAYS)
    weeks = history.last_weeks(now)
    came = wallboard.arrivals(session, weeks, now)
    target = _target(came)
    return Review(
        containment=outcomes.containment(session, week),
        resolution=outcomes.resolution(session, week, now),
        indicators=rating.indicators(session, history.last_days(now, RATED_DAYS), now),
        satisfaction=satisfaction.satisfaction(session, history.last_days(now, RATED_DAYS)),
        days=tuple(history.rows(wallboard.arrivals(session, long, now), long, history.DAY)),
        plan=history.plan(came, weeks, now.astimezone(CENTRE_ZONE).weekday(), target),
        target=target,
    )


def _target(came: list[Arrival]) -> Target:
    """By the threshold of the channel that most customers came by."""
    calls = sum(one.channel == "phone" for one in came)
    seconds = THRESHOLD_SECONDS["phone"] if calls * 2 > len(came) else CHAT_THRESHOLD_SECONDS
    return Target(IN_TIME, seconds)
