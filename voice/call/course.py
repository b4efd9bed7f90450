"""Where a call goes next when the network asks: to the bot, into the queue, to an agent's telephone, home.

Decided from the records alone, so that any process may answer, also after the one before it has died.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from bot import talk_links
from handoff import callbacks, queue, telephone, ways_out
from handoff.reasons import Reason
from handoff.refusals import NotWaiting
from handoff.telephone import Holder
from records import audit
from records.clock import CENTRE_ZONE
from records.models import CallState, Conversation, ConversationId, Leaving, Owner, PhoneCall
from records.ownership import ImpossibleChange
from voice.call import callback, prompts, register
from voice.call.states import Event
from voice.call.steps import Home, Step, ToAgent, ToBot, ToQueue
from voice.telephony import tokens

MOST_STREAMS = 4
"""A call whose streams broke so often is better off with a person."""


class Way(StrEnum):
    """The ways a call can go."""

    BOT = "bot"
    PEOPLE = "people"
    AGENT = "agent"
    HOME = "home"


def decide(state: CallState, leaving: Leaving | None, owner: Owner, streams: int) -> Way:
    """The way of a call that the network asks about. Pure."""
    if state is CallState.ENDED or leaving is Leaving.GOODBYE:
        return Way.HOME
    if owner in telephone.WAITING:
        return Way.PEOPLE
    if owner is Owner.AGENT:
        return Way.AGENT
    if owner is Owner.CALLBACK:
        return Way.HOME
    if state is CallState.BOT or streams >= MOST_STREAMS:
        # A stream that ended was written down by its owner: this owner has died.
        return Way.PEOPLE
    return Way.BOT


def go_on(session: Session, call: PhoneCall, now: datetime) -> Step:
    """Carry out what is next for the call; `call` is locked."""
    conversation_id = ConversationId(call.conversation_id)
    owner = session.get_one(Conversation, conversation_id, populate_existing=True).owner
    match decide(call.state, call.leaving, owner, call.streams):
        case Way.BOT:
            return to_bot(session, call, now)
        case Way.PEOPLE:
            return _to_people(session, call, owner, now)
        case Way.AGENT:
            return to_agent(session, call, now)
        case _:
            return Home("" if call.leaving is Leaving.GOODBYE else prompts.GOODBYE)


def to_bot(session: Session, call: PhoneCall, now: datetime) -> Step:
    """A stream for the call, whose conversation is the bot's."""
    was_cut_off = call.state is CallState.OPENING and call.streams > 0
    if not register.move(call, Event.STREAM_AGAIN, now):
        return Home(prompts.GOODBYE)
    register.to_bot(session, ConversationId(call.conversation_id), now)
    if was_cut_off:
        subject = f"conversation:{call.conversation_id}"
        audit.note(session, now, "system", "call_taken_back", subject, call=call.sid)
    return ToBot(tokens.mint(call, now), was_cut_off)


def to_agent(session: Session, call: PhoneCall, now: datetime) -> Step:
    """Call the telephone of the agent who holds the conversation; without one the caller waits on."""
    conversation_id = ConversationId(call.conversation_id)
    holder = telephone.holder(session, conversation_id)
    if holder is None:
        return _to_people(session, call, Owner.AGENT, now)
    if not holder.phone:
        telephone.not_reached(session, conversation_id, holder.agent_id, now, "no_telephone")
        return _to_people(session, call, Owner.QUEUED, now)
    if not register.move(call, Event.DIAL, now):
        return Home(prompts.GOODBYE)
    call.agent_id, call.taken_at = holder.agent_id, None
    audit.note(
        session, now, "system", "agent_dialled", f"conversation:{conversation_id}",
        agent=holder.agent_id, call=call.sid,
    )  # fmt: skip
    return ToAgent(holder.phone, call.called)


def taken(call: PhoneCall, now: datetime) -> bool:
    """The agent pressed the key; False when the call is not waiting for it any more."""
    if not register.move(call, Event.TAKEN, now):
        return False
    call.taken_at = now
    return True


def after_dial(session: Session, call: PhoneCall, why: str, now: datetime) -> Step:
    """The agent's telephone is not on the line (any more): `why` as the network says it."""
    if call.direction == callback.DIRECTION:
        return callback.after(session, call, why, now)
    conversation_id = ConversationId(call.conversation_id)
    agent_id = call.agent_id
    if call.state is CallState.AGENT and agent_id is not None:
        telephone.talk_over(session, conversation_id, agent_id, now)
        register.to_bot(session, conversation_id, now)
    elif call.state is CallState.DIALLING and agent_id is not None:
        register.move(call, Event.NOT_TAKEN, now)
        telephone.not_reached(session, conversation_id, agent_id, now, why)
    return go_on(session, call, now)


def call_back(session: Session, call: PhoneCall, now: datetime) -> str | None:
    """The caller would rather be called back; returns the words of the promise, None when it is too late."""
    conversation_id = ConversationId(call.conversation_id)
    place = queue.position(session, conversation_id)
    if place is None:
        return None
    try:
        at = ways_out.call_time(session, place, now)
        due = callbacks.promise(session, conversation_id, at, now, "caller")
    except (NotWaiting, ImpossibleChange):
        return None
    call.leaving = Leaving.GOODBYE
    local = due.astimezone(CENTRE_ZONE)
    day = "today" if local.date() == now.astimezone(CENTRE_ZONE).date() else f"on {local:%A}"
    return f"We will call you back {day}, at {local:%H:%M}, on the number that you are calling from. Goodbye."


def hung_up(session: Session, call: PhoneCall, now: datetime) -> None:
    """The call is over: nobody waits for it, and no agent is kept from others."""
    conversation_id = ConversationId(call.conversation_id)
    if not register.move(call, Event.HUNG_UP, now):
        return
    if call.leaving is not Leaving.GOODBYE:
        telephone.caller_gone(session, conversation_id, now)
    talk_links.call_over(session, conversation_id)


def _to_people(session: Session, call: PhoneCall, owner: Owner, now: datetime) -> Step:
    failed = call.leaving is None and call.state in (CallState.BOT, CallState.OPENING)
    if owner not in telephone.WAITING and owner is not Owner.AGENT:
        standing = register.to_bot(session, ConversationId(call.conversation_id), now)
        if standing.owner is Owner.BOT:
            queue.hand_over(session, standing, Reason.BOT_FAILED, now, actor="system")
            audit.note(session, now, "system", "call_rescued", f"conversation:{standing.id}", call=call.sid)
    if not register.move(call, Event.PEOPLE, now):
        return Home(prompts.GOODBYE)
    return ToQueue(prompts.APOLOGY if failed else "")


def stream_ended(call: PhoneCall, now: datetime) -> None:
    """The stream's owner has ended in order: what is next is decided by the records."""
    register.move(call, Event.STREAM_ENDED, now)


def words_for_agent(session: Session, call: PhoneCall) -> str:
    """What an agent hears before the caller."""
    holder = telephone.holder(session, ConversationId(call.conversation_id))
    return "" if holder is None else greeting_of(holder)


def greeting_of(holder: Holder) -> str:
    """The agent's name, what is known, and the key."""
    first = holder.name.split()[0] if holder.name.split() else ""
    told = f"{holder.packet.summary} " if holder.packet.summary else ""
    return f"Hello {first}. {told}Press 1 to take the call."
