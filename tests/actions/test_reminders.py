"""Risk reminders: when each kind is due, that it is sent once and only then, what customers may choose."""

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from actions.reminders import choices, planning, sending
from actions.reminders.choices import NotOptional
from actions.reminders.occasions import Window
from actions.reminders.rules import BY_KIND, RULES, Consent
from actions.services.reminders import _OPTIONAL
from records import ledger, outbox
from records.clock import ManualClock, today
from records.demo import told
from records.models import (
    AuditEntry,
    Benefit,
    Customer,
    DebitFailure,
    Loan,
    OutgoingMessage,
    Policy,
    Reminder,
    ServiceTransaction,
    Way,
)
from records.store import Store
from tests.actions.customer import Customer as Person

TODAY = date(2026, 11, 22)
LI, WANG, ZHANG, CHEN, LIU, ZHAO, SUN, ZHOU = range(1, 9)


def policy(session: Session, number: str) -> Policy:
    return session.scalars(select(Policy).where(Policy.number == number)).unique().one()


def due(store: Store, kind: str, on: date = TODAY, customer_id: int | None = None) -> list[str]:
    """Names of the occasions of a kind whose turn it is on a day."""
    rule = BY_KIND[kind]
    with store.reading() as session:
        window = Window(on, on + timedelta(days=max(*rule.lead_days, 0)), customer_id)
        found = list(rule.find(session, window))
    return [one.about for one in found if rule.due_lead(one.on, on) is not None]


def plan(store: Store, clock: ManualClock) -> tuple[int, int]:
    with store.writing() as session:
        return planning.plan(session, today(clock), clock.now())


def states(store: Store) -> dict[str, str]:
    with store.reading() as session:
        return {key: state for key, state in session.execute(select(Reminder.key, Reminder.state))}


def outgoing(store: Store) -> list[str]:
    with store.reading() as session:
        return list(session.scalars(select(OutgoingMessage.key).order_by(OutgoingMessage.id)))


# When each kind is due


@pytest.mark.parametrize(("days", "is_due"), [(1, False), (2, True), (9, True), (10, False)])
def test_a_premium_is_told_of_seven_days_before_until_its_day(store: Store, days: int, is_due: bool) -> None:
    found = due(store, "premium_due", TODAY + timedelta(days=days), LI)
    assert (found == ["880000100102:2026-12-01"]) is is_due


def test_a_paid_up_policy_has_no_premium_due(store: Store) -> None:
    assert due(store, "premium_due", customer_id=ZHANG) == []


@pytest.mark.parametrize(
    ("days", "lead"), [(-6, None), (-5, 45), (0, 45), (10, 30), (26, 14), (37, 3), (40, 3), (41, None)]
)
def test_the_end_of_the_grace_period_is_told_in_steps(store: Store, days: int, lead: int | None) -> None:
    on = TODAY + timedelta(days=days)
    rule = BY_KIND["grace_ending"]
    with store.reading() as session:
        found = list(rule.find(session, Window(on, on + timedelta(days=60), SUN)))
    assert [rule.due_lead(one.on, on) for one in found] == ([lead] if -20 < days <= 40 else [])


def test_a_failed_debit_is_told_until_it_is_settled(store: Store) -> None:
    with store.writing() as session:
        owed = policy(session, "880000100801")
        owed.next_due = TODAY
        failure = DebitFailure(
            policy_id=owed.id, amount=Decimal(320), due_on=TODAY, tried_on=TODAY,
            retry_on=TODAY + timedelta(days=3),
        )  # fmt: skip
        session.add(failure)
    assert len(due(store, "failed_debit")) == 1
    with store.reading() as session:
        (one,) = BY_KIND["failed_debit"].find(session, Window(TODAY, TODAY))
        assert "25 November 2026" in one.words["retry"]
    with store.writing() as session:
        session.scalars(select(DebitFailure)).one().settled_on = TODAY
    assert due(store, "failed_debit") == []


@pytest.mark.parametrize(
    ("cash_value", "expected"),
    [("22600", None), ("22500", "warning"), ("20300", "warning"), ("20273.97", "last"), ("20000", "last")],
)
def test_a_loan_is_told_of_at_90_and_at_100_percent(
    store: Store, cash_value: str, expected: str | None
) -> None:
    with store.writing() as session:
        policy(session, "880000100101").cash_value = Decimal(cash_value)
    found = due(store, "loan_near_value")
    assert [about.rpartition(":")[2] for about in found] == ([expected] if expected else [])
    with store.writing() as session:
        session.scalars(select(Loan)).one().repaid_on = TODAY
    assert due(store, "loan_near_value") == []


@pytest.mark.parametrize(("days", "lead"), [(61, None), (60, 60), (15, 60), (14, 14), (0, 14), (-1, None)])
def test_an_expiring_document_is_told_twice(store: Store, days: int, lead: int | None) -> None:
    with store.writing() as session:
        session.get_one(Customer, WANG).id_expires = TODAY + timedelta(days=days)
    rule = BY_KIND["document_expiring"]
    with store.reading() as session:
        found = list(rule.find(session, Window(TODAY, TODAY + timedelta(days=60), WANG)))
    assert [rule.due_lead(one.on, TODAY) for one in found] == ([lead] if lead else [])


@pytest.mark.parametrize(("days", "is_due"), [(-9, False), (-8, True), (0, True)])
def test_money_not_drawn_is_told_after_a_week(store: Store, days: int, is_due: bool) -> None:
    assert bool(due(store, "unclaimed_benefit", TODAY + timedelta(days=days))) is is_due
    with store.writing() as session:
        session.scalars(select(Benefit)).one().paid_on = TODAY
    assert due(store, "unclaimed_benefit", TODAY + timedelta(days=days)) == []


@pytest.mark.parametrize(("lapsed_ago", "is_due"), [(10, False), (31, True), (700, True), (732, False)])
def test_a_sleeping_policy_is_told_while_it_can_be_woken(store: Store, lapsed_ago: int, is_due: bool) -> None:
    with store.writing() as session:
        policy(session, "880000100401").lapsed_on = TODAY - timedelta(days=lapsed_ago)
    assert bool(due(store, "policy_asleep")) is is_due


def ask_for(session: Session, service: str, moment: datetime, number: int, state: str = "received") -> None:
    conversation_id, _ = ledger.open_conversation(session, "chat", moment)
    session.add(
        ServiceTransaction(
            receipt=f"{service}{number:04d}", service=service, customer_id=ZHAO, state=state, details={},
            created_at=moment, conversation_id=conversation_id, form_version=number,
        )
    )  # fmt: skip


NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("requests", "warned"),
    [
        ([("SU", 0)], False),
        ([("SU", 0), ("LN", -20)], True),
        ([("SU", 0), ("LN", -24 * 9)], False),
        ([("LD", -71), ("LN", 0)], True),
        ([("LD", -73), ("LN", 0)], False),
        ([("LD", 0), ("LD", -1)], False),
    ],
)
def test_requests_as_they_come_with_frauds_are_warned_of(
    store: Store, requests: list[tuple[str, int]], warned: bool
) -> None:
    with store.writing() as session:
        for number, (service, hours) in enumerate(requests):
            ask_for(session, service, NOON + timedelta(hours=hours), number)
    assert bool(due(store, "scam_warning")) is warned


def test_a_withdrawn_request_is_no_risk(store: Store) -> None:
    with store.writing() as session:
        ask_for(session, "SU", NOON, 1)
        ask_for(session, "LN", NOON, 2, state="cancelled")
    assert due(store, "scam_warning") == []


# Planned once, withdrawn when no longer true


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


# Sent once


@pytest.fixture
def planned(any_store: Store, clock: ManualClock) -> Iterator[Store]:
    with any_store.writing() as session:
        told.add(session, today(clock))
        asleep = BY_KIND["policy_asleep"]
        choices.choose(session, CHEN, asleep, wanted=True, now=clock.now(), actor="customer:C1004")
    plan(any_store, clock)
    yield any_store


def count_planned(store: Store) -> int:
    return sum(state == planning.PLANNED for state in states(store).values())


def test_two_workers_send_each_reminder_once(planned: Store, clock: ManualClock) -> None:
    expected = count_planned(planned)
    sent: list[int] = []
    start = threading.Barrier(2)

    def work(name: str) -> None:
        start.wait()
        sent.append(sending.send_due(planned, clock, name))

    workers = [threading.Thread(target=work, args=(name,)) for name in ("one", "two")]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(sent) == expected == len(outgoing(planned)) == len(set(outgoing(planned)))


def test_a_worker_killed_after_the_lease_is_followed_by_another(planned: Store, clock: ManualClock) -> None:
    expected = count_planned(planned)
    with planned.writing() as session:
        assert len(sending.claim(session, "dead", clock.now())) == expected
    assert sending.send_due(planned, clock, "living") == 0, "the lease still holds"
    clock.advance(minutes=3)
    assert sending.send_due(planned, clock, "living") == expected
    with planned.writing() as session:
        ids = session.scalars(select(Reminder.id)).all()
        assert not any(sending.send_one(session, one, "dead", clock.now()) for one in ids)
    assert len(outgoing(planned)) == expected


class Killed(BaseException):
    """The process is gone in this moment."""


@pytest.mark.parametrize("before", [True, False], ids=["before the message", "after the message"])
def test_a_worker_killed_in_the_middle_of_sending_sends_nothing_twice(
    before: bool, planned: Store, clock: ManualClock
) -> None:
    expected = count_planned(planned)
    calls = 0

    def put(session: Session, way: Way, recipient: str, text: str, now: datetime, **more: object) -> bool:
        nonlocal calls
        calls += 1
        if calls == 2 and before:
            raise Killed
        done = outbox.put(session, way, recipient, text, now, **more)  # type: ignore[arg-type]
        if calls == 2:
            raise Killed
        return done

    with pytest.raises(Killed):
        sending.send_due(planned, clock, "dying", put)
    assert len(outgoing(planned)) == 1
    clock.advance(minutes=3)
    assert sending.send_due(planned, clock, "living") == expected - 1
    assert len(outgoing(planned)) == len(set(outgoing(planned))) == expected


def test_a_worker_whose_lease_ran_out_sends_nothing(planned: Store, clock: ManualClock) -> None:
    with planned.writing() as session:
        ids = sending.claim(session, "slow", clock.now())
    clock.advance(minutes=3)
    with planned.writing() as session:
        assert not sending.send_one(session, ids[0], "slow", clock.now())
    assert outgoing(planned) == []


def test_a_slow_worker_sends_nothing_that_another_has_taken_up(planned: Store, clock: ManualClock) -> None:
    with planned.writing() as session:
        ids = sending.claim(session, "slow", clock.now())
    clock.advance(minutes=3)
    with planned.writing() as session:
        assert sending.claim(session, "living", clock.now()) == ids
        assert not any(sending.send_one(session, one, "slow", clock.now()) for one in ids)
    assert outgoing(planned) == []


def test_what_was_withdrawn_under_a_lease_is_not_sent(planned: Store, clock: ManualClock) -> None:
    with planned.writing() as session:
        ids = sending.claim(session, "one", clock.now())
        session.get_one(Reminder, ids[0]).state = planning.WITHDRAWN
        session.flush()
        assert not sending.send_one(session, ids[0], "one", clock.now())
        assert sending.send_one(session, ids[1], "one", clock.now())


# Quiet hours and consent


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


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.kind)
def test_what_the_law_demands_cannot_be_turned_off_and_the_rest_can(
    rule: object, store: Store, clock: ManualClock
) -> None:
    assert rule.kind in BY_KIND  # type: ignore[attr-defined]
    with store.writing() as session:
        found = BY_KIND[rule.kind]  # type: ignore[attr-defined]
        assert choices.is_wanted(session, LI, found) is (found.consent is not Consent.OPT_IN)
        if found.is_optional:
            for wanted in (False, True):
                choices.choose(session, LI, found, wanted=wanted, now=clock.now(), actor="customer:C1001")
                assert choices.is_wanted(session, LI, found) is wanted
                assert choices.wanted_kinds(session, LI)[found.kind] is wanted
            assert choices.is_wanted(session, WANG, found) is (found.consent is not Consent.OPT_IN)
        else:
            with pytest.raises(NotOptional):
                choices.choose(session, LI, found, wanted=False, now=clock.now(), actor="customer:C1001")


def test_grace_loan_and_fraud_are_demanded_by_law() -> None:
    legal = {rule.kind for rule in RULES if rule.consent is Consent.LEGAL}
    assert legal == {"grace_ending", "loan_near_value", "scam_warning"}
    assert not legal & {choice.value for choice in _OPTIONAL}


def test_what_was_turned_off_after_planning_is_not_sent(store: Store, clock: ManualClock) -> None:
    clock.advance(days=3)
    plan(store, clock)
    with store.writing() as session:
        choices.choose(
            session, LI, BY_KIND["premium_due"], wanted=False, now=clock.now(), actor="customer:C1001"
        )
    sending.send_due(store, clock, "one")
    assert states(store)["premium_due:880000100102:2026-12-01:7"] == planning.SUPPRESSED
    assert not any("880000100102" in key for key in outgoing(store))


def test_a_sleeping_policy_is_told_only_to_who_asked(store: Store, clock: ManualClock) -> None:
    plan(store, clock)
    sending.send_due(store, clock, "one")
    assert not any("policy_asleep" in key for key in outgoing(store))


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


# The service


def verified(person: Person, text: str = "anything I must pay?") -> str:
    person.say(text, "check_reminders")
    return person.prove()


def test_a_customer_hears_what_concerns_them_and_confirms_it(
    someone: Person, store: Store, clock: ManualClock
) -> None:
    said = verified(someone)
    assert "CNY 600.00" in said and "1 December 2026" in said
    assert "Sun" not in said and "9,000" not in said
    assert "noted" in someone.press("I have heard them")
    assert states(store)["premium_due:880000100102:2026-12-01:heard"] == planning.HEARD
    clock.advance(days=3)
    plan(store, clock)
    assert "premium_due:880000100102:2026-12-01:7" not in states(store), "heard already"


def test_a_confirmed_legal_notice_is_sent_all_the_same(
    someone: Person, store: Store, clock: ManualClock
) -> None:
    plan(store, clock)
    someone.say("anything to watch out for", "check_reminders")
    someone.prove("880000100701", "1982-12-01", "0077")
    someone.press("I have heard them")
    assert sending.send_due(store, clock, "one")
    assert any("grace_ending:880000100701" in key for key in outgoing(store))


def test_a_kind_is_turned_off_and_on_in_one_sentence(someone: Person, store: Store) -> None:
    said = verified(someone, "turn off the premium reminders")
    assert "won't send you anything more about premiums" in said
    with store.reading() as session:
        assert not choices.is_wanted(session, LI, BY_KIND["premium_due"])
    assert "You will hear" in someone.say("turn the premium reminders on", "check_reminders")


def test_a_kind_of_the_law_is_refused_with_its_reason(someone: Person, store: Store) -> None:
    verified(someone)
    someone.press("Turn a kind off")
    assert someone.custom["expects"] == "kind"
    assert "Warnings of fraud" not in someone.buttons
    said = someone.say("the fraud warnings")
    assert "in any case" in said and someone.custom["expects"] == "kind"
    assert "Done" in someone.press("Premiums that are due")


def test_who_has_nothing_to_watch_is_told_so(someone: Person) -> None:
    someone.say("anything I must pay?", "check_reminders")
    said = someone.prove("880000100201", "1990-07-25", "0022")
    assert "Nothing needs your attention now" in said
    someone.say("leave it as it is")
    assert someone.last["loop"] is False


def test_every_kind_has_its_words(store: Store) -> None:
    assert len(BY_KIND) == len(RULES) == 8
    for rule in RULES:
        assert rule.lead_days and rule.text and rule.line and rule.title
