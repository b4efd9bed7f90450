"""Engines that go wrong, each in its own way; made in worker processes, so they are found by name."""

import os
import threading

from voice.speaking.engines import Engine

TONE = b"\x00\x20\x00\xe0" * 4000
RATE = 16000


def hanging() -> Engine:
    def speak(text: str, _words_per_minute: int) -> tuple[bytes, int]:
        if "hang" in text:
            threading.Event().wait()
        return TONE, RATE

    return speak


def dying() -> Engine:
    def speak(text: str, _words_per_minute: int) -> tuple[bytes, int]:
        if "die" in text:
            os._exit(3)
        return TONE, RATE

    return speak


def raising() -> Engine:
    def speak(text: str, _words_per_minute: int) -> tuple[bytes, int]:
        if "raise" in text:
            raise ValueError(text)
        return (b"", RATE) if "nothing" in text else (TONE, RATE)

    return speak


def not_installed() -> Engine:
    raise OSError("no such engine")
