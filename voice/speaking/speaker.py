"""The centre's mouth: the recording if there is one, else the first engine that can say it.

A caller never hears why an engine failed; the log and the health page do.
"""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from pathlib import Path

from prometheus_client import Counter

from voice.speaking.base import Pace, SpeakingFailed, Voice
from voice.speaking.command import CommandVoice
from voice.speaking.prompts import Prompts
from voice.speaking.telephone_audio import telephone_audio
from voice.speaking.workers import ProcessVoice

log = logging.getLogger(__name__)

SPOKEN = Counter("centre_sentences_spoken", "Sentences made sound, by where it came from", ["source"])
FAILED = Counter("centre_sentences_failed", "Sentences that an engine did not say", ["source", "code"])

TRIES = 2
"""Of each engine, where a failure may pass."""

LONGEST_TEXT = 1000
"""Characters of one sentence; what is longer was not cut into sentences."""


class Speaker:
    """Says sentences; see `voice.speaking.base.Mouth`."""

    def __init__(self, voices: Sequence[Voice], prompts: Prompts) -> None:
        """`voices` are tried in order."""
        self._voices = tuple(voices)
        self._prompts = prompts
        self._absent: set[Voice] = set()
        """Engines that are not installed: not tried for every sentence, only when health is asked for."""
        self._making: dict[str, asyncio.Task[bytes]] = {}

    async def speech(self, text: str, pace: Pace = Pace.NORMAL) -> bytes:
        """The sentence as 8 kHz mu-law.

        Raises:
            SpeakingFailed: no engine could say it.
        """
        return await self._say(text, pace, lasting=False)

    async def prepare(
        self, sentences: Iterable[str], paces: Iterable[Pace] = (Pace.NORMAL, Pace.SLOW)
    ) -> int:
        """Record fixed sentences ahead, and keep them over a restart; returns how many were new.

        They must not hold anything about a customer. A sentence that fails is said when it is needed.
        """
        made = 0
        for pace in paces:
            for sentence in sentences:
                if self._kept(sentence, pace) is None:
                    try:
                        await self._say(sentence, pace, lasting=True)
                    except SpeakingFailed as error:
                        log.warning("a prompt could not be recorded: %s", error.message)
                    else:
                        made += 1
        return made

    async def healthy(self) -> bool:
        """Whether it could speak now: tried, not guessed."""
        for voice in self._voices:
            try:
                telephone_audio(*await voice.pcm("All is well.", Pace.NORMAL))
            except SpeakingFailed:
                continue
            self._absent.discard(voice)
            return True
        return False

    async def close(self) -> None:
        """End all engines."""
        for voice in self._voices:
            await voice.close()

    def _kept(self, text: str, pace: Pace) -> bytes | None:
        for voice in self._voices:
            audio = self._prompts.get(self._prompts.name(voice.identity, pace, text))
            if audio is not None:
                return audio
        return None

    async def _say(self, text: str, pace: Pace, *, lasting: bool) -> bytes:
        text = " ".join(text.replace("\0", " ").split())[:LONGEST_TEXT]
        if not any(character.isalnum() for character in text):
            raise SpeakingFailed("empty", "there is nothing to say", retryable=False)
        audio = self._kept(text, pace)
        if audio is not None:
            SPOKEN.labels("prompts").inc()
            return audio
        # Two calls that need the same sentence make it once.
        key = f"{pace} {text}"
        making = self._making.get(key)
        if making is None:
            making = asyncio.create_task(self._make(text, pace, lasting=lasting))
            self._making[key] = making
            making.add_done_callback(lambda _task: self._making.pop(key, None))
        return await asyncio.shield(making)

    async def _make(self, text: str, pace: Pace, *, lasting: bool) -> bytes:
        failure = SpeakingFailed("no_engine", "there is no engine", retryable=False)
        for voice in [voice for voice in self._voices if voice not in self._absent] or self._voices:
            for _ in range(TRIES):
                try:
                    audio = telephone_audio(*await voice.pcm(text, pace))
                except SpeakingFailed as error:
                    FAILED.labels(voice.identity, error.code).inc()
                    log.warning("%s did not speak: %s: %s", voice.identity, error.code, error.message)
                    failure = error
                    if error.code == "no_engine":
                        self._absent.add(voice)
                    if not error.retryable:
                        break
                else:
                    self._prompts.put(self._prompts.name(voice.identity, pace, text), audio, lasting=lasting)
                    SPOKEN.labels(voice.identity).inc()
                    return audio
        raise failure


def speaker(folder: Path, processes: int = 1) -> Speaker:
    """The mouth of an installation: pyttsx3, then the espeak command or library; recordings in `folder`."""
    command = CommandVoice.installed()
    fallback: Voice = CommandVoice(command) if command else ProcessVoice("espeak-library")
    return Speaker((ProcessVoice("pyttsx3", processes=processes), fallback), Prompts(folder / "prompts"))
