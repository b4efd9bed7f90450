"""What a recogniser is inside its worker process, and which ones there are.

Imports an engine only when it is asked for: libraries that can abort a process stay out of the centre's own.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Protocol

from voice.hearing.base import Grammar, Heard


class Listener(Protocol):
    """One utterance inside a worker."""

    def feed(self, pcm: bytes) -> None:
        """Take 8 kHz PCM16."""

    @property
    def partial(self) -> str:
        """The newest words."""

    def settle(self) -> Heard:
        """The result of all that was fed; more may be fed afterwards."""

    def close(self) -> None:
        """Give back what it holds."""


class Engine(Protocol):
    """A recogniser, loaded once in a process."""

    def listen(self, grammar: Grammar) -> Listener:
        """Begin an utterance."""


Make = Callable[[], Engine]
"""Loads an engine; sent to the worker process by name, with its arguments."""


def pocketsphinx(folder: Path) -> Make:
    """The embedded recogniser; its language files are kept in `folder`."""
    return partial(_pocketsphinx, folder)


def vosk(model: Path) -> Make:
    """Vosk with the model in this folder."""
    return partial(_vosk, model)


def _pocketsphinx(folder: Path) -> Engine:
    from voice.hearing.pocketsphinx import Pocketsphinx

    return Pocketsphinx(folder)


def _vosk(model: Path) -> Engine:
    from voice.hearing.vosk import Vosk

    return Vosk(model)
