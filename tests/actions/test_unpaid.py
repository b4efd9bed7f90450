"""What agents agreed on waits for its payment to the end of the day that was promised, and not for ever."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from actions import schedule
from actions.dialogue import Dialogue
from actions.services.transactions import BY_CODE
from actions.servicing import decision
from records.clock import ManualClock
from records.models import OutgoingMessage, ServiceTransaction
from records.settings import Settings
from records.store import Store
from tests.actions.decisions import approve, pay, policy, to_pay
from tests.actions.money import Counter, ask

WANG = "880000100201"


@pytest.fixture(autouse=True)
def _outside_a_demonstration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "settings", lambda: Settings())


@pytest.fixture
def counter(store: Store, clock: ManualClock, dialogue: Dialogue) -> Counter:
    return Counter(store, clock, dialogue)


def agreed(counter: Counter) -> str:
    """A dearer occupation, agreed to at noon; CNY 887.67 until 7 December 2026."""
    person = counter.verified("Wang Fang")
    ask(person, "change_occupation", "crane driver", "scaffolds and heights", "1 November 2026", "yes")
    receipt = counter.only().receipt
    approve(counter, receipt)
    assert to_pay(counter, receipt) == Decimal("887.67")
    return receipt


def close(counter: Counter) -> list[str]:
    with counter.store.writing() as session:
        return [one.receipt for one in decision.close_unpaid(session, counter.clock.now(), BY_CODE)]


def test_the_last_day_counts_to_its_end(counter: Counter, store: Store, clock: ManualClock) -> None:
    receipt = agreed(counter)
    clock.advance(minutes=15 * 24 * 60 + 120)  # two hours later in the day than the agents agreed
    assert close(counter) == []
    pay(counter, receipt, Decimal("887.67"))
    assert counter.only().state == "applied" and policy(store, WANG).premium == 9000


def test_what_was_not_paid_is_closed_once_and_told(
    counter: Counter, store: Store, clock: ManualClock
) -> None:
    receipt = agreed(counter)
    clock.advance(minutes=16 * 24 * 60)
    schedule.run_due(store, clock, "one")
    row = counter.only()
    assert (row.state, row.reason) == ("refused", "The payment had not come by 7 December 2026.")
    assert policy(store, WANG).premium == 7200
    clock.advance(minutes=60)
    schedule.run_due(store, clock, "one")
    with store.reading() as session:
        told = session.scalars(select(OutgoingMessage).where(OutgoingMessage.text.contains(receipt))).all()
    assert [message.text.count("did not come in time") for message in told] == [1]


def test_one_broken_change_holds_up_no_other(
    counter: Counter, store: Store, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("Wang Fang", "Li Wei"):
        ask(counter.verified(name), "change_premium_frequency", "monthly", "yes")
    with store.reading() as session:
        rows = session.scalars(select(ServiceTransaction).order_by(ServiceTransaction.effective_on)).all()
    assert [row.state for row in rows] == ["pending", "pending"]
    real = BY_CODE["PF"].effect

    def effect(session: Session, row: ServiceTransaction, now: datetime) -> None:
        if row.receipt == rows[0].receipt:
            raise ZeroDivisionError
        real(session, row, now)

    broken = {**BY_CODE, "PF": replace(BY_CODE["PF"], effect=effect)}
    last = max(row.effective_on for row in rows if row.effective_on)
    with store.writing() as session:
        done = decision.carry_out_due(session, last, clock.now() + timedelta(days=1), broken)
    assert len(done) == 2
    with store.reading() as session:
        states = {row.receipt: row.state for row in session.scalars(select(ServiceTransaction))}
    assert states == {rows[0].receipt: "waiting_for_agent", rows[1].receipt: "applied"}
