"""How many words are misheard: our own Vosk model on voices it never heard, pocketsphinx on people.

Run as `python -m bench.hearing`. Trains nothing and tunes nothing; the last line is one line of JSON.
"""

import argparse
import json
import os
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import pocketsphinx  # type: ignore[import-untyped]
import vosk  # type: ignore[import-untyped]

from bench import voices
from bench.voices import Utterance
from bench.word_errors import Tally
from records.settings import settings
from voice.hearing.widening import gain_of, widened
from voice.speech_model import built, flite
from voice.speech_model.lexicon import known
from voice.speech_model.sentences import ONES

PIECE = 320
"""Bytes of 20 ms, as a media stream brings them."""

Recogniser = Callable[[bytes], str]


def words_of(folder: Path) -> set[str]:
    """The words that a model knows."""
    lines = (folder / "graph" / "words.txt").read_text().splitlines()
    return {line.split()[0] for line in lines} - {"<eps>"}


def heard_by_vosk(model: Any, pcm: bytes) -> str:
    """All words of an utterance, over every pause in it."""
    recogniser = vosk.KaldiRecognizer(model, 8000)
    pieces = []
    for start in range(0, len(pcm), PIECE):
        if recogniser.AcceptWaveform(pcm[start : start + PIECE]):
            pieces.append(recogniser.Result())
    pieces.append(recogniser.FinalResult())
    return " ".join(filter(None, (json.loads(piece)["text"] for piece in pieces)))


def heard_by_pocketsphinx(decoder: Any, pcm: bytes) -> str:
    """All words of an utterance, made wide-band as on the line."""
    decoder.start_utt()
    decoder.process_raw(widened(pcm, gain_of(pcm)), full_utt=True)
    decoder.end_utt()
    found = decoder.hyp()
    return str(found.hypstr) if found else ""


def phrase_decoder(phrases: Iterable[str]) -> Any:
    """Pocketsphinx that hears one of the phrases, whole."""
    choices = " | ".join(sorted(set(phrases)))
    decoder = pocketsphinx.Decoder(lm=None, loglevel="FATAL")
    decoder.add_jsgf_string("phrases", f"#JSGF V1.0; grammar phrases; public <one> = {choices};")
    decoder.activate_search("phrases")
    return decoder


def digit_decoder() -> Any:
    """Pocketsphinx that hears digits; the weights keep it from hearing more of them than were said."""
    decoder = pocketsphinx.Decoder(lm=None, loglevel="FATAL", lw=1.0, wip=1e-15)
    decoder.add_jsgf_string(
        "digits", f"#JSGF V1.0; grammar digits; public <some> = ({' | '.join(ONES[:10])})+;"
    )
    decoder.activate_search("digits")
    return decoder


def measured(name: str, utterances: Iterable[Utterance], hears: Recogniser) -> dict[str, float]:
    """Let everything be heard and tell the figures."""
    tally, seconds, begun = Tally(), 0.0, time.process_time()
    for one in utterances:
        tally.add(one.said, hears(one.pcm))
        seconds += len(one.pcm) / 16000
    figures = {
        **tally.figures(),
        "cpu_a_second": round((time.process_time() - begun) / max(seconds, 1e-9), 3),
    }
    print(
        f"{name:58} {100 * tally.error_rate:6.1f} % of {tally.words:5} words wrong, "
        f"{100 * figures['all_right']:5.1f} % of {tally.utterances:3} utterances right, "
        f"{figures['cpu_a_second']:.3f} s CPU a second",
        flush=True,
    )
    return figures


def of_vosk(count: int, people: Path | None) -> dict[str, dict[str, float]]:
    """Our own model, on voices that it has not learnt from."""
    folder = built.verified(built.place(settings().data))
    vosk.SetLogLevel(-1)
    free = partial(heard_by_vosk, vosk.Model(str(folder)))
    digits = partial(heard_by_vosk, vosk.Model(str(folder / built.DIGITS)))
    said, strings = voices.sentences_in(words_of(folder), count), voices.digit_strings(count)
    sets: list[tuple[str, Iterable[Utterance], Recogniser]] = [
        ("vosk, sentences, unseen espeak-ng voices", voices.of_espeak(said), free),
        ("vosk, digit strings, unseen espeak-ng voices", voices.of_espeak(strings), digits),
    ]
    if flite.installed():
        sets += [
            ("vosk, sentences, unseen flite voice (rms)", voices.of_flite(said), free),
            ("vosk, digit strings, unseen flite voice (rms)", voices.of_flite(strings), digits),
        ]
    if people:
        sets += [
            ("vosk, single digits, people", voices.of_people_single(people), digits),
            ("vosk, strings of single digits, people", voices.of_people_strings(people), digits),
        ]
    return {name: measured(name, utterances, hears) for name, utterances, hears in sets}


def of_pocketsphinx(every: int, people: Path | None) -> dict[str, dict[str, float]]:
    """Pocketsphinx with the model of its wheel, on people."""
    sets: list[tuple[str, Iterable[Utterance], Recogniser]] = []
    if people:
        digits = partial(heard_by_pocketsphinx, digit_decoder())
        sets.append(
            ("pocketsphinx, strings of single digits, people", voices.of_people_strings(people), digits)
        )
    if voices.PROMPTS.is_dir():
        prompts = [one for one in voices.of_prompts() if known(one.said.split())]
        phrases = [one for one in prompts if 3 <= len(one.said.split()) <= 14]
        closed = partial(heard_by_pocketsphinx, phrase_decoder(one.said for one in phrases))
        free = partial(heard_by_pocketsphinx, pocketsphinx.Decoder(loglevel="FATAL"))
        sets += [
            (f"pocketsphinx, one of {len(phrases)} phrases, a person", phrases[::every], closed),
            ("pocketsphinx, free speech, a person", prompts[::every], free),
        ]
    else:
        print(f"No announcements to hear: install the Debian package {voices.PROMPTS_PACKAGE}", flush=True)
    return {name: measured(name, utterances, hears) for name, utterances, hears in sets}


def main() -> None:
    """Measure all there is material for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sentences", type=int, default=150, help="synthesised ones in each set")
    parser.add_argument("--every", type=int, default=4, help="only every so many of the announcements")
    chosen = parser.parse_args()
    given = os.environ.get("BENCHMARK_DATA")
    people = Path(given) / "digits" if given else None
    if people is None:
        print("No people's digits to hear: name their folder in BENCHMARK_DATA", flush=True)
    found = {**of_vosk(chosen.sentences, people), **of_pocketsphinx(chosen.every, people)}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
