import pytest
from sqlalchemy import select

from handoff import desk, offers, queue
from handoff.desk import Disposition
from handoff.reasons import Reason
from handoff.refusals import NotHeld, OfferGone, UnfitText, UnknownDisposition
from records import ledger
from records.ledger import StaleEpoch, Standing
from records.models import AuditEntry, Author, Claim, ConversationId, HandoffState, Kind, Owner
from records.ownership import TRANSITIONS, Event, ImpossibleChange
from tests.handoff.conftest import AMY, BEN, Floor


def say(floor: Floor, agent_id: int, standing: Standing, key: str = "k", text: str = "Good morning") -> int:
    with floor.store.writing() as session:
        return desk.reply(session, agent_id, standing.id, key, text, floor.clock.now(), epoch=standing.epoch)


def resolve(floor: Floor, agent_id: int, standing: Standing, disposition: str = "solved") -> Standing:
    with floor.store.writing() as session:
        return desk.resolve(
            session, agent_id, standing.id, disposition, "All done", floor.clock.now(), epoch=standing.epoch
        )


def customer_writes(floor: Floor, conversation_id: ConversationId, key: str = "later") -> None:
    with floor.store.writing() as session:
        ledger.append_from_customer(
            session, conversation_id, key, {"text": "One more thing"}, floor.clock.now()
        )


def test_a_reply_is_the_agents_and_stored_once_per_key(floor: Floor) -> None:
    amy = floor.staff(AMY)["amy"]
    standing = floor.held(amy)
    assert say(floor, amy, standing) == say(floor, amy, standing)
    with floor.store.reading() as session:
        entry = ledger.fetch_since(session, standing.id, standing.last_seq)[0]
    assert (entry.author, entry.agent_id, entry.body["name"]) == (Author.AGENT, amy, "Amy Gao")
    assert floor.texts(standing.id).count("Good morning") == 1


def test_a_reply_with_a_past_epoch_is_refused_and_nothing_is_written(floor: Floor) -> None:
    amy = floor.staff(AMY)["amy"]
    standing = floor.held(amy)
    resolve(floor, amy, standing)
    with pytest.raises(StaleEpoch):
        say(floor, amy, standing)
    assert "Good morning" not in floor.texts(standing.id)


def test_the_key_of_a_stored_reply_is_answered_even_after_the_conversation_moved_on(floor: Floor) -> None:
    amy = floor.staff(AMY)["amy"]
    standing = floor.held(amy)
    seq = say(floor, amy, standing)
    resolve(floor, amy, standing)
    assert say(floor, amy, standing) == seq


def test_nobody_replies_in_a_conversation_of_another_agent(floor: Floor) -> None:
    agents = floor.staff(AMY, BEN)
    standing = floor.held(agents["amy"])
    with pytest.raises(NotHeld):
        say(floor, agents["ben"], standing)


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 4001])
def test_empty_and_endless_replies_are_refused(floor: Floor, text: str) -> None:
    amy = floor.staff(AMY)["amy"]
    with pytest.raises(UnfitText):
        say(floor, amy, floor.held(amy), text=text)


def test_a_note_is_private_and_changes_no_owner(floor: Floor) -> None:
    amy = floor.staff(AMY)["amy"]
    standing = floor.held(amy)
    with floor.store.writing() as session:
        desk.note(session, amy, standing.id, "n", "Sounds worried", floor.clock.now())
    with floor.store.reading() as session:
        entry = ledger.fetch_since(session, standing.id, standing.last_seq)[0]
    assert entry.kind is Kind.NOTE
    assert floor.standing(standing.id).epoch == standing.epoch


def test_resolving_goes_through_wrap_up_back_to_the_bot_and_says_so(floor: Floor) -> None:
    amy = floor.staff(AMY)["amy"]
    standing = floor.held(amy)
    after = resolve(floor, amy, standing)
    assert (after.owner, after.epoch) == (Owner.BOT, standing.epoch + 2)
    handoff = floor.handoff(standing.id)
    assert (handoff.state, handoff.disposition, handoff.notes) == (HandoffState.DONE, "solved", "All done")
    assert floor.texts(standing.id)[-2] == "Amy has finished. I am your assistant again."


def test_the_closing_words_name_the_open_cases(floor: Floor) -> None:
    amy = floor.staff(AMY)["amy"]
    standing = floor.held(amy)
    with floor.store.writing() as session:
        for number, status in (("CL20260042", "registered"), ("CL20260043", "paid")):
            session.add(
                Claim(
                    number=number,
                    policy_number="880000100101",
                    kind="accident",
                    status=status,
                    reported_at=floor.clock.now(),
                    missing=[],
                    conversation_id=standing.id,
                    form_version=int(number[-2:]),
                )
            )
    resolve(floor, amy, standing)
    assert floor.texts(standing.id)[-2] == (
        "Amy has finished. Your accident case CL20260042 is registered. I am your assistant again."
    )


def test_a_customer_who_writes_in_wrap_up_reopens_the_assistant_and_the_write_up_still_counts(
    floor: Floor,
) -> None:
    amy = floor.staff(AMY)["amy"]
    standing = floor.held(amy)
    with floor.store.writing() as session:
        wrapping = desk.wrap_up(session, amy, standing.id, floor.clock.now(), epoch=standing.epoch)
    assert wrapping.owner is Owner.WRAP_UP
    customer_writes(floor, standing.id)
    reopened = floor.standing(standing.id)
    assert (reopened.owner, reopened.pending_seq) == (Owner.BOT, reopened.last_seq)
    resolve(floor, amy, wrapping)
    assert floor.handoff(standing.id).state is HandoffState.DONE
    # The assistant's open turn is not touched by the write-up.
    assert floor.standing(standing.id).pending_seq == reopened.pending_seq


def test_an_ending_must_be_in_the_list(floor: Floor) -> None:
    amy = floor.staff(AMY)["amy"]
    with pytest.raises(UnknownDisposition):
        resolve(floor, amy, floor.held(amy), "whatever")


def test_a_handoff_is_resolved_once(floor: Floor) -> None:
    amy = floor.staff(AMY)["amy"]
    standing = floor.held(amy)
    after = resolve(floor, amy, standing)
    with pytest.raises(NotHeld):
        resolve(floor, amy, after)


def test_given_back_the_bot_owns_the_conversation_and_can_hand_it_over_again(floor: Floor) -> None:
    amy = floor.staff(AMY)["amy"]
    standing = floor.held(amy)
    with floor.store.writing() as session:
        after = desk.return_to_bot(session, amy, standing.id, floor.clock.now(), epoch=standing.epoch)
    assert after.owner is Owner.BOT
    assert floor.handoff(standing.id).disposition == Disposition.RETURNED_TO_BOT
    customer_writes(floor, standing.id)
    floor.hand_over(Reason.ANGER, standing.id)
    assert floor.handoff(standing.id).packet["last_utterance"] == "One more thing"


def test_a_bot_that_does_not_own_the_conversation_cannot_hand_it_over(floor: Floor) -> None:
    conversation_id = floor.hand_over()
    with pytest.raises(ImpossibleChange):
        floor.hand_over(Reason.ANGER, conversation_id)


def test_every_step_between_owners_is_on_the_audit(floor: Floor) -> None:
    amy = floor.staff(AMY)["amy"]
    conversation_id = floor.hand_over()
    floor.assign()
    floor.decline(amy, conversation_id)
    floor.clock.advance(seconds=15)
    floor.assign()
    resolve(floor, amy, floor.accept(amy, conversation_id))
    with floor.store.reading() as session:
        actions = session.scalars(
            select(AuditEntry.action)
            .where(AuditEntry.subject == f"conversation:{conversation_id}")
            .order_by(AuditEntry.id)
        ).all()
    assert actions == ["handed_over", "offered", "declined", "offered", "accepted", "wrap_up", "resolved"]


_CALLS = {
    Event.HAND_OVER: lambda s, st, agent, now: queue.hand_over(s, st, Reason.ASKED_FOR, now),
    Event.ACCEPT: lambda s, st, agent, now: offers.accept(s, agent, st.id, now),
    Event.LAPSE: lambda s, st, agent, now: offers.decline(s, agent, st.id, now),
    Event.RESOLVE: lambda s, st, agent, now: desk.wrap_up(s, agent, st.id, now, epoch=st.epoch),
    Event.RETURN_TO_BOT: lambda s, st, agent, now: desk.return_to_bot(s, agent, st.id, now, epoch=st.epoch),
}
_PEOPLE = (Owner.BOT, Owner.QUEUED, Owner.OFFERED, Owner.AGENT, Owner.WRAP_UP)


def bring(floor: Floor, agent_id: int, owner: Owner) -> Standing:
    """A conversation with that owner, brought there by the queue's own functions."""
    if owner is Owner.BOT:
        return floor.standing(floor.talk("Hello"))
    if owner is Owner.QUEUED:
        return floor.standing(floor.hand_over())
    conversation_id = floor.hand_over()
    floor.assign()
    if owner is Owner.OFFERED:
        return floor.standing(conversation_id)
    standing = floor.accept(agent_id, conversation_id)
    if owner is Owner.AGENT:
        return standing
    with floor.store.writing() as session:
        return desk.wrap_up(session, agent_id, conversation_id, floor.clock.now(), epoch=standing.epoch)


@pytest.mark.parametrize("owner", _PEOPLE)
@pytest.mark.parametrize("event", _CALLS)
def test_the_queues_functions_do_what_the_table_of_owners_says_and_nothing_else(
    floor: Floor, owner: Owner, event: Event
) -> None:
    amy = floor.staff(AMY)["amy"]
    standing = bring(floor, amy, owner)
    expected = TRANSITIONS.get((owner, event))
    # Out of wrap-up a conversation goes by `resolve` alone, which also closes the handoff.
    if expected is None or (owner, event) == (Owner.WRAP_UP, Event.RETURN_TO_BOT):
        with pytest.raises((ImpossibleChange, NotHeld, OfferGone)), floor.store.writing() as session:
            _CALLS[event](session, standing, amy, floor.clock.now())
        assert floor.standing(standing.id) == standing
        return
    with floor.store.writing() as session:
        moved = _CALLS[event](session, standing, amy, floor.clock.now())
    assert (moved.owner, moved.epoch) == (expected, standing.epoch + 1)
    assert floor.standing(standing.id) == moved
