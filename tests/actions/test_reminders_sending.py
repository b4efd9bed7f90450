"""Risk reminders: planned once, withdrawn when no longer true, sent in fit words at fit hours."""

from datetime import UTC, date, datetime

from sqlalchemy import func, select

from actions.reminders import planning, sending
from records.clock import ManualClock, today
from records.demo import told
from records.models import AuditEntry, OutgoingMessage, Reminder, Way
from records.store import Store
from tests.actions.reminders import NOON, ask_for, outgoing, plan, policy, states


def test_planning_again_makes_nothing_twice(any_store: Store, clock: ManualClock) -> None:
    with any_store.writing() as session:
        told.add(session, today(clock))
    made, _ = plan(any_store, clock)
    assert made > 0
    assert plan(any_store, clock) == (0, 0)
    clock.advance(hours=5)
    assert plan(any_store, clock) == (0, 0)


def test_a_paid_premium_is_not_reminded_of(store: Store, clock: ManualClock) -> None:
    clock.advance(days=3)
    plan(store, clock)
    key = "premium_due:880000100102:2026-12-01:7"
    assert states(store)[key] == planning.PLANNED
    with store.writing() as session:
        policy(session, "880000100102").next_due = date(2027, 1, 1)
    assert plan(store, clock)[1] >= 1
    assert states(store)[key] == planning.WITHDRAWN
    sending.send_due(store, clock, "one")
    assert f"reminder:{key}" not in outgoing(store)
    with store.writing() as session:
        policy(session, "880000100102").next_due = date(2026, 12, 1)
    plan(store, clock)
    assert states(store)[key] == planning.PLANNED, "true again: the payment came back"


def test_missed_steps_are_not_all_sent_at_once(store: Store, clock: ManualClock) -> None:
    clock.advance(days=38)
    plan(store, clock)
    assert [key for key in states(store) if key.startswith("grace_ending:880000100701")] == [
        "grace_ending:880000100701:2026-11-02:3"
    ]


def test_in_quiet_hours_only_what_is_urgent_goes_out(store: Store, clock: ManualClock) -> None:
    clock.advance(hours=9)  # 21:00
    with store.writing() as session:
        ask_for(session, "SU", NOON, 1)
        ask_for(session, "LN", NOON, 2)
    plan(store, clock)
    sending.send_due(store, clock, "one")
    assert [key.split(":")[1] for key in outgoing(store)] == ["scam_warning"]
    clock.advance(hours=11)  # 8:00
    sending.send_due(store, clock, "one")
    assert len(outgoing(store)) > 1


def test_what_is_planned_at_night_is_due_in_the_morning(store: Store, clock: ManualClock) -> None:
    clock.advance(hours=13)  # 1:00 of Monday
    plan(store, clock)
    with store.reading() as session:
        due_at = {row.due_at for row in session.scalars(select(Reminder))}
    assert due_at == {datetime(2026, 11, 23, 1, 0, tzinfo=UTC)}


def test_texts_name_no_whole_policy_number_and_ask_for_no_code(store: Store, clock: ManualClock) -> None:
    plan(store, clock)
    with store.reading() as session:
        texts = session.scalars(select(Reminder.text)).all()
    assert texts
    assert not any("8800001" in text or "{" in text for text in texts)
    assert all("95500" in text and "http" not in text for text in texts)


def test_the_way_falls_back_to_a_text_message_and_sending_is_audited(
    store: Store, clock: ManualClock
) -> None:
    plan(store, clock)
    count = sending.send_due(store, clock, "one")
    with store.reading() as session:
        assert set(session.scalars(select(OutgoingMessage.way))) == {Way.SMS}
        noted = select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "reminder.sent")
        assert session.scalar(noted) == count > 0
