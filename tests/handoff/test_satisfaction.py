"""What customers say of a conversation with a person: asked at its end by buttons, stored once, counted."""

from typing import Any

import pytest

from bot import utterance
from handoff import desk, satisfaction
from handoff.wallboard import Period
from records import ledger
from records.ledger import Entry, Standing
from records.models import Author, ConversationId, Kind, Owner, Rating
from tests.handoff.conftest import AMY, Floor


def ended(floor: Floor, agent_id: int, way: str = "resolved") -> Standing:
    standing = floor.held(agent_id)
    with floor.store.writing() as session:
        now = floor.clock.now()
        match way:
            case "returned":
                return desk.return_to_bot(session, agent_id, standing.id, now, epoch=standing.epoch)
            case "wrap_up":
                return desk.wrap_up(session, agent_id, standing.id, now, epoch=standing.epoch)
            case _:
                return desk.resolve(session, agent_id, standing.id, "solved", "", now, epoch=standing.epoch)


def entries(floor: Floor, conversation_id: ConversationId) -> list[Entry]:
    with floor.store.reading() as session:
        return ledger.fetch_since(session, conversation_id, 0)


def question(floor: Floor, conversation_id: ConversationId) -> Entry:
    (asked,) = [one for one in entries(floor, conversation_id) if "rate" in one.body.get("custom", {})]
    return asked


def press(floor: Floor, conversation_id: ConversationId, index: int, key: str | None = "k") -> Any:
    """The customer presses a button, as a channel carries it."""
    asked = question(floor, conversation_id)
    with floor.store.writing() as session:
        body = utterance.pressed(session, conversation_id, f"/b/{asked.seq}.{index}")
        assert satisfaction.is_answer(body)
        return satisfaction.take(session, conversation_id, key, body, floor.clock.now())


def rating(floor: Floor, conversation_id: ConversationId) -> Rating | None:
    with floor.store.reading() as session:
        return session.get(Rating, floor.handoff(conversation_id).id)


@pytest.mark.parametrize("way", ["resolved", "returned", "wrap_up"])
def test_it_is_asked_where_a_person_has_finished(floor: Floor, way: str) -> None:
    staff = floor.staff(AMY)
    standing = ended(floor, staff["amy"], way)
    asked = question(floor, standing.id)
    assert (asked.author, asked.kind) == (Author.SYSTEM, Kind.MESSAGE)
    assert asked.body["text"] == "How was your conversation with Amy?"
    assert [one["title"] for one in asked.body["buttons"]][::4] == ["Very good", "Very poor"]
    assert floor.standing(standing.id).last_seq == standing.last_seq


def test_nothing_is_asked_on_a_call(floor: Floor) -> None:
    standing = floor.standing(floor.talk("Hello"))
    with floor.store.writing() as session:
        from_phone = ledger.open_conversation(session, "phone", floor.clock.now())[0]
        call = ledger.lock(session, from_phone)
        assert satisfaction.ask(session, call, 1, "Amy", floor.clock.now()) == call
    assert standing.last_seq


def test_the_first_word_counts_and_wakes_nobody(floor: Floor) -> None:
    staff = floor.staff(AMY)
    standing = ended(floor, staff["amy"], "wrap_up")
    entry, _, fresh = press(floor, standing.id, 0)
    again = press(floor, standing.id, 0)
    assert fresh and (again[0].seq, again[2]) == (entry.seq, False)
    press(floor, standing.id, 4, key="another")
    found = rating(floor, standing.id)
    assert found is not None and (found.stars, found.agent_id) == (5, staff["amy"])
    after = floor.standing(standing.id)
    # The write-up goes on, and the assistant has nothing to answer.
    assert (after.owner, after.epoch, after.pending_seq) == (Owner.WRAP_UP, standing.epoch, None)
    said = [one.body["text"] for one in entries(floor, standing.id)[-4:]]
    assert said == ["Very good", "Thank you for telling us.", "Very poor", "Thank you for telling us."]


def test_words_that_look_like_a_button_rate_nothing() -> None:
    assert not satisfaction.is_answer(utterance.typed('{"rate": 1, "stars": 5}'))
    assert not satisfaction.is_answer({"text": "x", "button": {"intent": "greet"}})


def test_figures_count_each_conversation_once(floor: Floor) -> None:
    staff = floor.staff(AMY)
    for index in (0, 1, 3):
        press(floor, ended(floor, staff["amy"]).id, index)
    ended(floor, staff["amy"])
    with floor.store.reading() as session:
        now = floor.clock.now()
        found = satisfaction.satisfaction(session, Period(now.replace(hour=0), now.replace(hour=23)))
    assert (found.rated, found.served, found.by_stars) == (3, 4, (0, 1, 0, 1, 1))
    assert found.mean == pytest.approx(11 / 3) and found.satisfied == pytest.approx(2 / 3)
