"""The supervisors' desk: closed to agents, audited, and a word beside an agent who keeps the conversation."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from handoff import accounts
from handoff.refusals import Forbidden, NotHeld, NotLoggedIn, UnfitText
from handoff.supervision import Supervision
from handoff.switchboard import Switchboard
from records import ledger
from records.ledger import StaleEpoch
from records.models import AuditEntry, Author, ConversationId, QualityFinding
from records.signals import Signals
from tests.handoff.conftest import AMY, DORA, PRESENCE_SECONDS, Floor


@pytest.fixture
def supervision(floor: Floor) -> Supervision:
    return Supervision(floor.store, floor.clock, Signals(), PRESENCE_SECONDS)


def token_of(floor: Floor, login: str) -> str:
    opened = accounts.log_in(floor.store, login, floor.passwords[login], floor.clock)
    assert opened is not None
    return opened


def audited(floor: Floor, action: str) -> list[tuple[str, str]]:
    with floor.store.reading() as session:
        rows = session.execute(
            select(AuditEntry.actor, AuditEntry.subject).where(AuditEntry.action == action)
        )
        return [(actor, subject) for actor, subject in rows]


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
    assert asyncio.run(attempt(token_of(floor, "dora")))
    with pytest.raises(Forbidden):
        asyncio.run(attempt(token_of(floor, "amy")))
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
    token = token_of(floor, "dora")
    for _ in range(2):
        board = asyncio.run(supervision.board(token))
        assert [one.words for one in board.findings.newest] == ["Hello?"]
    assert audited(floor, "finding_viewed") == [("agent:dora", f"conversation:{talk}")]


def test_a_supervisor_speaks_and_the_agent_keeps_the_conversation(
    floor: Floor, supervision: Supervision
) -> None:
    staff = floor.staff(AMY)
    standing = floor.held(staff["amy"])
    staff |= floor.staff(DORA)
    token = token_of(floor, "dora")
    said = [
        asyncio.run(supervision.barge(token, standing.id, "k", " I am Dora. ", epoch=standing.epoch))
        for _ in range(2)
    ]
    assert said[0] == said[1]
    with floor.store.reading() as session:
        last = ledger.fetch_since(session, standing.id, 0)[-1]
    assert (last.seq, last.author, last.agent_id) == (said[0], Author.AGENT, staff["dora"])
    assert (last.body["text"], last.body["name"]) == ("I am Dora.", "Dora Shi")
    after = floor.standing(standing.id)
    assert (after.owner, after.epoch) == (standing.owner, standing.epoch)
    assert floor.handoff(standing.id).agent_id == staff["amy"]
    assert audited(floor, "barged") == [("agent:dora", f"conversation:{standing.id}")]


def test_nobody_barges_in_where_it_is_not_theirs(floor: Floor, supervision: Supervision) -> None:
    staff = floor.staff(AMY)
    standing = floor.held(staff["amy"])
    floor.staff(DORA, available=False)
    dora = token_of(floor, "dora")

    def barge(token: str, text: str, epoch: int, talk: str = standing.id) -> None:
        asyncio.run(supervision.barge(token, ConversationId(talk), "k", text, epoch=epoch))

    with pytest.raises(Forbidden):
        barge(token_of(floor, "amy"), "Hello", standing.epoch)
    with pytest.raises(StaleEpoch):
        barge(dora, "Hello", standing.epoch - 1)
    with pytest.raises(UnfitText):
        barge(dora, "  ", standing.epoch)
    waiting = floor.hand_over()
    with pytest.raises(NotHeld):
        barge(dora, "Hello", floor.standing(waiting).epoch, waiting)
    assert audited(floor, "barged") == []


def test_a_whisper_reaches_the_agent_and_not_the_customer(floor: Floor) -> None:
    staff = floor.staff(AMY)
    standing = floor.held(staff["amy"])
    floor.staff(DORA, available=False)
    board = Switchboard(floor.store, floor.clock, Signals())

    asyncio.run(board.note(token_of(floor, "dora"), standing.id, "k", "Offer the paper form"))
    talk = asyncio.run(board.read_talk(token_of(floor, "amy"), standing.id))
    assert (talk.entries[-1].kind, talk.entries[-1].body["name"]) == ("note", "Dora Shi")
    assert talk.holder_id == staff["amy"]
