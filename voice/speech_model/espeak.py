"""espeak-ng from its wheel, in this process: speech with the time of every sound.

The library keeps one state for the whole process: one instance, one thread, and never in a process that
answers callers.
"""

import ctypes
from itertools import pairwise
from typing import Any, ClassVar

import espeakng_loader  # type: ignore[import-untyped]
import numpy as np

from voice.speech_model.clips import Clip, from_pcm
from voice.speech_model.phones import from_espeak

_SYNCHRONOUS = 2
_PHONEME_EVENTS = 1
_UTF8 = 1
_RATE, _PITCH, _RANGE = 1, 3, 4
_END, _PHONEME = 0, 7


class _Identity(ctypes.Union):
    _fields_: ClassVar[Any] = [
        ("number", ctypes.c_int),
        ("name", ctypes.c_char_p),
        ("text", ctypes.c_char * 8),
    ]


class _Event(ctypes.Structure):
    _fields_: ClassVar[Any] = [
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Identity),
    ]


_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


class UnknownVoice(ValueError):
    """espeak-ng has no such voice."""


class Espeak:
    """One library, opened once."""

    def __init__(self) -> None:
        """Open the wheel's library with the wheel's voices."""
        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        data = espeakng_loader.get_data_path().encode()
        self._rate: int = self._library.espeak_Initialize(_SYNCHRONOUS, 0, data, _PHONEME_EVENTS)
        self._pieces: list[bytes] = []
        self._begun: list[tuple[float, str]] = []
        # Kept here: the library holds only its address.
        self._callback = _Callback(self._take)
        self._library.espeak_SetSynthCallback(self._callback)

    def say(self, text: str, voice: str, words_a_minute: int = 170, pitch: int = 50, span: int = 50) -> Clip:
        """Speak a text.

        Raises:
            UnknownVoice: there is no such voice.
        """
        if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise UnknownVoice(voice)
        for parameter, value in ((_RATE, words_a_minute), (_PITCH, pitch), (_RANGE, span)):
            self._library.espeak_SetParameter(parameter, value, 0)
        self._pieces, self._begun = [], []
        encoded = text.encode() + b"\0"
        self._library.espeak_Synth(encoded, len(encoded), 0, 1, 0, _UTF8, None, None)
        self._library.espeak_Synchronize()
        samples = from_pcm(np.frombuffer(b"".join(self._pieces), np.int16))
        return Clip(samples, self._rate, tuple(self._sounds(len(samples) / self._rate)))

    def _take(self, samples: Any, count: int, events: Any) -> int:
        if samples and count:
            self._pieces.append(ctypes.string_at(samples, 2 * count))
        place = 0
        while events[place].type != _END:
            event = events[place]
            if event.type == _PHONEME:
                name = ctypes.string_at(ctypes.addressof(event) + _Event.id.offset, 8).split(b"\0")[0]
                self._begun.append((event.sample / self._rate, name.decode()))
            place += 1
        return 0

    def _sounds(self, seconds: float) -> list[tuple[float, str | None]]:
        """Ends of sounds from their beginnings; what is written as two phones is halved."""
        begun = [*self._begun, (seconds, "")]
        sounds: list[tuple[float, str | None]] = [(begun[0][0], "SIL")]
        for (start, name), (end, _) in pairwise(begun):
            phones = from_espeak(name) or (None,)
            for place, phone in enumerate(phones, 1):
                sounds.append((start + (end - start) * place / len(phones), phone))
        return sounds
