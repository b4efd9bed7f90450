"""`make speech-model`: synthesise, train, write a Vosk model into DATA/speech_model. Minutes on one core.

Builds only when something that it is made of has changed, and leaves either the old model or the new one.
"""

import argparse
import hashlib
import json
import os
import tempfile
import time
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

# The matrices are small: a second thread would mostly wait for the first.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from numpy.typing import NDArray

from records.settings import settings
from voice.speech_model import built, flite, vosk_folder
from voice.speech_model.augment import Line
from voice.speech_model.clips import UNKNOWN, Clip, frame_labels
from voice.speech_model.corpus import LEARNING_SEED, Corpus
from voice.speech_model.features import mfcc
from voice.speech_model.graph import Costs
from voice.speech_model.language import counted, learnt
from voice.speech_model.phones import INDEX, PHONES
from voice.speech_model.sentences import INTENTS, ONES
from voice.speech_model.training import REACH, Effort, Frames, train

_MADE_WITH = ("espeakng-loader", "numpy", "pocketsphinx", "soxr", "vosk")
_TALKERS = 300
_NOBODY_EVERY = 20


@dataclass(frozen=True, slots=True)
class Size:
    """How large a model to build."""

    clips: int = 3000
    """Utterances that are synthesised."""

    takes: int = 2
    """Telephone lines that each utterance is heard over."""

    steps: int = 6000
    """Steps of training, of 256 frames each."""

    words: int = 350
    """Words of the language model beside those of the forms' answers, the most frequent ones."""


def made_of(size: Size) -> str:
    """The hash of all that the model is made of."""
    told = hashlib.sha256(json.dumps(asdict(size)).encode())
    told.update("".join(f"{name} {version(name)} " for name in _MADE_WITH).encode())
    told.update(f"flite {flite.installed()}".encode())
    for path in sorted([*Path(__file__).parent.glob("*.py"), *INTENTS.rglob("*.yml")]):
        told.update(path.read_bytes())
    return told.hexdigest()


def heard_frames(clips: list[Clip], takes: int) -> Frames:
    """The clips over telephone lines, and lines on which nobody speaks, as frames with labels."""
    line = Line(np.random.default_rng(LEARNING_SEED), [clip.samples for clip in clips[:_TALKERS]])
    features: list[NDArray[np.float16]] = []
    labels: list[NDArray[np.int8]] = []

    def add(frames: NDArray[np.float32], phones: NDArray[np.int8]) -> None:
        features.append(np.pad(frames, ((REACH, REACH), (0, 0)), mode="edge").astype(np.float16))
        labels.append(np.pad(phones, REACH, constant_values=UNKNOWN))

    for _ in range(takes):
        for place, clip in enumerate(clips):
            samples, offset = line.carry(clip)
            frames = mfcc(samples)
            add(frames, frame_labels(clip, offset, len(frames)))
            if place % _NOBODY_EVERY == 0:
                frames = mfcc(line.nobody())
                add(frames, np.full(len(frames), INDEX["SIL"], np.int8))
    return Frames(np.concatenate(features), np.concatenate(labels))


def build(folder: Path, size: Size) -> None:
    """Build the model; the folder is replaced when all of it is there."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    begun, sources = time.monotonic(), made_of(size)
    clips = list(Corpus().clips(size.clips))
    minutes = sum(clip.seconds for clip in clips) / 60
    print(f"{minutes:.0f} minutes synthesised after {time.monotonic() - begun:.0f} s", flush=True)
    frames = heard_frames(clips, size.takes)
    print(f"{len(frames.labels):,} frames after {time.monotonic() - begun:.0f} s", flush=True)
    net = train(frames, len(PHONES), Effort(size.steps), LEARNING_SEED)
    print(f"trained after {time.monotonic() - begun:.0f} s", flush=True)
    digits = {*ONES[:10], "oh"}
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="speech_model.") as beside:
        fresh = Path(beside) / "fresh"
        vosk_folder.write(fresh, net, learnt(LEARNING_SEED, size.words), Costs())
        vosk_folder.write(fresh / built.DIGITS, net, counted([], digits), Costs(word=0.5))
        files = {str(path.relative_to(fresh)): built.sha256_of(path) for path in built.files_of(fresh)}
        told = {"made_of": sources, "size": asdict(size), "minutes": round(minutes, 1), "files": files}
        (fresh / built.RECORD).write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
        if folder.exists():
            os.rename(folder, Path(beside) / "old")
        os.rename(fresh, folder)


def unchanged(folder: Path, size: Size) -> bool:
    """Whether the folder holds just what would be built."""
    try:
        return bool(built.record(built.verified(folder))["made_of"] == made_of(size))
    except built.ModelDamaged:
        return False


def main() -> None:
    """Build if needed, and say so."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in asdict(Size()).items():
        parser.add_argument(f"--{name}", type=int, default=default)
    size = Size(**vars(parser.parse_args()))
    folder = built.place(settings().data)
    if unchanged(folder, size):
        print(f"{folder} is up to date")
        return
    if not flite.installed():
        print("flite is not installed: learning from espeak-ng alone, which carries over to fewer voices")
    # Others on this machine come first.
    os.nice(5)
    build(folder, size)
    print(f"built {folder}")


if __name__ == "__main__":
    main()
