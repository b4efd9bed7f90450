"""Who stops the bot: callers, and nobody else. Synthesised callers, coughs, noises, the bot's own echo.

Run as `python -m bench.barge_in`. Everything passes the real voice detector, the real rules and mu-law on the
clock of the audio; the words are pocketsphinx's. The last line is one line of JSON.
"""

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pocketsphinx  # type: ignore[import-untyped]

from bench.measuring import percentile
from voice import codec
from voice.hearing.vad import FRAME_SAMPLES, SileroVad
from voice.speaking.speaker import speaker
from voice.speech_model.clips import at_phone_rate
from voice.speech_model.flite import Flite
from voice.turns import BargeIn, BotHeld, BotResumed, SettleEarly, SpeechDropped, SpeechStarted, TurnTaking
from voice.turns.echo import EchoProof, Samples

RATE = codec.SAMPLES_PER_SECOND
FRAME = FRAME_SAMPLES / RATE
VOICES = ("slt", "rms", "awb", "kal16")
BOT = (
    "Your policy is in force, and its next premium of one thousand two hundred yuan is due on March third. "
    "It covers accidents at home and abroad, and it pays from the first day in hospital. "
)
CALLS = (
    "I want to report a claim", "what is my policy worth", "talk to an agent please", "that is not my policy",
    "when is the premium due", "can you say that again", "I need a new certificate",
    "my number is eight eight",
)  # fmt: skip
STOPS = ("stop", "no", "wait a moment", "agent")
LISTENS = ("um hum", "uh huh", "yeah", "okay", "right", "I see", "yes", "okay yeah")
SAID_AT = (2.3, 4.1)
ECHOES = ((10, 0.12, 99), (15, 0.2, 6), (20, 0.3, 3), (25, 0.45, 6), (30, 0.2, 0), (12, 0.6, 10))
"""Decibels that the echo is weaker, its delay in seconds, decibels that the room is weaker than the echo."""

WAY_SECONDS = 0.1
"""From our silence to the caller's ear, and with the echo back again."""


@dataclass(frozen=True, slots=True)
class Case:
    """Something that is heard while the bot speaks."""

    kind: str
    name: str
    sound: Samples
    at: float
    noise: float
    """Level of the line's own noise."""

    echo: tuple[int, float, int] | None = None
    is_meant: bool = False


@dataclass(slots=True)
class Outcome:
    """What became of the bot."""

    case: Case
    held: float | None = None
    stopped: float | None = None
    silent_seconds: float = 0.0
    """How long it was silent for nothing."""


class Words:
    """pocketsphinx with the phrases that can be said here, in lock-step with the audio."""

    def __init__(self) -> None:
        """One decoder for all cases."""
        phrases = [*CALLS, *STOPS, *LISTENS, "what", "hello", "report a claim", "claim", "my policy"]
        told = " | ".join(
            sorted({one.lower().replace("uh huh", "uh-huh").replace("um hum", "mhm") for one in phrases})
        )
        grammar = f"#JSGF V1.0;\ngrammar said;\npublic <said> = {told};\n"
        with tempfile.NamedTemporaryFile("w", suffix=".jsgf") as file:
            file.write(grammar)
            file.flush()
            self._decoder = pocketsphinx.Decoder(jsgf=file.name, loglevel="FATAL")
        self._is_open = False
        self._chooser = np.random.default_rng(5)

    def open(self) -> None:
        """An utterance begins."""
        self.close()
        self._decoder.start_utt()
        self._widen = codec.Resampler(RATE, 2 * RATE)
        self._is_open = True

    def feed(self, pcm: bytes) -> str:
        """More of it; returns the words so far."""
        if not self._is_open:
            return ""
        wide = np.frombuffer(self._widen.feed(pcm), "<i2").astype(np.float64)
        if not wide.size:
            return ""
        dithered = wide + self._chooser.normal(0, 20, wide.size)
        self._decoder.process_raw(np.clip(dithered, -32768, 32767).astype("<i2").tobytes())
        found = self._decoder.hyp()
        return str(found.hypstr) if found else ""

    def close(self) -> str:
        """The utterance is over; returns its words."""
        if not self._is_open:
            return ""
        self._is_open = False
        self._decoder.end_utt()
        found = self._decoder.hyp()
        return str(found.hypstr) if found else ""


def level(sound: Samples, rms: float) -> Samples:
    """The sound at this level."""
    return sound * rms / max(1.0, float(np.sqrt(np.mean(sound**2))))


def said(flite: Flite, text: str, voice: str) -> Samples:
    """A caller, from the first sound to the last."""
    sound = at_phone_rate(flite.say(text, voice)).samples.astype(np.float64) * 32768
    loud = np.flatnonzero(np.abs(sound) > 0.02 * np.abs(sound).max())
    return sound[loud[0] : loud[-1]]


def cough(chooser: np.random.Generator) -> Samples:
    """One to three bursts of breath, with a voice in some of them."""
    parts: list[Samples] = []
    for _ in range(chooser.integers(1, 4)):
        seconds = chooser.uniform(0.08, 0.22)
        passed = np.arange(int(RATE * seconds)) / (RATE * seconds)
        breath = np.convolve(chooser.normal(size=passed.size), np.ones(chooser.integers(2, 6)), "same")
        pitch = chooser.uniform(90, 200) * (1 - 0.3 * passed)
        voice = np.sign(np.sin(2 * np.pi * np.cumsum(pitch) / RATE)) * chooser.choice((0, 0, 0.5))
        parts += [(breath + voice) * np.minimum(1, 30 * passed) * np.exp(-4 * passed)]
        parts += [np.zeros(int(RATE * chooser.uniform(0.05, 0.2)))]
    return np.concatenate(parts)


def noises(chooser: np.random.Generator) -> Iterator[tuple[str, Samples]]:
    """What else a telephone hears."""
    for place in range(4):
        knock = chooser.normal(size=800) * np.exp(-np.arange(800) / 120)
        yield f"knocks {place}", np.concatenate([knock, np.zeros(1200), knock, np.zeros(1600), knock])
        yield f"breath {place}", np.convolve(chooser.normal(size=6000), np.ones(4), "same")
        steps = np.arange(8000) / RATE
        yield f"ringing {place}", np.sin(2 * np.pi * (440 + 110 * place) * steps) * (np.sin(50 * steps) > 0)
        yield f"paper {place}", chooser.normal(size=5000) * (chooser.random(5000) > 0.7)


def cases(flite: Flite, chooser: np.random.Generator) -> Iterator[Case]:
    """The script."""
    for place, voice in enumerate(VOICES):
        for number, text in enumerate((*CALLS, *STOPS)):
            kind = "caller" if text in CALLS else "stop word"
            loud = level(said(flite, text, voice), (2500, 1000)[number % 2])
            at = SAID_AT[number % 2] + chooser.uniform(0, 0.3)
            yield Case(kind, f"{voice}: {text}", loud, at, (8, 60)[place % 2], is_meant=True)
            if text in CALLS:
                echo = ECHOES[(number + place) % len(ECHOES)]
                name = f"{voice} over echo: {text}"
                yield Case("caller over echo", name, level(loud, 2500), at, 8, echo, is_meant=True)
        for number, text in enumerate(LISTENS):
            sound = level(said(flite, text, voice), (2000, 1000)[number % 2])
            yield Case("listening word", f"{voice}: {text}", sound, SAID_AT[number % 2], (8, 60)[place % 2])
    for number in range(32):
        yield Case("cough", f"cough {number}", level(cough(chooser), (3000, 1200)[number % 2]), 2.5, 20)
    for name, sound in noises(chooser):
        yield Case("noise", name, level(sound, 2000), 2.5, 20)
    for echo in ECHOES:
        for noise in (8.0, 40.0):
            yield Case("echo", f"echo {echo} {noise}", np.zeros(1), 2.5, noise, echo)
    yield Case("line", "line noise", np.zeros(1), 2.5, 150)


def room(decibels: int, chooser: np.random.Generator) -> Samples:
    """How a room answers: the direct sound, and walls that much weaker."""
    walls = chooser.normal(size=1200) * np.exp(-np.arange(1200) / 240)
    walls[:8] = 0
    answer: Samples = walls * 10 ** (-decibels / 20) / np.sqrt(np.sum(walls**2))
    answer[0] = 1
    return answer


def play(case: Case, bot: bytes, words: Words, chooser: np.random.Generator) -> Outcome:
    """One case, frame by frame, until the bot is interrupted or has finished."""
    turns, ear, outcome = TurnTaking(), EchoProof(SileroVad()), Outcome(case)
    spoken = np.frombuffer(codec.decode(bot), "<i2").astype(np.float64)
    echoes = np.convolve(spoken, room(case.echo[2], chooser))[: spoken.size] if case.echo else spoken
    line = chooser.normal(0, case.noise, spoken.size)
    first = int(case.at * RATE)
    line[first : first + case.sound.size] += case.sound[: spoken.size - first]
    turns.bot_started(0.0)
    position, now, silent_since, is_asked = 0, 0.0, None, False
    coming = np.zeros(spoken.size + 2 * RATE)
    while now + FRAME < spoken.size / RATE:
        start = round(now * RATE)
        end = start + FRAME_SAMPLES
        if silent_since is None:
            ear.sent(bot[position : position + FRAME_SAMPLES])
            if case.echo:
                back = start + int((case.echo[1] + WAY_SECONDS) * RATE)
                part = echoes[position : position + FRAME_SAMPLES] * 10 ** (-case.echo[0] / 20)
                coming[back : back + part.size] += part[: max(0, coming.size - back)]
            position += FRAME_SAMPLES
        heard = np.clip(line[start:end] + coming[start:end], -32768, 32767).astype("<i2").tobytes()
        pcm = codec.decode(codec.encode(heard))
        now += FRAME
        decisions = [*turns.frame(now, ear.probability(pcm))]
        partial = words.feed(pcm)
        if partial:
            decisions += turns.partial(now, partial)
        if is_asked:
            decisions += turns.settled(now, words.close())
            is_asked = False
        for decision in decisions:
            match decision:
                case BotHeld():
                    outcome.held = outcome.held or now
                    silent_since = now
                case SpeechStarted(began=began):
                    words.open()
                    back = max(0, int((began - 0.3) * RATE))
                    words.feed(
                        np.clip(line[back:end] + coming[back:end], -32768, 32767).astype("<i2").tobytes()
                    )
                case SettleEarly():
                    is_asked = True
                case SpeechDropped():
                    words.close()
                case BotResumed():
                    outcome.silent_seconds += now - (silent_since or now)
                    silent_since = None
                case BargeIn():
                    outcome.stopped = now
        if outcome.stopped is not None:
            break
    words.close()
    return outcome


def summary(outcomes: list[Outcome]) -> dict[str, dict[str, float | int]]:
    """Rates by kind, and how long it took for those who were meant to stop the bot."""
    found: dict[str, dict[str, float | int]] = {}
    for kind in dict.fromkeys(outcome.case.kind for outcome in outcomes):
        some = [outcome for outcome in outcomes if outcome.case.kind == kind]
        held = [outcome.held - outcome.case.at for outcome in some if outcome.held is not None]
        stopped = [outcome.stopped - outcome.case.at for outcome in some if outcome.stopped is not None]
        row: dict[str, float | int] = {
            "cases": len(some),
            "silenced": round(len(held) / len(some), 3),
            "stopped": round(len(stopped) / len(some), 3),
        }
        if some[0].case.is_meant and held:
            row |= {f"silent_ms_p{each}": round(1000 * percentile(held, each)) for each in (50, 95, 100)}
            row |= {f"given_up_ms_p{each}": round(1000 * percentile(stopped, each)) for each in (50, 95)}
        elif held:
            pauses = [outcome.silent_seconds for outcome in some if outcome.silent_seconds]
            row["pause_ms_p50"] = round(1000 * percentile(pauses, 50)) if pauses else 0
        found[kind] = row
    return found


def main() -> None:
    """Play the script and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--details", action="store_true", help="a line for every case")
    details = parser.parse_args().details
    begun = time.monotonic()

    async def spoken() -> bytes:
        mouth = speaker(Path(tempfile.gettempdir()))
        try:
            return await mouth.speech(BOT)
        finally:
            await mouth.close()

    bot = asyncio.run(spoken())
    chooser, words, flite = np.random.default_rng(7), Words(), Flite()
    outcomes = [play(case, bot, words, chooser) for case in cases(flite, chooser)]
    for outcome in outcomes if details else ():
        case = outcome.case
        held = f"{outcome.held - case.at:.2f}" if outcome.held else "-"
        stopped = f"{outcome.stopped - case.at:.2f}" if outcome.stopped else "-"
        print(f"{case.kind:18} {case.name:45} silent {held:6} given up {stopped:6}")
    kinds = summary(outcomes)
    for kind, row in kinds.items():
        print(f"{kind:18}", "  ".join(f"{name} {value}" for name, value in row.items()))
    meant = [outcome for outcome in outcomes if outcome.case.is_meant]
    stops = [outcome.held - outcome.case.at for outcome in meant if outcome.held is not None]
    others = [outcome for outcome in outcomes if not outcome.case.is_meant]
    result = {
        "bench": "barge_in",
        "stop_ms_p50": round(1000 * percentile(stops, 50)),
        "stop_ms_p95": round(1000 * percentile(stops, 95)),
        "missed": sum(outcome.stopped is None for outcome in meant),
        "meant": len(meant),
        "false_stops": sum(outcome.stopped is not None for outcome in others),
        "false_silences": sum(outcome.held is not None for outcome in others),
        "not_meant": len(others),
        "kinds": kinds,
        "seconds": round(time.monotonic() - begun, 1),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
