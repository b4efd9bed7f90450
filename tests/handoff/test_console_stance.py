"""What an agent may do in the conversation on the screen: all stances, and what is counted as unread."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from handoff import asides, desk, listing
from handoff.authorization import Principal
from handoff.console import stance as stances
from handoff.console.list_panel import Unread
from handoff.console.stance import ACTS, Stance
from handoff.inbox import Inbox, Passed, Row, Talk
from handoff.unseen import News
from records import ledger
from records.models import AgentId, ConversationId, HandoffState, Owner, Role
from tests.handoff.conftest import AMY, DORA, Floor

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
CHAT = ConversationId("c1")
AGENT = Principal(AgentId(1), "amy", "Amy Gao", Role.AGENT)
SUPERVISOR = Principal(AgentId(2), "dora", "Dora Shi", Role.SUPERVISOR)


def talk(owner: Owner, state: HandoffState | None, holder: int | None) -> Talk:
    return Talk(CHAT, "Li Wei", owner, 3, state, holder, None, "chat", 0, "", ())


def row(customer_seq: int = 0, agent_seq: int = 0, news: News | None = None) -> Row:
    return Row(
        CHAT, HandoffState.ACTIVE, "Li Wei", "Asked for a person", 0, False, NOW, None, "", customer_seq,
        agent_seq, news=news or News(),
    )  # fmt: skip


def listed(*mine: Row, offers: tuple[Row, ...] = ()) -> Inbox:
    return Inbox(True, offers, mine, (), (), 0, False)


@pytest.mark.parametrize(
    ("who", "owner", "state", "holder", "offered", "expected"),
    [
        (AGENT, Owner.OFFERED, HandoffState.OFFERED, 1, True, Stance.OFFERED),
        (AGENT, Owner.AGENT, HandoffState.ACTIVE, 7, True, Stance.PASSED_TO),
        (AGENT, Owner.AGENT, HandoffState.ACTIVE, 1, False, Stance.HOLDS),
        (SUPERVISOR, Owner.AGENT, HandoffState.ACTIVE, 2, False, Stance.HOLDS),
        (SUPERVISOR, Owner.AGENT, HandoffState.ACTIVE, 1, False, Stance.WATCHES),
        (AGENT, Owner.AGENT, HandoffState.ACTIVE, 7, False, Stance.READS),
        (AGENT, Owner.WRAP_UP, HandoffState.WRAP_UP, 1, False, Stance.WRITES_UP),
        (AGENT, Owner.BOT, HandoffState.WRAP_UP, 1, False, Stance.WRITES_UP),
        (SUPERVISOR, Owner.WRAP_UP, HandoffState.WRAP_UP, 1, False, Stance.READS),
        (SUPERVISOR, Owner.QUEUED, HandoffState.QUEUED, None, False, Stance.STEERS),
        (AGENT, Owner.QUEUED, HandoffState.QUEUED, None, False, Stance.READS),
        (SUPERVISOR, Owner.BOT, HandoffState.DONE, 1, False, Stance.READS),
    ],
)
def test_a_stance_follows_from_owner_holder_and_role(
    who: Principal, owner: Owner, state: HandoffState, holder: int | None, offered: bool, expected: Stance
) -> None:
    assert stances.of(talk(owner, state, holder), who, offered=offered) is expected


def test_whoever_only_reads_can_neither_act_nor_write() -> None:
    assert Stance.READS not in ACTS
    assert stances.kinds(Stance.READS) == stances.kinds(None) == []


def test_what_a_watcher_writes_first_is_never_for_the_customer() -> None:
    assert [kind["name"] for kind in stances.kinds(Stance.WATCHES)] == ["note", "barge"]
    assert stances.kinds(Stance.HOLDS)[0]["name"] == "reply"


def test_a_transfer_is_told_to_both_and_taken_back_by_the_one_who_asked() -> None:
    under_way = replace(
        talk(Owner.AGENT, HandoffState.ACTIVE, 1), transfer=Passed("waiting", "", "complaint", "Angry", None)
    )
    told = stances.passed(under_way, Stance.HOLDS, None)
    assert told == ("Passing on to somebody with “complaint”: looking for room.", "Angry", True)
    offer = replace(row(), passed_by="Amy Gao", note="Angry")
    assert stances.passed(under_way, Stance.PASSED_TO, offer) == (
        "Amy Gao passes this on to you.", "Angry", False,
    )  # fmt: skip
    assert stances.passed(under_way, Stance.READS, None) is None


def test_unread_messages_are_counted_from_what_was_on_the_screen() -> None:
    unread = Unread()
    unread.seen(CHAT, 4)
    assert unread.update(listed(row(9, 2, News((3, 4, 6, 9))))) == "Li Wei wrote."
    assert (unread.of(CHAT), unread.count) == (2, 1)
    assert unread.update(listed(row(9, 2, News((3, 4, 6, 9))))) == ""
    assert unread.update(listed(row(9, 2, News((3, 4, 6, 9)))), [CHAT]) == ""
    assert (unread.of(CHAT), unread.count) == (0, 0)


def test_a_whisper_rings_once_where_its_conversation_is_not_on_the_screen() -> None:
    unread = Unread()
    unread.seen(CHAT, 5)
    news = News((), whisper=6)
    assert unread.update(listed(row(5, 4, news))) == "A supervisor whispers to you: Li Wei."
    assert unread.of(CHAT) == 1
    assert unread.update(listed(row(5, 4, news))) == ""


def test_the_list_tells_what_came_after_the_agents_last_words(floor: Floor) -> None:
    amy = floor.staff(AMY)["amy"]
    dora = floor.staff(DORA, available=False)["dora"]
    held, now = floor.held(amy), floor.clock.now()
    who = replace(SUPERVISOR, agent_id=AgentId(dora))
    with floor.store.writing() as session:
        desk.reply(session, amy, held.id, "k", "Good morning", now, epoch=held.epoch)
        for key in ("a", "b"):
            ledger.append_from_customer(session, held.id, key, {"text": "Hello?"}, now)
        whispered = asides.whisper(session, who, held.id, "w", "Be kind", now)
    with floor.store.reading() as session:
        (mine,) = listing.read(session, amy, opens_waiting=False).mine
    assert (len(mine.news.customer), mine.news.whisper) == (2, whispered)
