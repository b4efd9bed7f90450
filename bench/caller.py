"""A caller who answers what they are asked, as the records tell it, and says everything aloud.

Knows the questions by their fields; judges nothing: whether something was done is for the proof to see.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from records.models import Message
from records.store import Store
from voice.testing import visitor_voice
from voice.testing.call import Call

QUIET_SECONDS = 1.0
PATIENCE_SECONDS = 90.0
TRIES = 24
"""Most turns of one goal; a caller who needs more has not been served."""


class NotServed(Exception):
    """The caller has no answer, or has given enough of them."""


@dataclass
class Caller:
    """Somebody at a telephone, and what the records say meanwhile."""

    call: Call
    store: Store
    answers: dict[str, tuple[str, ...]]
    """What the caller says by the field asked for; the second wording after the first was not understood."""
    keyed: dict[str, str]
    """What the caller keys in where they are asked to."""
    said: dict[str, int] = field(default_factory=dict)
    seen: int = 0

    async def listen(self) -> None:
        """Until the bot has spoken and is quiet."""
        await self.call.bot_finished(quiet_seconds=QUIET_SECONDS, within=PATIENCE_SECONDS)

    async def say(self, text: str) -> None:
        """Say something."""
        print(f"  caller: {text}", flush=True)
        await self.call.say(await asyncio.to_thread(visitor_voice.speak, text))

    async def until(self, wish: tuple[str, ...], done: Callable[[], bool]) -> int:
        """Say what is wanted, then answer whatever is asked until it is done; how many turns it took."""
        self.said[""] = 0
        await self.say(wish[0])
        for turn in range(1, TRIES + 1):
            await self.listen()
            if done():
                return turn
            await self._answer(wish)
        raise NotServed(f"not done after {TRIES} turns: {wish[0]}")

    async def _answer(self, wish: tuple[str, ...]) -> None:
        latest = self._latest()
        body: dict[str, Any] = latest.body
        line = body.get("line")
        custom = body.get("custom") or {}
        expects = str(custom.get("expects") or self._expected() or "")
        if line is not None and "Is that right" in line["answered"]:
            right = self.keyed.get(expects, "").casefold() in ("", line["heard"].casefold())
            await self.say("yes" if right else "no")
        elif line is not None and "key it in" in line["answered"] and expects in self.keyed:
            print(f"  caller presses {self.keyed[expects]}#", flush=True)
            self.call.press(f"{self.keyed[expects]}#")
        elif expects in self.answers:
            await self.say(self._wording(expects, self.answers[expects]))
        elif not expects:
            await self.say(self._wording("", wish))
        else:
            raise NotServed(f"the caller has no answer to {expects}")

    def _wording(self, name: str, wordings: tuple[str, ...]) -> str:
        times = self.said[name] = self.said.get(name, -1) + 1
        return wordings[min(times, len(wordings) - 1)]

    def _latest(self) -> Message:
        """The last thing the bot or the line said."""
        entries = [one for one in self.ledger() if one.author.value == "bot" or "line" in one.body]
        return entries[-1]

    def _expected(self) -> str | None:
        bot = [one for one in self.ledger() if one.author.value == "bot"]
        found = (bot[-1].body.get("custom") or {}).get("expects") if bot else None
        return str(found) if found else None

    def ledger(self) -> list[Message]:
        """Everything on the record."""
        with self.store.reading() as session:
            return list(session.scalars(select(Message).order_by(Message.seq)).all())
