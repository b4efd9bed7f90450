"""Puts callers through when an agent has taken their conversation, and makes the calls that were promised.

Watches the records, not the console: whoever accepted, and wherever. Any number may run side by side: a call
is claimed in the records before the network is asked.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from sqlalchemy import exists, or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from handoff.reasons import Reason
from records import audit
from records.models import (
    Agent,
    CallState,
    Conversation,
    ConversationId,
    Handoff,
    HandoffState,
    Owner,
    PhoneCall,
)
from records.signals import PEOPLE, Signals
from voice.call import callback, course, register
from voice.call.callback import Ordered
from voice.call.line import PhoneLine
from voice.call.states import Event
from voice.call.steps import ToAgent
from voice.telephony.client import CarrierFailed

log = logging.getLogger(__name__)

TICK_SECONDS = 1.0
REST_SECONDS = 0.1
RETRIES = 3
"""So often a call is redirected; then the agent counts as not reached."""


class Carrier(Protocol):
    """Moves and makes calls; see `voice.telephony.client.Carrier`."""

    async def redirect(self, call_sid: str, twiml: str) -> None:
        """Let a call go on with another document."""
        ...

    async def begin(self, to: str, caller_id: str, url: str, **more: str) -> str:
        """Call somebody; returns the call's sid."""
        ...


class Connector:
    """Brings callers and agents together."""

    def __init__(
        self,
        line: PhoneLine,
        carrier: Carrier,
        signals: Signals,
        dial: Callable[[ToAgent, str], str],
        url: Callable[[str], str],
    ) -> None:
        """`dial` makes the document that puts a call through, `url` an address of ours."""
        self._line = line
        self._carrier = carrier
        self._signals = signals
        self._dial = dial
        self._url = url
        self._failed: dict[str, int] = {}

    async def run(self) -> None:
        """Connect until cancelled. A database that does not answer is tried again at the next tick."""
        with self._signals.watching(PEOPLE) as bell:
            while True:
                bell.clear()
                try:
                    await self.sweep()
                except SQLAlchemyError:
                    log.exception("connecting failed; it is tried again")
                await asyncio.sleep(REST_SECONDS)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(bell.wait(), TICK_SECONDS)

    async def sweep(self) -> int:
        """One look: puts through whoever can be; returns how many calls were moved or made."""
        waiting, promised = await self._line.read(lambda session: (_waiting(session), _promised(session)))
        moved = 0
        for sid in waiting:
            moved += await self._put_through(sid)
        for conversation_id in promised:
            moved += await self._call_back(conversation_id)
        return moved

    async def _put_through(self, sid: str) -> bool:
        def claim(session: Session, now: datetime) -> ToAgent | None:
            call = register.find(session, sid)
            if call is None or sid not in _waiting(session):
                return None
            step = course.to_agent(session, call, now)
            return step if isinstance(step, ToAgent) else None

        step = await self._line.write(claim)
        if step is None:
            return False
        try:
            await self._carrier.redirect(sid, self._dial(step, sid))
        except CarrierFailed as error:
            log.warning("call %s could not be redirected: %s", sid, error)
            await self._not_redirected(sid, error)
            return False
        self._failed.pop(sid, None)
        return True

    async def _not_redirected(self, sid: str, error: CarrierFailed) -> None:
        tries = self._failed[sid] = self._failed.get(sid, 0) + 1
        is_last = tries >= RETRIES

        def put_back(session: Session, now: datetime) -> None:
            call = register.find(session, sid)
            if call is None:
                return
            if not error.retryable:
                # The network knows no such call: it is over, and nobody told us.
                course.hung_up(session, call, now)
            elif is_last:
                course.after_dial(session, call, error.code, now)
            else:
                register.move(call, Event.NOT_TAKEN, now)

        await self._line.write(put_back)
        if is_last or not error.retryable:
            self._failed.pop(sid, None)

    async def _call_back(self, conversation_id: ConversationId) -> bool:
        number = self._line.parts.services.settings.twilio_from
        ordered = await self._line.read(lambda session: callback.order(session, conversation_id, number))
        if ordered is None:
            return False
        if not ordered.can_be_made:
            log.warning("a call-back cannot be made: no number to call, or none to call from")
            await self._line.write(lambda session, now: callback.failed(session, ordered, now))
            return False
        path = f"/voice/callback?conversation={conversation_id}"
        try:
            sid = await self._carrier.begin(
                ordered.agent_number,
                ordered.caller_id,
                self._url(path),
                StatusCallback=self._url("/voice/status"),
            )
        except CarrierFailed as error:
            log.warning("a call-back could not be made: %s", error)
            await self._line.write(lambda session, now: callback.failed(session, ordered, now))
            return False

        def note(session: Session, now: datetime) -> None:
            _made(session, sid, ordered, now)

        await self._line.write(note)
        return True


def _made(session: Session, sid: str, ordered: Ordered, now: datetime) -> None:
    call = register.add(
        session, sid, ordered.conversation_id, ordered.customer_number, ordered.caller_id, now,
        direction=callback.DIRECTION, state=CallState.DIALLING,
    )  # fmt: skip
    call.agent_id = ordered.agent_id
    subject = f"conversation:{ordered.conversation_id}"
    audit.note(session, now, "system", "call_back_begun", subject, agent=ordered.agent_id, call=sid)


def _waiting(session: Session) -> list[str]:
    """Calls whose conversation is an agent's, while they are not on that agent's telephone."""
    return list(
        session.scalars(
            select(PhoneCall.sid)
            .join(Conversation, Conversation.id == PhoneCall.conversation_id)
            .join(Handoff, Handoff.conversation_id == Conversation.id)
            .where(
                Conversation.owner == Owner.AGENT,
                Handoff.state == HandoffState.ACTIVE,
                PhoneCall.direction != callback.DIRECTION,
                or_(
                    PhoneCall.state == CallState.QUEUED,
                    (PhoneCall.state.in_((CallState.DIALLING, CallState.AGENT)))
                    & (PhoneCall.agent_id != Handoff.agent_id),
                ),
            )
            .order_by(PhoneCall.started_at)
        )
    )


def _promised(session: Session) -> list[ConversationId]:
    """Conversations of agents who took a promised call that nobody has made yet."""
    since = exists().where(
        PhoneCall.conversation_id == Handoff.conversation_id,
        or_(PhoneCall.state != CallState.ENDED, PhoneCall.started_at >= Handoff.accepted_at),
    )
    return [
        ConversationId(one)
        for one in session.scalars(
            select(Handoff.conversation_id)
            .join(Agent, Agent.id == Handoff.agent_id)
            .where(
                Handoff.state == HandoffState.ACTIVE,
                or_(Handoff.due_at.is_not(None), Handoff.reason == Reason.CALLBACK.value),
                Agent.phone.is_not(None),
                ~since,
            )
            .order_by(Handoff.id)
        )
    ]
