"""flite from the system's libraries, in this process: speech with the time of every sound.

Optional: a machine without flite trains on espeak-ng alone, and hears other voices worse for it.
"""

import ctypes
from typing import Any, ClassVar

import numpy as np

from voice.speech_model.clips import Clip, from_pcm
from voice.speech_model.phones import from_flite

TRAINING_VOICES = ("slt", "awb", "kal16", "kal")
"""The voices a model learns from; `rms` is kept for measuring."""

_LIBRARY = "libflite.so.1"
_NEEDED = ("libflite_cmulex.so.1", "libflite_usenglish.so.1")


class _Wave(ctypes.Structure):
    _fields_: ClassVar[Any] = [
        ("type", ctypes.c_char_p),
        ("rate", ctypes.c_int),
        ("count", ctypes.c_int),
        ("channels", ctypes.c_int),
        ("samples", ctypes.POINTER(ctypes.c_short)),
    ]


class _Voice(ctypes.Structure):
    _fields_: ClassVar[Any] = [("name", ctypes.c_char_p), ("features", ctypes.c_void_p)]


def installed() -> bool:
    """Whether the system has flite's libraries."""
    try:
        ctypes.CDLL(_LIBRARY)
    except OSError:
        return False
    return True


class Flite:
    """One library, opened once; voices are opened when they first speak."""

    def __init__(self) -> None:
        """Open the library.

        Raises:
            OSError: flite is not installed.
        """
        self._library = ctypes.CDLL(_LIBRARY, mode=ctypes.RTLD_GLOBAL)
        for name in _NEEDED:
            ctypes.CDLL(name, mode=ctypes.RTLD_GLOBAL)
        pointer, text = ctypes.c_void_p, ctypes.c_char_p
        for name, result, arguments in (
            ("flite_init", ctypes.c_int, []),
            ("flite_synth_text", pointer, [text, pointer]),
            ("flite_feat_set_float", None, [pointer, text, ctypes.c_float]),
            ("utt_wave", pointer, [pointer]),
            ("utt_relation", pointer, [pointer, text]),
            ("relation_head", pointer, [pointer]),
            ("item_next", pointer, [pointer]),
            ("item_feat_string", text, [pointer, text]),
            ("item_feat_float", ctypes.c_float, [pointer, text]),
            ("delete_utterance", None, [pointer]),
        ):
            function = getattr(self._library, name)
            function.restype, function.argtypes = result, arguments
        self._library.flite_init()
        self._voices: dict[str, int] = {}

    def say(self, text: str, voice: str, stretch: float = 1.0, pitch_hertz: float | None = None) -> Clip:
        """Speak a text; `stretch` above 1 is slower."""
        opened = self._voice(voice)
        features = ctypes.cast(opened, ctypes.POINTER(_Voice)).contents.features
        self._library.flite_feat_set_float(features, b"duration_stretch", stretch)
        if pitch_hertz is not None:
            self._library.flite_feat_set_float(features, b"int_f0_target_mean", pitch_hertz)
        utterance = self._library.flite_synth_text(text.encode(), opened)
        wave = ctypes.cast(self._library.utt_wave(utterance), ctypes.POINTER(_Wave)).contents
        samples = from_pcm(np.ctypeslib.as_array(wave.samples, (wave.count,)))
        clip = Clip(samples, wave.rate, tuple(self._sounds(utterance)))
        self._library.delete_utterance(utterance)
        return clip

    def _voice(self, name: str) -> int:
        if name not in self._voices:
            register = getattr(ctypes.CDLL(f"libflite_cmu_us_{name}.so.1"), f"register_cmu_us_{name}")
            register.restype, register.argtypes = ctypes.c_void_p, [ctypes.c_char_p]
            self._voices[name] = register(None)
        return self._voices[name]

    def _sounds(self, utterance: int) -> list[tuple[float, str | None]]:
        sounds: list[tuple[float, str | None]] = []
        item = self._library.relation_head(self._library.utt_relation(utterance, b"Segment"))
        while item:
            name = self._library.item_feat_string(item, b"name").decode()
            end = float(self._library.item_feat_float(item, b"end"))
            sounds.append((end, (from_flite(name) or (None,))[0]))
            item = self._library.item_next(item)
        return sounds
