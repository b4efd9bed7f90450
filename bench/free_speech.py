"""How well the embedded recogniser hears this line's callers: free sentences, and answers to questions.

Run as `python -m bench.free_speech`. Synthetic voices over mu-law; sentences that the language model has
never seen, and nothing is tuned on them. Prints figures only, never a sentence. The last line is one of JSON.
"""

import argparse
import json
import random
import re
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import yaml

from bench.measuring import percentile
from bench.voices import Utterance, of_flite
from bench.word_errors import Tally
from voice.hearing.answers import normalised
from voice.hearing.base import Grammar, GrammarKind
from voice.hearing.engines import Engine, pocketsphinx

HELD_OUT = Path(__file__).resolve().parents[1] / "tests" / "data"
VOICES = ("slt", "rms", "awb")
KINDS = Grammar(GrammarKind.CHOICE, ("Hospital stay", "Accident", "Critical illness", "Death"))
POLICY = Grammar(GrammarKind.DIGITS, length=12, shape="policy_number")
ANSWERS = (
    ("yes", Grammar(GrammarKind.YES_NO), "yes"),
    ("yes that's right", Grammar(GrammarKind.YES_NO), "yes that's right"),
    ("no", Grammar(GrammarKind.YES_NO), "no"),
    ("no that's wrong", Grammar(GrammarKind.YES_NO), "no that's wrong"),
    ("agent", Grammar(GrammarKind.YES_NO), "agent"),
    ("the fourth of may two thousand twenty six", Grammar(GrammarKind.DATE), "the 4 of may 2026"),
    ("july thirtieth nineteen ninety one", Grammar(GrammarKind.DATE), "july 30 1991"),
    ("yesterday", Grammar(GrammarKind.DATE), "yesterday"),
    ("two weeks ago", Grammar(GrammarKind.DATE), "2 weeks ago"),
    ("eight thousand yuan", Grammar(GrammarKind.AMOUNT), "8,000 yuan"),
    ("thirty seven thousand two hundred", Grammar(GrammarKind.AMOUNT), "37,200"),
    ("all of it", Grammar(GrammarKind.AMOUNT), "all of it"),
    ("an accident", KINDS, "Accident"),
    ("critical illness please", KINDS, "Critical illness"),
    ("the second one", KINDS, "the second one"),
    ("say that again", KINDS, "say that again"),
    ("eight eight zero zero, four one seven two, six three nine five", POLICY, "880041726395"),
    ("it's nine one three five, two two eight six, zero four seven seven", POLICY, "913522860477"),
    ("eight eight oh oh, four one seven two, six three nine five", POLICY, "880041726395"),
    ("i don't have it with me", POLICY, "i don't have it with me"),
)
"""What is said, to which question, and what somebody would have typed."""


def sentences(count: int) -> list[str]:
    """Held-out utterances in the style of speech, without figures; the same at every run."""
    found = []
    for path in sorted(HELD_OUT.glob("heldout_utterances*.yml")):
        for line in yaml.safe_load(path.read_text(encoding="utf-8")):
            if line.get("style") == "spoken" and not re.search(r"\d", line["text"]):
                found.append(
                    " ".join(re.findall(r"[a-z]+(?:'[a-z]+)?", line["text"].lower().replace("’", "'")))
                )
    random.Random(1).shuffle(found)  # noqa: S311 - the same at every run
    return found[:count]


def heard(engine: Engine, grammar: Grammar, one: Utterance, seconds: list[float]) -> str:
    """What is typed for an utterance, and how long its result took for each second of sound."""
    listener = engine.listen(grammar)
    listener.feed(one.pcm)
    begun = time.process_time()
    found = listener.settle()
    seconds.append((time.process_time() - begun) / (len(one.pcm) / 16000))
    listener.close()
    return found.text if grammar.kind is GrammarKind.FREE else normalised(found, grammar)


def measured(engine: Engine, voice: str, said: list[str]) -> Iterator[tuple[str, float]]:
    """The figures of one voice."""
    free, seconds = Tally(), list[float]()
    for one in of_flite(said, voice):
        free.add(one.said, heard(engine, Grammar(), one, seconds))
    yield "free speech, words wrong %", round(100 * free.error_rate, 1)
    yield "free speech, CPU per s of sound, p50", round(percentile(seconds, 50), 3)
    right, seconds = 0, []
    for one, (_, grammar, text) in zip(of_flite([said for said, *_ in ANSWERS], voice), ANSWERS, strict=True):
        right += heard(engine, grammar, one, seconds) == text
    yield "answers right %", round(100 * right / len(ANSWERS), 1)
    yield "answers, CPU per s of sound, p50", round(percentile(seconds, 50), 3)


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sentences", type=int, default=40, help="for each voice")
    said = sentences(parser.parse_args().sentences)
    with tempfile.TemporaryDirectory() as kept:
        engine = pocketsphinx(Path(kept))()
        report = {voice: dict(measured(engine, voice, said)) for voice in VOICES}
    for voice, found in report.items():
        print(voice, *(f"  {label}: {value}" for label, value in found.items()), sep="\n")
    print(json.dumps({"bench": "free_speech", "sentences": len(said), **report}))


if __name__ == "__main__":
    main()
