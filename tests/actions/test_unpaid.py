"""What agents agreed on waits for its payment to the end of the day that was promised, and not for ever."""

import sqlite3
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from actions import schedule
from actions.services.transactions import BY_CODE
from actions.servicing import decision
from actions.servicing.decision import Descriptions
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


def two_due(counter: Counter, store: Store) -> tuple[list[ServiceTransaction], date]:
    """Two changes that wait for a day, and the day on which both are due."""
    for name in ("Wang Fang", "Li Wei"):
        ask(counter.verified(name), "change_premium_frequency", "monthly", "yes")
    with store.reading() as session:
        rows = list(session.scalars(select(ServiceTransaction).order_by(ServiceTransaction.effective_on)))
    assert [row.state for row in rows] == ["pending", "pending"]
    return rows, max(row.effective_on for row in rows if row.effective_on)


def stopped_at(receipt: str, problem: Exception) -> Descriptions:
    """The descriptions, whose change of frequency has a problem with one receipt."""
    real = BY_CODE["PF"].effect

    def effect(session: Session, row: ServiceTransaction, now: datetime) -> None:
        if row.receipt == receipt:
            raise problem
        real(session, row, now)

    return {**BY_CODE, "PF": replace(BY_CODE["PF"], effect=effect)}


def states(store: Store) -> dict[str, str]:
    with store.reading() as session:
        return {row.receipt: row.state for row in session.scalars(select(ServiceTransaction))}


def test_one_broken_change_holds_up_no_other(counter: Counter, store: Store, clock: ManualClock) -> None:
    rows, last = two_due(counter, store)
    broken = stopped_at(rows[0].receipt, ZeroDivisionError())
    with store.writing() as session:
        done = decision.carry_out_due(session, last, clock.now() + timedelta(days=1), broken)
    assert len(done) == 2
    assert states(store) == {rows[0].receipt: "waiting_for_agent", rows[1].receipt: "applied"}


def test_a_database_that_fails_is_no_fault_of_a_change_and_all_are_done_later(
    counter: Counter, store: Store, clock: ManualClock
) -> None:
    rows, last = two_due(counter, store)
    locked = OperationalError("UPDATE policies", {}, sqlite3.OperationalError("database is locked"))
    tomorrow = clock.now() + timedelta(days=1)
    with pytest.raises(OperationalError, match="database is locked"), store.writing() as session:
        decision.carry_out_due(session, last, tomorrow, stopped_at(rows[1].receipt, locked))
    assert set(states(store).values()) == {"pending"}
    with store.writing() as session:
        assert len(decision.carry_out_due(session, last, tomorrow, BY_CODE)) == 2
    assert set(states(store).values()) == {"applied"}
