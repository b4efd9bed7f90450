import asyncio
from collections.abc import Awaitable
from pathlib import Path

import pytest

from handoff import accounts, inbox, offers
from handoff.dispatcher import Dispatcher
from handoff.reasons import Reason
from handoff.refusals import Forbidden, NotLoggedIn, OfferGone
from handoff.switchboard import Switchboard
from records.ledger import StaleEpoch
from records.models import ConversationId, HandoffState
from records.settings import Settings
from records.signals import PEOPLE, Signals, agent_topic
from tests.handoff.conftest import AMY, BEN, DORA, OFFER_SECONDS, PRESENCE_SECONDS, Floor


@pytest.fixture
def signals() -> Signals:
    return Signals()


@pytest.fixture
def dispatcher(floor: Floor, signals: Signals, tmp_path: Path) -> Dispatcher:
    settings = Settings(data=tmp_path, offer_seconds=OFFER_SECONDS, presence_seconds=PRESENCE_SECONDS)
    return Dispatcher(floor.store, floor.clock, signals, settings)


@pytest.fixture
def switchboard(floor: Floor, signals: Signals) -> Switchboard:
    return Switchboard(floor.store, floor.clock, signals)


async def until(signals: Signals, floor: Floor, conversation_id: ConversationId, state: HandoffState) -> None:
    """Wait for a handoff's state, looking at every signal."""
    with signals.watching(PEOPLE) as bell:
        async with asyncio.timeout(10):
            while floor.handoff(conversation_id).state is not state:
                await bell.wait()
                bell.clear()


async def test_a_look_lapses_assigns_and_tells_in_one_go(dispatcher: Dispatcher, floor: Floor) -> None:
    agents = floor.staff(AMY, BEN)
    conversation_id = floor.hand_over()
    assert await dispatcher.sweep() == [conversation_id]
    assert floor.handoff(conversation_id).agent_id == agents["amy"]
    floor.clock.advance(seconds=OFFER_SECONDS)
    assert await dispatcher.sweep() == [conversation_id]
    assert floor.handoff(conversation_id).agent_id == agents["ben"]


async def test_nothing_due_is_nothing_written(dispatcher: Dispatcher, floor: Floor) -> None:
    floor.hand_over()
    before = floor.standing(ConversationId(floor.hand_over()))
    assert await dispatcher.sweep() == []
    assert floor.standing(before.id) == before


async def test_a_lost_agents_customer_is_with_the_next_agent_in_one_look(
    dispatcher: Dispatcher, floor: Floor
) -> None:
    agents = floor.staff(AMY, BEN)
    standing = floor.held(agents["amy"])
    floor.clock.advance(seconds=PRESENCE_SECONDS)
    floor.beat(agents["ben"])
    assert await dispatcher.sweep() == [standing.id]
    assert floor.handoff(standing.id).agent_id == agents["ben"]


async def test_a_signal_wakes_the_dispatcher_and_it_rings_whom_it_moved(
    dispatcher: Dispatcher, floor: Floor, signals: Signals
) -> None:
    floor.staff(AMY)
    async with dispatcher.running():
        conversation_id = floor.hand_over()
        signals.advanced(conversation_id)
        await until(signals, floor, conversation_id, HandoffState.OFFERED)


async def test_capacity_that_comes_free_pulls_from_the_queue(
    dispatcher: Dispatcher, floor: Floor, signals: Signals, switchboard: Switchboard
) -> None:
    floor.staff(DORA)
    token = await switchboard.log_in("dora", floor.passwords["dora"])
    assert token is not None
    first, second = floor.hand_over(Reason.COMPLAINT), floor.hand_over()
    async with dispatcher.running():
        await until(signals, floor, first, HandoffState.OFFERED)
        standing = await switchboard.accept(token, first)
        assert floor.handoff(second).state is HandoffState.QUEUED
        await switchboard.resolve(token, first, "complaint_taken", "", epoch=standing.epoch)
        await until(signals, floor, second, HandoffState.OFFERED)


async def test_every_act_needs_a_living_session_and_ones_own_conversation(
    floor: Floor, switchboard: Switchboard
) -> None:
    agents = floor.staff(AMY, BEN)
    standing = floor.held(agents["amy"])
    amy, ben = [await switchboard.log_in(name, floor.passwords[name]) or "" for name in ("amy", "ben")]
    chat, epoch = standing.id, standing.epoch

    def acts(token: str) -> list[Awaitable[object]]:
        return [
            switchboard.read_talk(token, chat),
            switchboard.look_up_customer(token, chat),
            switchboard.reply(token, chat, "k", "Hello", epoch=epoch),
            switchboard.note(token, chat, "k", "Hello"),
            switchboard.wrap_up(token, chat, epoch=epoch),
            switchboard.resolve(token, chat, "solved", "", epoch=epoch),
            switchboard.return_to_bot(token, chat, epoch=epoch),
        ]

    for act in acts(ben):
        with pytest.raises(Forbidden):
            await act
    for act in [switchboard.accept(ben, chat), switchboard.decline(ben, chat)]:
        with pytest.raises(OfferGone):
            await act
    with floor.store.writing() as session:
        accounts.log_out(session, amy, floor.clock.now())
    for token in (amy, "", "made up"):
        for act in [*acts(token), switchboard.read_inbox(token), switchboard.heartbeat(token)]:
            with pytest.raises(NotLoggedIn):
                await act
    assert floor.standing(chat) == standing


async def test_a_reply_rings_those_who_watch_the_conversation(
    floor: Floor, switchboard: Switchboard, signals: Signals
) -> None:
    standing = floor.held(floor.staff(AMY)["amy"])
    token = await switchboard.log_in("amy", floor.passwords["amy"]) or ""
    with signals.watching(standing.id) as bell:
        await switchboard.reply(token, standing.id, "k", "Hello", epoch=standing.epoch)
        assert bell.is_set()
        bell.clear()
        with pytest.raises(StaleEpoch):
            await switchboard.reply(token, standing.id, "k2", "Hello", epoch=standing.epoch - 1)
        assert not bell.is_set()


async def test_what_a_supervisor_may_read_they_may_not_answer(floor: Floor, switchboard: Switchboard) -> None:
    agents = floor.staff(AMY, DORA)
    conversation_id = floor.hand_over()
    assert floor.assign() == [(conversation_id, agents["amy"])]
    token = await switchboard.log_in("dora", floor.passwords["dora"]) or ""
    talk = await switchboard.read_talk(token, conversation_id)
    assert talk.entries[0].body["text"] == "I want to talk to somebody"
    with pytest.raises(Forbidden):
        await switchboard.reply(token, conversation_id, "k", "Hello", epoch=talk.epoch)


async def test_the_list_shows_offers_own_and_waiting_conversations(
    floor: Floor, switchboard: Switchboard
) -> None:
    amy = floor.staff(AMY)["amy"]
    conversations = [floor.hand_over() for _ in range(4)]
    floor.assign()
    floor.accept(amy, conversations[0])
    token = await switchboard.log_in("amy", floor.passwords["amy"]) or ""
    read = await switchboard.read_inbox(token)
    assert [row.conversation_id for row in read.mine] == conversations[:1]
    assert [row.conversation_id for row in read.offers] == conversations[1:3]
    assert [row.conversation_id for row in read.waiting] == conversations[3:]
    assert read.waiting_count == 1
    assert read.available
    assert {row.offer_until for row in read.offers} != {None}


def test_the_customers_card_is_audited_and_empty_for_strangers(floor: Floor) -> None:
    now = floor.clock.now()
    stranger = floor.hand_over()
    known = floor.hand_over(
        conversation_id=floor.talk("Hello", customer_id=floor.customer("C7"), assurance=2)
    )
    with floor.store.writing() as session:
        assert inbox.look_up_customer(session, stranger, "agent:amy", now) is None
        card = inbox.look_up_customer(session, known, "agent:amy", now)
    assert card is not None
    assert (card.number, card.policies) == ("C7", ())


def test_offers_are_not_made_in_a_database_nobody_is_free_in(floor: Floor) -> None:
    floor.hand_over()
    with floor.store.reading() as session:
        assert not offers.is_assignable(session, floor.clock.now(), presence_seconds=PRESENCE_SECONDS)
    floor.staff(AMY)
    with floor.store.reading() as session:
        assert offers.is_assignable(session, floor.clock.now(), presence_seconds=PRESENCE_SECONDS)


async def test_an_offer_rings_at_the_agent_it_is_made_to_and_at_nobody_elses(
    floor: Floor, dispatcher: Dispatcher, signals: Signals
) -> None:
    agents = floor.staff(AMY)
    others = floor.staff(BEN, available=False)
    floor.hand_over()
    with (
        signals.watching(agent_topic(agents["amy"])) as hers,
        signals.watching(agent_topic(others["ben"])) as his,
    ):
        await dispatcher.sweep()
        assert hers.is_set() and not his.is_set()
