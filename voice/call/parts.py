"""What every call of a process works with, put together once by app.py."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from bot.services import Services
from voice.hearing.base import Ears, Grammar, Heard
from voice.hearing.vad import Vad
from voice.speaking.base import Mouth


class Recorder(Protocol):
    """Records calls at the carrier's; a failure is noted there and harms no call."""

    async def begin(self, call_sid: str) -> None:
        """Record from now on."""
        ...

    async def change(self, call_sid: str, status: str) -> None:
        """`paused`, `in-progress` or `stopped`; nothing where nothing is recorded."""
        ...


@dataclass(frozen=True, slots=True)
class Parts:
    """Engines and services."""

    services: Services
    ears: Ears
    mouth: Mouth
    vad: Callable[[], Vad]
    """A new voice detector, for one call."""
    typed: Callable[[Heard, Grammar], str]
    """What was heard as one would have typed it."""
    recorder: Recorder | None = None
    """None: calls are not recorded."""
