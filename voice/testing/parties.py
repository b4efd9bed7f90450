"""Who is at the other end of a number that Twilio calls, and what they do: agents, customers, their machines.

Describes and acts a person out; places no calls itself.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from voice.testing.call import Call


class Answer(StrEnum):
    """What becomes of ringing."""

    ANSWERS = "in-progress"
    NO_ANSWER = "no-answer"
    BUSY = "busy"
    FAILED = "failed"


class Kind(StrEnum):
    """Who or what answers."""

    HUMAN = "human"
    MACHINE = "machine"
    FAX = "fax"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody with a telephone."""

    answer: Answer = Answer.ANSWERS
    """What happens when it rings."""

    ring_seconds: float = 1.0
    """How long it rings before that."""

    kind: Kind = Kind.HUMAN
    """What answering-machine detection finds."""

    greeting_seconds: float = 6.0
    """How long a machine's announcement is, before its beep."""

    keys: str = ""
    """Pressed when asked for keys: "1" accepts a whispered call, "2" declines."""

    key_seconds: float = 1.0
    """Time taken before the first key."""

    says: bytes = b""
    """Mu-law, spoken on answering."""

    hangs_up_after_seconds: float | None = None
    """Counted from answering; a caller's own end comes first."""

    talks_seconds: float | None = None
    """Counted from being put through to somebody."""

    acts: Callable[["Call"], Awaitable[None]] | None = None
    """Anything else, run from the answer on."""

    async def live(self, call: "Call") -> None:
        """Be this person until the call is over."""
        if self.says:
            call.phone.begin(self.says)
        if self.acts is not None:
            await self.acts(call)
        if self.keys:
            await call.wait_for("gather", within=None)
            await call.pause(self.key_seconds)
            call.press(self.keys)
        if self.hangs_up_after_seconds is not None:
            await call.pause(self.hangs_up_after_seconds)
            await call.hang_up()
        elif self.talks_seconds is not None:
            await call.wait_for("bridged", within=None)
            await call.pause(self.talks_seconds)
            await call.hang_up()


NOBODY = Party(answer=Answer.FAILED, ring_seconds=0.2)
"""A number that does not exist."""

VERDICT_SECONDS = {Kind.HUMAN: 2.0, Kind.MACHINE: 4.0, Kind.FAX: 3.0, Kind.UNKNOWN: 30.0}
"""How long detection takes."""


def verdict(party: Party, mode: str) -> tuple[str, float]:
    """What `AnsweredBy` says, and after how many seconds."""
    if party.kind is not Kind.MACHINE:
        return party.kind.value, VERDICT_SECONDS[party.kind]
    if mode == "DetectMessageEnd":
        return "machine_end_beep", party.greeting_seconds
    return "machine_start", VERDICT_SECONDS[Kind.MACHINE]
