"""Policy numbers spoken by people, captured in a dialogue: heard, read back, confirmed, keyed where need be.

Run as `python -m bench.numbers`. The line's own voice detector, turn taking, recogniser and rules; only the
read back is not synthesised: the caller knows its text and answers it honestly. The last line is one of JSON.
"""

import argparse
import json
import os
import random
import sys
import tempfile
import time
import wave
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from actions.normalise import Misread, read_policy_number
from bench.measuring import percentile
from bench.word_errors import distance
from voice import codec
from voice.call import prompts
from voice.call.answers import Answers, Ask, Send, Verdict
from voice.hearing.answers import normalised
from voice.hearing.base import Heard
from voice.hearing.engines import Engine, Listener, pocketsphinx
from voice.hearing.vad import FRAME_SAMPLES, SileroVad
from voice.listening import Listening, listening_for
from voice.speech_model.clips import at_phone_rate
from voice.speech_model.flite import Flite
from voice.turns import SettleEarly, SpeechDropped, SpeechStarted, TurnEnded, TurnTaking

Samples = NDArray[np.float32]

RATE = codec.SAMPLES_PER_SECOND
LENGTH, GROUP = 12, 4
BEFORE_FRAMES = 10
LISTENED_TO = "george"
"""How digits are heard was chosen with this person's recordings alone, but for two weights that came from an
earlier search over strings of six people."""

YES = ("yes", "yes that's right", "correct", "yes please")
NO = ("no", "no that's wrong", "wrong", "no it's not")
MOST_TURNS = 8
"""Then the caller hangs up."""


@dataclass
class Person:
    """Somebody's recorded digits."""

    name: str
    takes: dict[int, list[Samples]] = field(default_factory=dict)


@dataclass
class Dialogue:
    """One number, and what became of it."""

    person: str
    number: str
    first: str = ""
    """What was heard at first."""

    captured: str = ""
    spoken: int = 0
    keyed: int = 0
    misheard_answers: int = 0
    """A yes or no that was taken for something else."""

    seconds: list[float] = field(default_factory=list)
    """What the recogniser took for each result."""


def people(folder: Path) -> list[Person]:
    """Everybody in a folder of files named digit_person_take.wav."""
    found: dict[str, Person] = {}
    for path in sorted(folder.glob("*.wav")):
        digit, name, _ = path.stem.split("_")
        with wave.open(str(path)) as file:
            if (file.getframerate(), file.getnchannels(), file.getsampwidth()) != (RATE, 1, 2):
                raise ValueError(f"{path} is not 8 kHz, one channel, 16 bit")
            sound = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32)
        found.setdefault(name, Person(name)).takes.setdefault(int(digit), []).append(sound)
    return list(found.values())


def silence(seconds: float) -> Samples:
    """Nothing, for so long."""
    return np.zeros(int(seconds * RATE), np.float32)


def in_groups(person: Person, number: str, chance: random.Random) -> Samples:
    """A number as it is read from paper: groups of four with a pause between them."""
    parts: list[Samples] = []
    for place, digit in enumerate(number):
        if place:
            parts.append(
                silence(chance.uniform(0.25, 0.6) if place % GROUP == 0 else chance.uniform(0.03, 0.15))
            )
        parts.append(chance.choice(person.takes[int(digit)]))
    return np.concatenate(parts)


def on_the_line(sound: Samples, chance: random.Random) -> bytes:
    """With quiet before and after it, the line's noise, and mu-law."""
    whole = np.concatenate([silence(0.6), sound, silence(4.0)])
    noise = np.random.default_rng(chance.randrange(2**32)).normal(0, 8, whole.size)
    pcm = np.clip(whole + noise, -32768, 32767).astype("<i2").tobytes()
    return codec.decode(codec.encode(pcm))


def turn(engine: Engine, listening: Listening, line: bytes, dialogue: Dialogue) -> Heard | None:
    """What the line hears until it takes the caller's turn for ended."""
    turns, vad = TurnTaking(), SileroVad()
    turns.expect(listening.endpointing, listening.keys, listening.interruption)
    frames = [line[at : at + 2 * FRAME_SAMPLES] for at in range(0, len(line), 2 * FRAME_SAMPLES)]
    listener: Listener | None = None
    heard: Heard | None = None
    for place, frame in enumerate(frames[:-1]):
        now = (place + 1) * FRAME_SAMPLES / RATE
        if listener is not None:
            listener.feed(frame)
        waiting = list(turns.frame(now, vad.probability(frame)))
        while waiting:
            match waiting.pop(0):
                case SpeechStarted(began=began):
                    listener, heard = engine.listen(listening.grammar), None
                    back = max(0, int(began * RATE / FRAME_SAMPLES) - BEFORE_FRAMES)
                    listener.feed(b"".join(frames[back : place + 1]))
                case SpeechDropped() if listener is not None:
                    listener.close()
                    listener = None
                case SettleEarly() if listener is not None:
                    begun = time.perf_counter()
                    heard = listener.settle()
                    dialogue.seconds.append(time.perf_counter() - begun)
                    text = normalised(heard, listening.grammar)
                    waiting += turns.settled(now, text, heard.confidence)
                case TurnEnded():
                    if listener is not None:
                        listener.close()
                    return heard
    if listener is not None:
        listener.close()
    return None


class Caller:
    """Says a number, answers honestly, and keys it in when asked to."""

    def __init__(self, person: Person, engine: Engine, flite: Flite, chance: random.Random) -> None:
        """With somebody's voice for digits, and a synthetic one for the rest."""
        self._person, self._engine, self._flite, self._chance = person, engine, flite, chance

    def dialogue(self, number: str) -> Dialogue:
        """From the question to a number that both believe in, or to a person."""
        dialogue, answers = Dialogue(self._person.name, number), Answers()
        answers.expect(listening_for("policy", None, gentle=False), gentle=False)
        verdict = self._say_number(dialogue, answers)
        for _ in range(MOST_TURNS):
            match verdict:
                case Send(text):
                    try:
                        dialogue.captured = read_policy_number(text)
                    except Misread:
                        # The form asks again.
                        answers.expect(listening_for("policy", None, gentle=False), gentle=False)
                        verdict = self._again(dialogue, answers)
                        continue
                    return dialogue
                case Ask(text) if prompts.KEY_IT_IN in text:
                    dialogue.keyed += 1
                    verdict = answers.keyed(number)
                case Ask(text) if text.startswith(_READ_BACK):
                    is_right = text == prompts.read_back(number)
                    verdict = self._say_whether(is_right, dialogue, answers)
                case Ask():
                    verdict = self._again(dialogue, answers)
                case _:
                    return dialogue
        return dialogue

    def _again(self, dialogue: Dialogue, answers: Answers) -> Verdict:
        # Once more in words; who was not understood twice takes the keys.
        if dialogue.spoken < 2:
            return self._say_number(dialogue, answers)
        dialogue.keyed += 1
        return answers.keyed(dialogue.number)

    def _say_number(self, dialogue: Dialogue, answers: Answers) -> Verdict:
        dialogue.spoken += 1
        line = on_the_line(in_groups(self._person, dialogue.number, self._chance), self._chance)
        listening = answers.listening
        heard = turn(self._engine, listening, line, dialogue)
        text = normalised(heard, listening.grammar) if heard else ""
        if dialogue.spoken == 1:
            dialogue.first = text
        return answers.spoken(text, heard)

    def _say_whether(self, is_right: bool, dialogue: Dialogue, answers: Answers) -> Verdict:
        clip = at_phone_rate(
            self._flite.say(
                self._chance.choice(YES if is_right else NO), self._chance.choice(("rms", "slt", "awb"))
            )
        )
        sound = (clip.samples * 12000).astype(np.float32)
        listening = answers.listening
        heard = turn(self._engine, listening, on_the_line(sound, self._chance), dialogue)
        text = normalised(heard, listening.grammar) if heard else ""
        taken = {True: text.startswith(_ASSENTS), False: text.startswith(_DENIALS)}
        dialogue.misheard_answers += not taken[is_right]
        return answers.spoken(text, heard)


_READ_BACK = prompts.read_back("\0").partition("\0")[0]
_ASSENTS = ("yes", "correct", "that", "right", "yeah")
_DENIALS = ("no", "wrong", "incorrect")


def figures(done: list[Dialogue]) -> dict[str, float | int]:
    """What became of these."""
    count = len(done)
    digits = sum(distance(one.number, one.first) for one in done)
    return {
        "dialogues": count,
        "captured right, %": round(100 * sum(one.captured == one.number for one in done) / count, 1),
        "wrong and confirmed": sum(bool(one.captured) and one.captured != one.number for one in done),
        "right at first, %": round(100 * sum(one.first == one.number for one in done) / count, 1),
        "digits wrong at first, %": round(100 * digits / (LENGTH * count), 1),
        "said again": sum(one.spoken > 1 for one in done),
        "keyed": sum(one.keyed > 0 for one in done),
        "yes or no misheard": sum(one.misheard_answers for one in done),
        "result p50, s": round(percentile([second for one in done for second in one.seconds], 50), 3),
    }


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dialogues", type=int, default=40, help="for each person")
    parser.add_argument("--seed", type=int, default=6)
    asked = parser.parse_args()
    folder = Path(os.environ.get("BENCHMARK_DATA", "")) / "digits"
    if not os.environ.get("BENCHMARK_DATA") or not folder.is_dir():
        sys.exit("BENCHMARK_DATA must name the folder that has people's digits in `digits`")
    report: dict[str, dict[str, float | int]] = {}
    all_done: list[Dialogue] = []
    with tempfile.TemporaryDirectory() as kept:
        engine, flite = pocketsphinx(Path(kept))(), Flite()
        for person in people(folder):
            chance = random.Random(f"{asked.seed} {person.name}")  # noqa: S311 - the same at every run
            caller = Caller(person, engine, flite, chance)
            numbers = [
                "".join(chance.choice("0123456789") for _ in range(LENGTH)) for _ in range(asked.dialogues)
            ]
            done = [caller.dialogue(number) for number in numbers]
            all_done += done
            known = (
                "settings chosen with this voice"
                if person.name == LISTENED_TO
                else "chosen without this voice"
            )
            report[f"{person.name} ({known})"] = figures(done)
    report["all"] = figures(all_done)
    confused = Counter(
        (said, heard)
        for one in all_done
        if len(one.first) == LENGTH
        for said, heard in zip(one.number, one.first, strict=True)
        if said != heard
    )
    for name, found in report.items():
        print(name, *(f"  {label}: {value}" for label, value in found.items()), sep="\n")
    print("most confused:", ", ".join(f"{a} for {b}: {n}" for (b, a), n in confused.most_common(6)))
    print(json.dumps({"bench": "numbers", **report}))


if __name__ == "__main__":
    main()
