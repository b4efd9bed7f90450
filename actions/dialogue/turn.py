"""One turn, exactly once: its effect and its reply are stored in the same transaction.

A turn that comes again gets the stored reply, and nothing is done twice.
"""

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import Table, bindparam, insert, select

from actions.answers import Index
from actions.dialogue import filling, gentleness
from actions.dialogue.desk import Desk, open_desk
from actions.dialogue.talking import Talk
from actions.forms import shelf
from actions.forms.service import Service
from actions.services.branches import PLACES
from actions.services.registry import SERVICES
from actions.utterance import Utterance
from records.clock import Clock, today
from records.models import TurnEffect
from records.prepared import Prepared
from records.store import Store

_EFFECTS = cast(Table, TurnEffect.__table__)
_ADD = Prepared(insert(_EFFECTS))
_KNOWN = Prepared(select(_EFFECTS.c.result).where(_EFFECTS.c.turn == bindparam("turn")))


class Dialogue:
    """The bot's side of all conversations."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        assurance_minutes: float,
        key: bytes,
        index: Index | None,
        services: Mapping[str, Service] = SERVICES,
    ) -> None:
        """Take what a turn needs; nothing is read yet."""
        self._store = store
        self._clock = clock
        self._minutes = assurance_minutes
        self._key = key
        self._talk = Talk(index)
        self._services = dict(services)

    def turn(self, action: str, conversation_id: str, turn_id: str, utterance: Utterance) -> dict[str, Any]:
        """Answer a message: `messages` for the dispatcher, and whether a form is open now (`loop`).

        Raises:
            UnknownConversation: there is no such conversation.
        """
        with self._store.writing() as session:
            known = _KNOWN.first(session, turn=turn_id)
            if known is not None:
                return dict(known.result)
            now = self._clock.now()
            desk = open_desk(
                session,
                conversation_id,
                now,
                today(self._clock),
                minutes=self._minutes,
                key=self._key,
                services=self._services,
            )
            if not desk.is_the_bots:
                # It came too late: a person has it by now, and nothing may be done behind their back.
                return {"messages": [], "loop": False}
            self._answer(desk, action, utterance)
            result = self._finish(desk)
            effect = {
                "turn": turn_id,
                "conversation_id": conversation_id,
                "result": result,
                "created_at": now,
            }
            _ADD.run(session, effect)
            return result

    def has_open_form(self, conversation_id: str) -> bool:
        """Whether a form waits for its answer, as a new session of the engine wants to know."""
        with self._store.reading() as session:
            return shelf.has_open(session, conversation_id)

    def _answer(self, desk: Desk, action: str, utterance: Utterance) -> None:
        if not PLACES.names:
            PLACES.load(desk.session)
        sheet = desk.current
        if sheet is not None and sheet.service not in self._services:
            sheet.change(status=shelf.Status.CANCELLED)  # the service was withdrawn since
            sheet = None
        if sheet is None:
            self._talk.outside(desk, action, utterance)
        else:
            left = filling.answer(desk, sheet, utterance)
            if left is not None:
                self._talk.left(desk, left.intent, utterance)

    def _finish(self, desk: Desk) -> dict[str, Any]:
        custom = desk.reply.custom
        custom.setdefault("tier", 1)
        if gentleness.holds(desk):
            custom["gentle"] = True
            gentleness.keep(desk)
            gentleness.offer_a_person(desk)
        if "handoff" in custom or desk.current is None:
            custom.pop("expects", None)
        desk.write()
        return {"messages": desk.reply.as_messages(), "loop": desk.current is not None}
