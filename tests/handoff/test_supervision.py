"""The supervisors' desk: closed to agents, audited, and a word beside an agent who keeps the conversation."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from handoff.refusals import Forbidden, NotLoggedIn
from handoff.supervision import Supervision
from records.models import QualityFinding
from tests.handoff.conftest import AMY, DORA, PRESENCE_SECONDS, Floor


@pytest.fixture
def supervision(floor: Floor) -> Supervision:
    return Supervision(floor.store, floor.clock, PRESENCE_SECONDS)


LOOKS: tuple[Callable[[Supervision, str], Awaitable[object]], ...] = (
    lambda desk, token: desk.board(token),
    lambda desk, token: desk.review(token),
    lambda desk, token: desk.table(token, 1, timedelta(days=1)),
)


@pytest.mark.parametrize("look", LOOKS)
def test_figures_are_for_supervisors(
    floor: Floor, supervision: Supervision, look: Callable[[Supervision, str], Awaitable[object]]
) -> None:
    async def attempt(token: str) -> object:
        return await look(supervision, token)

    floor.staff(AMY, DORA)
    assert asyncio.run(attempt(floor.log_in("dora")))
    with pytest.raises(Forbidden):
        asyncio.run(attempt(floor.log_in("amy")))
    with pytest.raises(NotLoggedIn):
        asyncio.run(attempt("nobody"))


def test_a_quoted_line_is_on_the_audit_once_a_session(floor: Floor, supervision: Supervision) -> None:
    floor.staff(DORA)
    talk = floor.talk("Hello?")
    now = floor.clock.now()
    with floor.store.writing() as session:
        session.add(
            QualityFinding(
                conversation_id=talk, rule="assistant_silent", seq=1, why="No answer.", at=now, found_at=now
            )
        )
    token = floor.log_in("dora")
    for _ in range(2):
        board = asyncio.run(supervision.board(token))
        assert [one.words for one in board.findings.newest] == ["Hello?"]
    assert floor.audited("finding_viewed") == [("agent:dora", f"conversation:{talk}")]
