"""Calls that nobody serves any more: a centre that dies is not told of their ends, so the network is asked.

Whom an outage of ours has cut off is called back. Never ends a call that the network still holds.
"""

import asyncio
import logging
from datetime import datetime
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.talk_links import IN_CHAT
from handoff import callbacks, queue, telephone
from handoff.reasons import Reason
from handoff.refusals import NotWaiting
from records import audit, ledger
from records.models import (
    Author,
    CallState,
    Conversation,
    ConversationId,
    Leaving,
    Message,
    Owner,
    PhoneCall,
)
from records.ownership import ImpossibleChange
from records.signals import PEOPLE
from voice.call import course, register
from voice.call.line import PhoneLine
from voice.telephony.client import OVER, CarrierFailed

log = logging.getLogger(__name__)

LOOK_SECONDS = 15.0
UNKNOWN = "http_404"
_OURS = frozenset({CallState.OPENING, CallState.BOT, CallState.QUEUED})
"""Where a call that ends without a word ends because we were not there."""


class Network(Protocol):
    """Knows how calls stand; see `voice.telephony.client.Carrier`."""

    async def status(self, call_sid: str) -> str:
        """How a call stands.

        Raises:
            CarrierFailed: nobody knows.
        """
        ...


class Orphans:
    """Looks after the calls of centres that died. Any number may run side by side."""

    def __init__(self, line: PhoneLine, network: Network | None) -> None:
        """Without a `network` only calls are ended that are older than any call can be."""
        self._line = line
        self._network = network
        self._over: frozenset[str] = frozenset()

    async def run(self) -> None:
        """Look until cancelled. A database that does not answer is asked again at the next look."""
        while True:
            try:
                await self.look()
            except SQLAlchemyError:
                log.exception("looking after calls failed; it is tried again")
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> int:
        """One look; how many calls it ended.

        A call counts as unattended when two looks find it over: in between, its end may still be on its way
        to us, as it is after every call.
        """
        forgotten = await self._line.write(_forget)
        open_calls = await self._line.read(_open)
        over = {sid for sid in open_calls if not self._line.serves(sid) and await self._is_over(sid)}
        ended = 0
        for sid in over & self._over:
            ended += await self._end(sid)
        self._over = frozenset(over)
        if forgotten or ended:
            log.warning("%d calls had lost their end", forgotten + ended)
            self._line.parts.services.signals.advanced(PEOPLE)
        return forgotten + ended

    async def _end(self, sid: str) -> bool:
        return await self._line.write(lambda session, now: _end(session, sid, now))

    async def _is_over(self, sid: str) -> bool:
        if self._network is None:
            return False
        try:
            return await self._network.status(sid) in OVER
        except CarrierFailed as error:
            return error.code == UNKNOWN


def _open(session: Session) -> list[str]:
    found = select(PhoneCall.sid).where(PhoneCall.state != CallState.ENDED).order_by(PhoneCall.started_at)
    return list(session.scalars(found))


def _forget(session: Session, now: datetime) -> int:
    lost = register.lost(session, now)
    for call in lost:
        ledger.lock(session, ConversationId(call.conversation_id))
        course.hung_up(session, call, now)
    return len(lost)


def _end(session: Session, sid: str, now: datetime) -> bool:
    call = register.find(session, sid)
    if call is None or call.state is CallState.ENDED:
        return False
    conversation_id = ConversationId(call.conversation_id)
    promised = _was_cut_off(session, call) and _promise(session, conversation_id, now)
    course.hung_up(session, call, now)
    audit.note(
        session, now, "system", "call_lost", f"conversation:{conversation_id}", call=sid, called_back=promised
    )
    return True


def _was_cut_off(session: Session, call: PhoneCall) -> bool:
    """Whether somebody who can be called was in the middle of something."""
    if call.direction != "inbound" or call.state not in _OURS or call.leaving is Leaving.GOODBYE:
        return False
    conversation = session.get_one(Conversation, call.conversation_id, populate_existing=True)
    if conversation.context.get(IN_CHAT) or not call.caller.startswith("+"):
        return False
    said = select(Message.seq).where(
        Message.conversation_id == call.conversation_id, Message.author == Author.CUSTOMER
    )
    return session.scalar(said.limit(1)) is not None


def _promise(session: Session, conversation_id: ConversationId, now: datetime) -> bool:
    """A person calls them back, at the place in the queue that they have."""
    standing = ledger.lock(session, conversation_id)
    try:
        if standing.owner is Owner.BOT:
            standing = queue.hand_over(session, standing, Reason.BOT_FAILED, now, actor="system")
        if standing.owner not in telephone.WAITING:
            return False
        callbacks.promise(session, conversation_id, now, now, "system")
    except (NotWaiting, ImpossibleChange):
        return False
    return True
