"""Sight: what a page of the console shows at one look: list, pulse, and the conversations on its screen.

All of it is of one moment, read in one transaction. A hundred open pages look every few seconds, so a look
must stay cheap; whoever opens a conversation leaves a line of audit first.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from handoff import inbox, listing
from handoff.acting import Acting, holder_for
from handoff.authorization import Permission, Principal, authorize, reaches_all
from handoff.casework import Pulse, Pulses
from handoff.inbox import Inbox, Talk
from handoff.refusals import Forbidden
from records.clock import Clock
from records.ledger import UnknownConversation
from records.models import ConversationId
from records.signals import Signals
from records.store import Store


@dataclass(frozen=True, slots=True)
class Seen:
    """One look."""

    inbox: Inbox
    pulse: Pulse
    asked: frozenset[ConversationId]
    """The conversations that were to be seen."""
    talks: Mapping[ConversationId, Talk]
    """Those of them that the agent may read; the others are with somebody else now, or nowhere."""


class Sight(Acting):
    """Looks of pages."""

    def __init__(self, store: Store, clock: Clock, signals: Signals, pulses: Pulses) -> None:
        """As every desk; `pulses` are counted once for all pages."""
        super().__init__(store, clock, signals)
        self._pulses = pulses

    async def look(self, token: str, shown: Mapping[ConversationId, int] | None = None) -> Seen:
        """The list, and the conversations `shown` with their entries after the seq that each has.

        Raises:
            NotLoggedIn: the session is over.
        """
        asked = dict(shown or {})
        noted: dict[ConversationId, int] = {}
        for chat, after_seq in asked.items():
            with suppress(Forbidden, UnknownConversation):
                await self._note_look(token, chat)
                noted[chat] = after_seq

        def work(session: Session, who: Principal, now: datetime) -> Seen:
            authorize(who, Permission.READ_CASES, who.agent_id)
            opens = reaches_all(who, Permission.READ_CONVERSATION)
            return Seen(
                listing.read(session, who.agent_id, opens_waiting=opens),
                self._pulses.at(session, now),
                frozenset(asked),
                _talks(session, who, now, noted),
            )

        return await self._look_around(token, Permission.OPEN_CONSOLE, work)


def _talks(
    session: Session, who: Principal, now: datetime, wanted: Mapping[ConversationId, int]
) -> Mapping[ConversationId, Talk]:
    found: dict[ConversationId, Talk] = {}
    for chat, after_seq in wanted.items():
        with suppress(Forbidden, UnknownConversation):
            permission = Permission.READ_CONVERSATION
            authorize(who, permission, holder_for(session, who, permission, chat))
            found[chat] = inbox.open_talk(session, chat, now, after_seq)
    return found
