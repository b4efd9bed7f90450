"""A recogniser for tests of the workers: it hears bytes as text, and does what some of them say."""

import os
import signal
from pathlib import Path

from voice.hearing.base import Grammar, Heard

DIES, HANGS = b"die ", b"hang "


class Spelling:
    """Its one utterance kind; `mark` is a file whose absence lets it die, once."""

    def __init__(self, mark: Path | None) -> None:
        self._mark = mark
        self._sound = b""

    @property
    def partial(self) -> str:
        return self._sound.decode()

    def feed(self, pcm: bytes) -> None:
        self._sound += pcm

    def settle(self) -> Heard:
        if DIES in self._sound and (self._mark is None or not self._mark.exists()):
            if self._mark is not None:
                self._mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        if HANGS in self._sound:
            signal.pause()
        return Heard(self._sound.decode(), 1.0, engine=str(os.getpid()))

    def close(self) -> None:
        self._sound = b""


class Speller:
    """The engine."""

    def __init__(self, mark: Path | None = None) -> None:
        self._mark = mark

    def listen(self, grammar: Grammar) -> Spelling:
        return Spelling(self._mark)


class Broken:
    """An engine that cannot be loaded."""

    def __init__(self) -> None:
        raise RuntimeError("no model")

    def listen(self, grammar: Grammar) -> Spelling:
        raise AssertionError("never loaded")
