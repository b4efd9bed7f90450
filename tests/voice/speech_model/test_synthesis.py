"""Synthesised speech, the time of its sounds, and telephone lines that leave these times alone."""

from itertools import groupby

import numpy as np
import pytest

from voice.speech_model.augment import Line
from voice.speech_model.clips import Clip, at_phone_rate, frame_labels
from voice.speech_model.corpus import Corpus
from voice.speech_model.espeak import Espeak, UnknownVoice
from voice.speech_model.features import RATE, mfcc
from voice.speech_model.flite import TRAINING_VOICES, Flite
from voice.speech_model.phones import PHONES


@pytest.fixture(scope="module")
def espeak() -> Espeak:
    return Espeak()


@pytest.fixture(scope="module")
def flite() -> Flite:
    return Flite()


def _heard(clip: Clip) -> list[str]:
    """The phones of the labels of a clip's frames, each once."""
    narrow = at_phone_rate(clip)
    labels = frame_labels(narrow, 0.0, len(mfcc(narrow.samples)))
    return [PHONES[label] for label, _ in groupby(labels) if label > 0]


def test_espeak_tells_when_its_sounds_end(espeak: Espeak) -> None:
    clip = espeak.say("seven", "gmw/en-us")
    assert _heard(clip) == ["S", "EH", "V", "AH", "N"]
    ends = [end for end, _ in clip.sounds]
    assert ends == sorted(ends)
    assert ends[-1] == pytest.approx(clip.seconds)


def test_two_phones_in_one_sound_share_its_time(espeak: Espeak) -> None:
    assert _heard(espeak.say("four", "gmw/en-us")) == ["F", "AO", "R"]


def test_an_unknown_voice_is_an_error(espeak: Espeak) -> None:
    with pytest.raises(UnknownVoice, match="gmw/none"):
        espeak.say("seven", "gmw/none")


@pytest.mark.parametrize("voice", [*TRAINING_VOICES, "rms"])
def test_flite_tells_when_its_sounds_end(flite: Flite, voice: str) -> None:
    assert _heard(flite.say("seven", voice)) == ["S", "EH", "V", "AH", "N"]


def test_flite_speaks_slower_when_stretched(flite: Flite) -> None:
    assert flite.say("seven", "kal", 1.5).seconds > 1.3 * flite.say("seven", "kal", 1.0).seconds


def test_a_faster_clip_keeps_its_sounds_in_place(espeak: Espeak) -> None:
    clip = espeak.say("seven", "gmw/en-us")
    faster = at_phone_rate(clip, 1.25)
    assert faster.rate == RATE
    assert faster.seconds == pytest.approx(clip.seconds / 1.25, abs=0.01)
    assert faster.sounds[3][0] == pytest.approx(clip.sounds[3][0] / 1.25)


def test_the_same_seed_says_the_same() -> None:
    """To the sample it is not the same: synthesisers draw noise of their own."""
    first, again, other = ([clip.sounds for clip in Corpus(seed).clips(4)] for seed in (9, 9, 10))
    assert first == again != other


def test_a_line_moves_the_clip_by_what_it_says() -> None:
    """A click comes out where the line says that the clip begins: the labels stay true."""
    click = np.zeros(4000, np.float32)
    click[2000] = 1.0
    clip = Clip(click, RATE, ((0.5, "T"),))
    for seed in range(12):
        samples, offset = Line(np.random.default_rng(seed), [click]).carry(clip)
        loudest = int(np.abs(samples).argmax()) / RATE
        assert loudest - offset == pytest.approx(0.25, abs=0.01)
        assert np.abs(samples).max() <= 1.0


def test_a_line_without_a_caller_is_not_too_loud() -> None:
    line = Line(np.random.default_rng(1), [np.ones(8, np.float32)])
    assert all(np.abs(line.nobody()).max() <= 1.0 for _ in range(10))
