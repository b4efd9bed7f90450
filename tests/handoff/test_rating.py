"""The eight indicators of the service rating, on records whose figures are worked out by hand."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from handoff import rating
from handoff.wallboard import Period
from records.models import Claim, HandoffState, Policy, ReturnVisit, ServiceTransaction
from tests.handoff import cases, past
from tests.handoff.conftest import Floor


def test_without_cases_there_is_no_rating(floor: Floor) -> None:
    now = floor.clock.now()
    with floor.store.reading() as session:
        found = rating.indicators(session, Period(now - timedelta(days=90), now), now)
    assert len(found) == 8
    assert {one.counted for one in found} == {0}
    assert {one.value for one in found} == {None}


def test_all_eight_indicators(floor: Floor) -> None:
    now = floor.clock.now()
    customer = floor.customer()
    with floor.store.writing() as session:
        old = cases.policy(session, customer, now)  # in force, outside the period
        for started, received in ((60, 55), (60, 40), (50, None), (5, None)):  # in time, late, never, open
            start = rating._day(now) - timedelta(days=started)
            day = None if received is None else rating._day(now) - timedelta(days=received)
            cases.policy(session, customer, now, start=start, received_on=day)
        for policy_id, status, due, finished in (
            (2, "done", 30, 31), (3, "problem", 30, 30), (4, "missed", 20, None), (5, "cancelled", 20, None),
        ):  # fmt: skip
            session.add(_visit(policy_id, status, due, finished, now))
        for status, reported, decided in (("paid", 10, 8), ("approved", 9, 8), ("refused", 9, 6)):
            session.add(_claim(old, status, reported, decided, now))
        talk = past.talk(session, now)
        for number, (state, created, decided) in enumerate(
            (("applied", 5, 4), ("refused", 9, 6), ("withdrawn", 9, 1))
        ):
            session.add(_transaction(talk, number, state, created, decided, now, customer))
        past.handoff(session, now - timedelta(days=40), waited=30, busy=600, reason="complaint")
        past.handoff(session, now - timedelta(days=30), waited=30, reason="complaint")  # not over after weeks
        past.handoff(session, now - timedelta(days=1), reason="complaint")  # may still be in time
        past.handoff(session, now - timedelta(days=2), gave_up=30, state=HandoffState.ABANDONED)
    with floor.store.reading() as session:
        found = rating.indicators(session, Period(now - timedelta(days=90), now), now)
    figures: list[object] = [(one.value, one.counted) for one in found]
    assert figures == [
        (pytest.approx(1 / 3), 3),  # the fourth policy may still come in time
        (pytest.approx(2 / 3), 3),  # two complaints answered, one customer gave up
        (pytest.approx(2 / 3), 3),  # the cancelled visit does not count
        (pytest.approx((2 + 1 + 3) / 3), 3),
        (pytest.approx(2 / 3), 3),
        (pytest.approx((1 + 3) / 2), 2),
        (pytest.approx(3 * 10_000 / 5), 3),
        (pytest.approx(1 / 2), 2),
    ]


def _visit(policy_id: int, status: str, due: int, finished: int | None, now: datetime) -> ReturnVisit:
    return ReturnVisit(
        policy_id=policy_id,
        due_by=rating._day(now) - timedelta(days=due),
        status=status,
        finished_at=None if finished is None else now - timedelta(days=finished),
    )


def _claim(policy: Policy, status: str, reported: int, decided: int, now: datetime) -> Claim:
    return Claim(
        number=f"CL{reported}{decided}{status}"[:20],
        policy_id=policy.id,
        policy_number=policy.number,
        kind="critical_illness",
        status=status,
        reported_at=now - timedelta(days=reported),
        decided_at=now - timedelta(days=decided),
        missing=[],
        amount=Decimal(1000),
    )


def _transaction(
    talk: str, number: int, state: str, created: int, decided: int, now: datetime, customer: int
) -> ServiceTransaction:
    return ServiceTransaction(
        receipt=f"HS{number}",
        service="P01",
        customer_id=customer,
        state=state,
        details={},
        created_at=now - timedelta(days=created),
        decided_at=now - timedelta(days=decided),
        conversation_id=talk,
        form_version=number,
    )
