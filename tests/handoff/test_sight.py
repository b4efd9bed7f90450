"""What a page sees at one look: only what its agent may read, noted before it is shown."""

import pytest

from handoff.desks import Desks, desks
from handoff.refusals import NotLoggedIn
from records.models import ConversationId
from records.signals import Signals
from tests.handoff.conftest import AMY, BEN, DORA, PRESENCE_SECONDS, Floor


@pytest.fixture
def centre(floor: Floor) -> Desks:
    return desks(floor.store, floor.clock, Signals(), PRESENCE_SECONDS)


async def test_a_look_has_the_list_and_the_conversations_asked_for(floor: Floor, centre: Desks) -> None:
    staff = floor.staff(AMY)
    chat = floor.held(staff["amy"]).id
    token = floor.log_in("amy")
    seen = await centre.sight.look(token, {chat: 0})
    assert [row.conversation_id for row in seen.inbox.mine] == [chat]
    entries = seen.talks[chat].entries
    later = await centre.sight.look(token, {chat: entries[-1].seq})
    assert entries and later.talks[chat].entries == ()
    assert later.pulse.to_decide == 0


async def test_what_is_with_somebody_else_is_missing_and_leaves_no_line(floor: Floor, centre: Desks) -> None:
    staff = floor.staff(AMY, BEN)
    chat = floor.held(staff["amy"]).id
    unknown = ConversationId("no such conversation")
    seen = await centre.sight.look(floor.log_in("ben"), {chat: 0, unknown: 0})
    assert seen.asked == {chat, unknown} and not seen.talks
    assert floor.audited("conversation_viewed") == []


async def test_many_looks_of_a_session_leave_one_line(floor: Floor, centre: Desks) -> None:
    staff = floor.staff(AMY, DORA)
    chat = floor.held(staff["amy"]).id
    token = floor.log_in("dora")
    for _ in range(3):
        assert chat in (await centre.sight.look(token, {chat: 0})).talks
    assert floor.audited("conversation_viewed") == [("agent:dora", f"conversation:{chat}")]


async def test_a_session_that_is_over_sees_nothing(floor: Floor, centre: Desks) -> None:
    floor.staff(AMY)
    token = floor.log_in("amy")
    await centre.switchboard.log_out(token)
    with pytest.raises(NotLoggedIn):
        await centre.sight.look(token)
