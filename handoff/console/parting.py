"""Parting: how an agent lets a conversation go: resolved, to the assistant, for a call, to somebody else.

Asks what must be known, with what the agent saw when asked; the desks check it again.
"""

from datetime import datetime, timedelta

from actions.services.catalogue import CATALOGUE
from handoff import sources
from handoff.console import asking
from handoff.console.asking import Field, Question, Values
from handoff.console.hands import Hands
from handoff.console.stance import Stance
from handoff.desk import TEXT_LENGTH, Disposition
from handoff.inbox import Talk
from handoff.passing import Colleague
from handoff.refusals import FarOff
from handoff.transfers import NOTE_LENGTH
from records import calendar
from records.clock import CENTRE_ZONE

_QUEUE = "queue"
_COLLEAGUE, _SKILL = "agent:", "skill:"
_CALL_AFTER = timedelta(minutes=30)
_MINUTE = timedelta(minutes=1)


class Parting:
    """The ways out of a conversation."""

    def __init__(self, hands: Hands) -> None:
        """For the agent of one page."""
        self._hands = hands

    async def command(self, name: str) -> bool:
        """Ask what belongs to a command; False where it is none of these, or does not fit."""
        talk, stance = self._hands.screen.talk, self._hands.screen.stance
        if talk is None:
            return False
        holds = stance is Stance.HOLDS
        match name:
            case "resolve" if stance in (Stance.HOLDS, Stance.WRITES_UP):
                self._ask_for_resolution(talk, holds=holds)
            case "bot" if holds:
                self._ask_for_instruction(talk)
            case "call" if holds:
                self._ask_for_time(talk)
            case "transfer" if holds and talk.transfer is None:
                await self._hands.act(self._ask_whom(talk))
            case "transfer" | "keep" if holds:
                passing = self._hands.centre.desks.passing
                await self._hands.act(passing.keep(self._hands.token, talk.conversation_id, epoch=talk.epoch))
            case _:
                return False
        return True

    def _ask_for_resolution(self, talk: Talk, *, holds: bool) -> None:
        switchboard, token = self._hands.centre.desks.switchboard, self._hands.token
        options = [{"value": one.value, "words": one.words} for one in Disposition if one.is_chosen]
        fields = (
            asking.choice("disposition", "How did it end?", options),
            asking.area("notes", "Notes for colleagues", TEXT_LENGTH),
        )

        async def resolve(values: Values) -> None:
            disposition, notes = values.get("disposition", ""), values.get("notes", "")
            await self._hands.leave_by(
                switchboard.resolve(token, talk.conversation_id, disposition, notes, epoch=talk.epoch)
            )

        async def postpone() -> None:
            await self._hands.act(switchboard.wrap_up(token, talk.conversation_id, epoch=talk.epoch))

        now = self._hands.centre.clock.now()
        question = Question(
            f"Resolve: {talk.title}", fields, "Resolve",
            extra="End now, write up later" if holds else "",
            since=now if holds else talk.ended_at,
        )  # fmt: skip
        self._hands.asking.ask(question, now, resolve, postpone)

    def _ask_for_instruction(self, talk: Talk) -> None:
        options = [
            {"value": intent, "words": f"{entry.title[:1].upper()}{entry.title[1:]}"}
            for intent, entry in sorted(CATALOGUE.items(), key=lambda one: one[1].title)
            if sources.service_of(intent)
        ]
        field = asking.choice("instruction", "What shall it do first?", options) | {
            "required": False, "none": "Ask how it can help",
        }  # fmt: skip

        async def give_back(values: Values) -> None:
            switchboard = self._hands.centre.desks.switchboard
            await self._hands.leave_by(
                switchboard.return_to_bot(
                    self._hands.token, talk.conversation_id,
                    epoch=talk.epoch, instruction=values.get("instruction", ""),
                )
            )  # fmt: skip

        hint = "It knows everything that was said, and begins what you choose by itself."
        question = Question(f"Return to the assistant: {talk.title}", (field,), "Return", hint)
        self._hands.asking.ask(question, self._hands.centre.clock.now(), give_back)

    def _ask_for_time(self, talk: Talk) -> None:
        now = self._hands.centre.clock.now()
        proposed = calendar.next_opening(now + _CALL_AFTER).astimezone(CENTRE_ZONE)
        fields = (asking.moment("at", "Day and time of the call", proposed, now.astimezone(CENTRE_ZONE)),)

        async def promise(values: Values) -> None:
            await self._hands.leave_by(self._promise(talk, values.get("at", "")))

        hint = (
            f"Calls are made from {calendar.OPENS:%H:%M} to {calendar.CLOSES:%H:%M}; another time becomes "
            "the next opening. The customer is told, and keeps the place in the line."
        )
        question = Question(f"Promise a call: {talk.title}", fields, "Promise", hint)
        self._hands.asking.ask(question, now, promise)

    async def _promise(self, talk: Talk, at: str) -> datetime:
        try:
            moment = datetime.fromisoformat(at).replace(tzinfo=CENTRE_ZONE)
        except ValueError:
            raise FarOff from None
        # Typed to the minute: the one that runs now has not gone by.
        if moment <= self._hands.centre.clock.now() < moment + _MINUTE:
            moment += _MINUTE
        return await self._hands.centre.desks.passing.promise_call(
            self._hands.token, talk.conversation_id, moment, epoch=talk.epoch
        )

    async def _ask_whom(self, talk: Talk) -> None:
        colleagues = await self._hands.centre.desks.passing.colleagues(self._hands.token)
        fields = (
            asking.choice("to", "To", _recipients(colleagues)),
            asking.area("note", "What should they know?", NOTE_LENGTH),
        )

        async def pass_on(values: Values) -> None:
            to, note = values.get("to", ""), values.get("note", "")
            passing, token, chat = self._hands.centre.desks.passing, self._hands.token, talk.conversation_id
            if to == _QUEUE:
                await self._hands.leave_by(passing.requeue(token, chat, note, epoch=talk.epoch))
                return
            login = to.removeprefix(_COLLEAGUE) if to.startswith(_COLLEAGUE) else None
            skill = to.removeprefix(_SKILL) if to.startswith(_SKILL) else None
            await self._hands.act(
                passing.transfer(token, chat, note, epoch=talk.epoch, to=login, skill=skill)
            )

        hint = "You keep the conversation until somebody has accepted it."
        question = Question(f"Transfer: {talk.title}", fields, "Transfer", hint)
        self._hands.asking.ask(question, self._hands.centre.clock.now(), pass_on)


def _recipients(colleagues: tuple[Colleague, ...]) -> list[Field]:
    skills = sorted({skill for one in colleagues for skill in one.skills})
    return [
        *(
            {
                "value": f"{_COLLEAGUE}{one.login}",
                "words": one.name if one.has_room else f"{one.name} (no room now)",
                "group": "Colleagues on duty",
            }
            for one in colleagues
        ),
        *(
            {"value": f"{_SKILL}{skill}", "words": sources.label_of(skill), "group": "Anybody with the skill"}
            for skill in skills
        ),
        {"value": _QUEUE, "words": "The queue, at its first place", "group": "Give it back now"},
    ]
