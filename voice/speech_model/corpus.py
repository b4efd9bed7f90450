"""What the model learns from: sentences of the line in many synthetic voices, chosen by a seed.

Holds back voices, seeds and utterances for measuring; see HELD_OUT_VARIANTS and `sentences`.
"""

import random
from collections.abc import Iterator
from itertools import islice

from voice.speech_model import flite, sentences
from voice.speech_model.clips import Clip, at_phone_rate
from voice.speech_model.espeak import Espeak
from voice.speech_model.flite import Flite

LANGUAGES = (
    *("gmw/en-us", "gmw/en-us", "gmw/en-us", "gmw/en-us-nyc", "gmw/en", "gmw/en-gb-x-rp"),
    *("gmw/en-gb-x-gbclan", "gmw/en-gb-x-gbcwmd", "gmw/en-029"),
)
"""Dialects learnt from, American ones more often. Scotland's is held out."""

VARIANTS = (
    *("", "+f2", "+f3", "+f4", "+m1", "+m2", "+m3", "+m4", "+m5", "+m7", "+klatt2", "+klatt3", "+klatt5"),
    *("+Alex", "+Alicia", "+Andrea", "+Andy", "+Annie", "+Denis", "+Diogo", "+Gene", "+Hugo", "+Jacky"),
    *("+Lee", "+Marco", "+Michael", "+Mike", "+Nguyen", "+Reed", "+adam", "+anika", "+antonio", "+belinda"),
    *("+benjamin", "+boris", "+caleb", "+david", "+ed", "+edward", "+grandma", "+iven", "+iven2", "+john"),
    *("+linda", "+max", "+michel", "+miguel", "+norbert", "+pablo", "+paul", "+quincy", "+rob", "+sandro"),
    *("+shelby", "+steph", "+steph2", "+travis", "+zac"),
)
"""Voices learnt from."""

HELD_OUT_LANGUAGES = ("gmw/en-us", "gmw/en", "gmw/en-GB-scotland")
HELD_OUT_VARIANTS = ("+f1", "+f5", "+m6", "+m8", "+klatt", "+aunty", "+Mario", "+robert", "+victor", "+pedro")
"""Voices for measuring, never learnt from."""

LEARNING_SEED = 1
MEASURING_SEED = 2
_FLITE_SHARE = 0.6
"""The part that flite speaks where it is installed: it sounds more like people than espeak-ng does."""

_FLITE_PITCHES = {"slt": 170.0, "awb": 115.0, "kal16": 105.0, "kal": 105.0}


class Corpus:
    """An endless corpus: the same sentences and voices for the same seed and the same synthesisers."""

    def __init__(self, seed: int = LEARNING_SEED) -> None:
        """Choose by `seed`."""
        self._chooser = random.Random(seed)  # noqa: S311 - reproducible, keeps no secret
        self._forms = sentences.forms(seed)
        self._utterances = sentences.utterances()
        self._espeak = Espeak()
        self._flite = Flite() if flite.installed() else None

    def clips(self, count: int) -> Iterator[Clip]:
        """The next so many utterances, at 8 kHz."""
        return islice(iter(self._clip, None), count)

    def _clip(self) -> Clip:
        chooser = self._chooser
        text = self._sentence()
        speed = chooser.uniform(0.8, 1.25)
        if self._flite and chooser.random() < _FLITE_SHARE:
            voice = chooser.choice(flite.TRAINING_VOICES)
            pitch = _FLITE_PITCHES[voice] * chooser.uniform(0.75, 1.4)
            return at_phone_rate(self._flite.say(text, voice, chooser.uniform(0.75, 1.35), pitch), speed)
        voice = chooser.choice(LANGUAGES) + chooser.choice(VARIANTS)
        pitch_number, span = chooser.randint(10, 90), chooser.randint(20, 80)
        said = self._espeak.say(text, voice, chooser.randint(110, 220), pitch_number, span)
        return at_phone_rate(said, speed)

    def _sentence(self) -> str:
        if self._chooser.random() < 0.55:
            return next(self._forms)
        words = self._chooser.choice(self._utterances)
        start = self._chooser.randrange(max(1, len(words) - 3))
        return " ".join(words[start : start + self._chooser.randint(2, 8)])


def measuring_sentences(count: int) -> list[str]:
    """Sentences for measuring: half of them held-out utterances, half answers to forms."""
    chooser = random.Random(MEASURING_SEED)  # noqa: S311 - reproducible, keeps no secret
    said = sentences.utterances(held_out=True)
    forms = sentences.forms(MEASURING_SEED)
    return [" ".join(chooser.choice(said)[:8]) if place % 2 else next(forms) for place in range(count)]
