import asyncio
from datetime import timedelta
from itertools import pairwise

import httpx
import pytest
from sqlalchemy import select

from actions.visits import record
from records.models import OutboundCall, Policy, PolicyState, ReturnVisit, VisitAttempt
from records.store import Store
from tests.voice.outbound.scene import Scene, play
from voice.outbound import consent
from voice.testing import Answer, Kind, Party


def outcomes(store: Store) -> list[tuple[str, str]]:
    with store.reading() as session:
        rows = session.scalars(select(VisitAttempt).order_by(VisitAttempt.id)).all()
        return [(row.channel, row.outcome) for row in rows]


def test_a_person_who_agrees_is_asked_by_the_bot(people: Store, mobile: str) -> None:
    async def story(scene: Scene) -> None:
        scene.twilio.parties[mobile] = Party(keys="1")
        call = await scene.called()
        await call.wait_for("stream-started")
        await call.bot_finished(quiet_seconds=1.2)
        assert any("Are you the person who applied" in text for text, _ in scene.mouth.said)
        await call.hang_up()
        order = scene.order()
        assert (order.state, order.outcome, order.answered_by) == ("over", "reached", "human")
        assert scene.visit().conversation_id is not None

    play(people, story)
    assert outcomes(people) == [("phone", "reached")]


def test_a_machine_hears_nothing_personal(people: Store, mobile: str) -> None:
    async def story(scene: Scene) -> None:
        scene.twilio.parties[mobile] = Party(kind=Kind.MACHINE)
        call = await scene.called()
        await call.ended()
        words = scene.said(call)
        assert "message for our customer" in words
        with people.reading() as session:
            visit = session.scalars(select(ReturnVisit)).one()
            holder = visit.policy.holder
            for secret in (*holder.name.split(), visit.policy.number[-4:], holder.mobile[-4:], "policy"):
                assert secret not in words
        assert scene.order().answered_by == "machine_end_beep"

    play(people, story)
    assert outcomes(people) == [("phone", "machine")]


def test_whoever_is_not_known_hears_no_more_until_a_key_is_pressed(people: Store, mobile: str) -> None:
    async def story(scene: Scene) -> None:
        scene.twilio.parties[mobile] = Party(kind=Kind.UNKNOWN)
        call = await scene.called()
        await call.ended(within=120)
        assert "policy" not in scene.said(call)

    play(people, story)
    assert outcomes(people) == [("phone", "no_answer")]


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [(Answer.BUSY, "busy"), (Answer.NO_ANSWER, "no_answer"), (Answer.FAILED, "failed")],
)
def test_who_is_not_reached_is_noted_and_tried_in_another_part_of_the_day(
    people: Store, mobile: str, answer: Answer, outcome: str
) -> None:
    async def story(scene: Scene) -> None:
        scene.twilio.parties[mobile] = Party(answer=answer)
        call = await scene.called()
        await call.ended()
        assert scene.dialler.plan() == 0, "not twice in one part of the day"
        await scene.at(15)
        assert scene.dialler.plan() == 0, "not twice within twenty hours"
        await scene.at(10, days=1)
        assert scene.dialler.plan() == 0, "the morning was tried already"
        await scene.at(15)
        assert scene.dialler.plan() == 1

    play(people, story)
    assert outcomes(people) == [("phone", outcome)]


def test_who_objects_is_never_called_again(people: Store, mobile: str) -> None:
    async def story(scene: Scene) -> None:
        scene.twilio.parties[mobile] = Party(keys="9")
        call = await scene.called()
        await call.ended()
        assert "not call you like this any more" in scene.said(call)
        for _ in range(6):
            await scene.at(15, days=1)
            assert scene.dialler.plan() == 0

    play(people, story)
    assert outcomes(people) == [("phone", "refused")]


def test_an_objection_between_planning_and_dialling_counts(people: Store, mobile: str) -> None:
    async def story(scene: Scene) -> None:
        await scene.planned()
        with people.writing() as session:
            customer = session.scalars(select(ReturnVisit)).one().policy.holder_id
            consent.choose(session, customer, wanted=False, now=scene.clock.now(), actor="customer")
        assert not await scene.dialler.dial_next()
        assert scene.order().outcome == "withdrawn"
        assert scene.twilio.calls == {}

    play(people, story)


@pytest.mark.parametrize("change", ["done", "given_up", "no_link", "fresh_link"])
def test_only_visits_that_wait_are_called_about(people: Store, change: str) -> None:
    async def story(scene: Scene) -> None:
        with people.writing() as session:
            visit = session.scalars(select(ReturnVisit)).one()
            if change == "done":
                visit.status = record.DONE
            elif change == "given_up":
                session.get_one(Policy, visit.policy_id).state = PolicyState.CANCELLED
            else:
                visit.linked_at = None if change == "no_link" else scene.clock.now()
        await scene.at(9, days=1)
        assert scene.dialler.plan() == 0

    play(people, story)


def test_a_webhook_without_a_signature_changes_nothing(people: Store, mobile: str) -> None:
    async def story(scene: Scene) -> None:
        await scene.planned()
        transport = httpx.ASGITransport(app=scene.app)
        async with httpx.AsyncClient(transport=transport, base_url="https://voice.example") as client:
            for path in ("answer", "key", "status"):
                refused = await client.post(
                    f"/voice/outbound/{path}?order=1", data={"Digits": "9", "CallStatus": "completed"}
                )
                assert refused.status_code == 403
        assert scene.order().state == "planned"

    play(people, story)


def test_an_order_that_the_network_refuses_is_a_try(people: Store) -> None:
    async def story(scene: Scene) -> None:
        scene.network.fails = "http_400"
        await scene.planned()
        assert await scene.dialler.dial_next()
        assert scene.order().outcome == "failed"

    play(people, story)
    assert outcomes(people) == [("phone", "failed")]


def test_a_call_whose_end_is_lost_is_given_up_and_not_dialled_again(people: Store) -> None:
    async def story(scene: Scene) -> None:
        scene.network.fails = "no_answer"
        await scene.planned()
        assert await scene.dialler.dial_next()
        assert scene.order().state == "dialling"
        await scene.at(14)
        assert not await scene.dialler.dial_next()
        assert (scene.order().state, scene.order().outcome) == ("over", "lost")

    play(people, story)


def test_calls_are_paced_and_only_so_many_at_a_time(people: Store, mobile: str) -> None:
    async def story(scene: Scene) -> None:
        scene.twilio.parties[mobile] = Party(ring_seconds=6, answer=Answer.BUSY)
        with people.writing() as session:
            visit = session.scalars(select(ReturnVisit)).one()
            now = scene.clock.now()
            for number in range(5):
                session.add(
                    OutboundCall(
                        key=f"visit:{number}", purpose="return_visit", customer_id=visit.policy.holder_id,
                        visit_id=visit.id, number=mobile, due_at=now, good_until=now + timedelta(hours=2),
                        changed_at=now,
                    )
                )  # fmt: skip
        running = asyncio.create_task(scene.dialler.run())
        placed: list[float] = []
        most = 0
        for _ in range(600):
            await asyncio.sleep(0.1)
            placed += [scene.clock.loop.time()] * (len(scene.twilio.calls) - len(placed))
            most = max(most, sum(not call.is_over for call in scene.twilio.calls.values()))
        running.cancel()
        assert len(placed) == 5
        assert most == 2
        assert min(later - one for one, later in pairwise(placed)) > 0.85

    play(people, story)
