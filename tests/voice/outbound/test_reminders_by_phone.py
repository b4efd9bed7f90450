from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from records.clock import CENTRE_ZONE, SystemClock
from records.models import OutboundCall, Policy, Reminder, Way
from records.outbox import Parcel, Refused
from records.store import Store
from tests.voice.outbound.conftest import LIU
from tests.voice.outbound.scene import Scene, play
from voice.outbound import consent
from voice.outbound.reminders import PhoneReminders
from voice.testing import Answer, Kind, Party

TEXT = "Harbour Life: the premium of 1,200 yuan is due on Friday."
SPOKEN = "Harbour Life, the premium of one thousand two hundred yuan is due on Friday."


@pytest.fixture
def holder(people: Store) -> int:
    with people.reading() as session:
        return session.scalars(select(Policy).where(Policy.number == LIU)).one().holder_id


def plan(scene: Scene, mobile: str, holder: int) -> None:
    now = scene.clock.now()
    day = now.date() + timedelta(days=4)
    key = f"premium_due:{LIU}:{day}:7"
    with scene.store.writing() as session:
        session.scalars(select(Policy).where(Policy.number == LIU)).one().next_due = day
        session.add(
            Reminder(
                key=key, customer_id=holder, kind="premium_due", about_on=now.date(), due_at=now,
                text=TEXT, state="sent",
            )
        )  # fmt: skip
    scene.remind(mobile, TEXT, holder, f"reminder:{key}")


def test_a_reminder_is_told_to_who_asks_to_hear_it(people: Store, mobile: str, holder: int) -> None:
    async def story(scene: Scene) -> None:
        scene.twilio.parties[mobile] = Party(keys="1")
        plan(scene, mobile, holder)
        assert await scene.dialler.dial_next()
        (call,) = scene.twilio.calls.values()
        await call.ended()
        said = [one["text"] for one in call.happened("say")]
        assert TEXT not in said[0]
        assert said[1].startswith(SPOKEN)
        assert scene.order().outcome == "reached"
        assert scene.order().text == ""
        with people.reading() as session:
            assert session.scalars(select(Reminder)).one().confirmed_at is not None

    play(people, story)


@pytest.mark.parametrize("party", [Party(kind=Kind.MACHINE), Party(kind=Kind.UNKNOWN), Party(keys="2")])
def test_nobody_else_hears_it(people: Store, mobile: str, holder: int, party: Party) -> None:
    async def story(scene: Scene) -> None:
        scene.twilio.parties[mobile] = party
        plan(scene, mobile, holder)
        assert await scene.dialler.dial_next()
        (call,) = scene.twilio.calls.values()
        await call.ended(within=120)
        assert "premium" not in scene.said(call)
        with people.reading() as session:
            assert session.scalars(select(Reminder)).one().confirmed_at is None

    play(people, story)


def test_who_is_busy_is_tried_three_times_two_hours_apart(people: Store, mobile: str, holder: int) -> None:
    async def story(scene: Scene) -> None:
        scene.twilio.parties[mobile] = Party(answer=Answer.BUSY)
        plan(scene, mobile, holder)
        for attempt in range(1, 4):
            assert await scene.dialler.dial_next()
            await list(scene.twilio.calls.values())[-1].ended()
            assert scene.order().attempts == attempt
            assert not await scene.dialler.dial_next()
            await scene.at(15 if attempt == 1 else 18)
        assert (scene.order().state, scene.order().outcome) == ("over", "busy")

    play(people, story)


def test_who_wants_no_calls_is_refused_to_the_outbox(people: Store, mobile: str, holder: int) -> None:
    async def story(scene: Scene) -> None:
        with people.writing() as session:
            consent.choose(session, holder, wanted=False, now=scene.clock.now(), actor="customer")
        plan(scene, mobile, holder)
        with people.reading() as session:
            assert session.scalars(select(OutboundCall)).all() == []
        unknown = PhoneReminders(people, scene.clock).send(Parcel(999, Way.CALL, mobile, "", TEXT))
        assert isinstance(unknown, Refused)

    play(people, story)


def test_records_that_do_not_answer_are_asked_again(
    people: Store, mobile: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone() -> None:
        raise OperationalError("INSERT", {}, Exception("database is locked"))

    monkeypatch.setattr(people, "writing", gone)
    result = PhoneReminders(people, SystemClock()).send(Parcel(1, Way.CALL, mobile, "", TEXT))
    assert isinstance(result, Refused) and not result.for_good


@pytest.mark.parametrize(
    ("moment", "permitted"),
    [
        ("2026-03-02T08:59", False),
        ("2026-03-02T09:00", True),
        ("2026-03-02T19:59", True),
        ("2026-03-02T20:00", False),
        ("2026-03-07T10:00", True),
        ("2026-10-01T10:00", False),
    ],
)
def test_calls_are_made_by_day_and_not_on_public_holidays(moment: str, permitted: bool) -> None:
    when = datetime.fromisoformat(moment).replace(tzinfo=CENTRE_ZONE)
    assert consent.is_permitted(when) is permitted
    later = consent.next_permitted(when)
    assert consent.is_permitted(later)
    assert (later == when) is permitted
    assert later - when < timedelta(days=10)
