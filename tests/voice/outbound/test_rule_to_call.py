"""A reminder by telephone from its rule to the network's call, and what stops it on the way."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.reminders import choices, planning, sending
from records import outbox
from records.carriers import DemonstrationCarrier, Postman
from records.clock import CENTRE_ZONE, ManualClock, today
from records.models import (
    CallState,
    Conversation,
    Customer,
    OutboundCall,
    OutgoingMessage,
    Owner,
    PhoneCall,
    Policy,
    PolicyState,
    Reminder,
    Way,
)
from records.outbox import Carrier, Parcel
from records.store import Store
from tests.voice.call.door import Door
from tests.voice.outbound.scene import Scene, play
from voice.outbound import consent, orders
from voice.outbound.reminders import PhoneReminders
from voice.testing import Answer, Call, Kind, Party

UNPAID = "880000100701"
DAYS_TO_WARNING, DAYS_TO_CALL = 26, 4
"""From the day of the demonstration to the message of the 14th day, and from there to the call."""


def sun_lei(session: Session) -> Customer:
    return session.scalars(select(Policy).where(Policy.number == UNPAID)).unique().one().holder


@pytest.fixture
def number(people: Store) -> str:
    """Of Sun Lei, who asked for gentle mode and has not paid."""
    with people.writing() as session:
        sun_lei(session).gentle = True
        return sun_lei(session).mobile


async def a_day(scene: Scene, days: int) -> None:
    """Some days later, in the morning: reminders are planned, sent, and handed to their carriers."""
    await scene.at(10, days)

    def go() -> None:
        with scene.store.writing() as session:
            planning.plan(session, today(scene.clock), scene.clock.now())
        sending.send_due(scene.store, scene.clock, "one")
        carriers: dict[Way, Carrier] = {
            Way.SMS: DemonstrationCarrier(),
            Way.CALL: PhoneReminders(scene.store, scene.clock),
        }
        Postman(scene.store, scene.clock, carriers).deliver()

    await asyncio.to_thread(go)


async def comes_up(scene: Scene) -> None:
    """The call is ordered."""
    await a_day(scene, DAYS_TO_WARNING)
    assert not await scene.dialler.dial_next()
    await a_day(scene, DAYS_TO_CALL)


async def called(scene: Scene) -> Call:
    """The call is ordered, and made."""
    await comes_up(scene)
    assert await scene.dialler.dial_next()
    (call,) = scene.twilio.calls.values()
    return call


@contextmanager
def reminder(store: Store) -> Iterator[Reminder]:
    with store.writing() as session:
        yield session.scalars(select(Reminder).where(Reminder.kind == "grace_call")).one()


def pressing(*keys: str) -> Party:
    """A person who presses a key each time they are asked for one."""

    async def acts(call: Call) -> None:
        for key in keys:
            await call.wait_for("gather", within=None)
            call.press(key)

    return Party(acts=acts)


def test_a_customer_who_did_not_react_hears_that_the_cover_ends(people: Store, number: str) -> None:
    async def story(scene: Scene) -> None:
        scene.twilio.parties[number] = pressing("1")
        call = await called(scene)
        assert await call.ended() == "completed"
        first, then, *_ = [one["text"] for one in call.happened("say")]
        assert "automatic assistant of Harbour Life" in first
        assert "premium" not in first and "seven zero one" not in first
        assert "The premium of nine thousand yuan for your policy ending zero seven zero one" in then
        assert scene.order().outcome == "reached"
        with reminder(people) as heard:
            assert heard.confirmed_at is not None

    play(people, story)


@pytest.mark.parametrize("party", [Party(kind=Kind.MACHINE), Party(kind=Kind.UNKNOWN)])
def test_no_machine_hears_what_it_is_about(people: Store, number: str, party: Party) -> None:
    async def story(scene: Scene) -> None:
        scene.twilio.parties[number] = party
        call = await called(scene)
        await call.ended(within=120)
        words = scene.said(call).lower()
        assert "message for our customer" in words
        for secret in ("sun", "lei", "policy", "premium", "yuan", "cover", "seven"):
            assert secret not in words.replace("seven in the", "")
        with reminder(people) as unheard:
            assert unheard.confirmed_at is None

    play(people, story)


def test_who_wants_to_talk_about_it_waits_for_a_person_and_nothing_is_proven(
    people: Store, number: str
) -> None:
    async def story(scene: Scene) -> None:
        scene.twilio.parties[number] = pressing("1", "0")
        call = await called(scene)
        await call.wait_for("queued")
        with people.reading() as session:
            conversation = session.scalars(select(Conversation)).one()
            assert (conversation.owner, conversation.gentle) == (Owner.QUEUED, True)
            assert (conversation.assurance, conversation.customer_id) == (0, None)
        await call.hang_up()
        assert scene.order().outcome == "reached"
        with people.reading() as session:
            assert session.scalars(select(PhoneCall)).one().state is CallState.ENDED

    play(people, story)


def test_nobody_gets_to_a_person_before_they_have_heard_why_they_were_called(
    people: Store, number: str
) -> None:
    async def story(scene: Scene) -> None:
        scene.twilio.parties[number] = pressing("0")
        call = await called(scene)
        await call.ended()
        assert call.happened("queued") == []
        assert scene.order().outcome == "later"

    play(people, story)


@pytest.mark.parametrize("what", ["paid", "heard", "objected"])
def test_what_is_settled_before_the_call_is_made_is_not_called_about(
    people: Store, number: str, what: str
) -> None:
    async def story(scene: Scene) -> None:
        await comes_up(scene)
        assert scene.order().state == "planned"
        with people.writing() as session:
            customer, now = sun_lei(session), scene.clock.now()
            if what == "paid":
                paid = session.scalars(select(Policy).where(Policy.number == UNPAID)).unique().one()
                paid.next_due, paid.state = now.date() + timedelta(days=300), PolicyState.IN_FORCE
            elif what == "heard":
                found = planning.for_customer(session, customer.id, today(scene.clock))
                planning.confirm(session, found, now)
            else:
                choices.choose_calls(session, customer.id, wanted=False, now=now, actor="customer")
        assert not await scene.dialler.dial_next()
        assert (scene.order().outcome, scene.twilio.calls) == ("withdrawn", {})

    play(people, story)


def test_a_new_number_is_called_and_not_the_one_it_was_ordered_for(people: Store, number: str) -> None:
    async def story(scene: Scene) -> None:
        await comes_up(scene)
        with people.writing() as session:
            sun_lei(session).mobile = "+12025550177"
        assert await scene.dialler.dial_next()
        (call,) = scene.twilio.calls.values()
        assert call.called == "+12025550177"
        await call.ended()

    play(people, story)


def test_an_order_of_a_long_holiday_is_kept_for_the_first_day_after_it(people: Store, number: str) -> None:
    now = datetime(2026, 10, 5, 10, 0, tzinfo=CENTRE_ZONE)  # Monday of the national holiday's week
    with people.writing() as session:
        outbox.put(
            session, Way.CALL, number, "Hello.", now, key="notice", purpose="reminder",
            customer_id=sun_lei(session).id, good_until=now + timedelta(days=2),
        )  # fmt: skip
        message = session.scalars(select(OutgoingMessage)).one()
        parcel = Parcel(message.id, message.way, message.recipient, "", message.text)
    PhoneReminders(people, ManualClock(now)).send(parcel)
    opening = datetime(2026, 10, 8, 9, 0, tzinfo=CENTRE_ZONE)
    with people.writing() as session:
        assert orders.claim(session, opening - timedelta(minutes=1), 1) is None
        assert orders.claim(session, opening, 1) is not None


@pytest.mark.parametrize(
    ("keys", "outcome", "may_call"), [(("9",), "refused", False), (("9", "5"), "later", True)]
)
def test_an_objection_can_be_taken_back_in_the_same_call(
    people: Store, number: str, keys: tuple[str, ...], outcome: str, may_call: bool
) -> None:
    async def story(scene: Scene) -> None:
        scene.twilio.parties[number] = pressing(*keys)
        call = await called(scene)
        await call.ended()
        assert "turn phone calls on" in scene.said(call), "how it is taken back later"
        assert scene.order().outcome == outcome
        with people.reading() as session:
            assert consent.may_call(session, sun_lei(session).id) is may_call

    play(people, story)


def test_a_call_whose_end_nobody_was_told_is_settled_by_the_networks_book(people: Store, number: str) -> None:
    async def story(scene: Scene) -> None:
        scene.twilio.parties[number] = Party(answer=Answer.BUSY, ring_seconds=3)
        call = await called(scene)
        assert await scene.dialler.look() == 0, "it rings"
        scene.twilio.line = Door(scene.twilio.line, shut=True)
        assert await call.ended() == "busy"
        scene.twilio.errors.clear()
        assert scene.order().state == "dialling"
        assert await scene.dialler.look() == 1
        with people.reading() as session:
            order = session.scalars(select(OutboundCall)).one()
            assert (order.state, order.outcome, order.attempts) == ("planned", "busy", 1)

    play(people, story)
