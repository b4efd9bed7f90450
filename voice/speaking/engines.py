"""Speech engines inside their own processes: each makes one sentence's PCM, and may hang or die.

Only a worker process calls the functions here; nothing of an engine is imported in the centre's process.
"""

import contextlib
import ctypes
import os
import tempfile
import threading
import time
import wave
from collections.abc import Callable

from voice.speaking.base import Pace

Engine = Callable[[str, int], tuple[bytes, int]]
"""Text and words a minute to 16-bit mono PCM and its sample rate."""

VOICE = "gmw/en-us"
WORDS_PER_MINUTE = {Pace.NORMAL: 165, Pace.SLOW: 135, Pace.SLOWEST: 110}

_SYNCHRONOUS = 2
_UTF8 = 1
_END_PAUSE = 0x1000
_RATE = 1


def pyttsx3_engine() -> Engine:
    """pyttsx3, with the espeak-ng of the system or of the wheel. One engine, one sentence a run.

    A second sentence in one run silently replaces the first, and a file that cannot be written hangs the
    next run for ever: there is one sentence a run, into one file that can be. A run that begins while the
    library still takes in the new rate, or winds up the last sentence, is cut short without a word; and it
    may return before its file is whole. So the library is waited for before a run, and after it.
    """
    _preload()
    import pyttsx3  # type: ignore[import-untyped]
    from pyttsx3.drivers import _espeak  # type: ignore[import-untyped]

    engine = pyttsx3.init()
    engine.setProperty("voice", VOICE)
    file, path = _memory_file()
    finished = threading.Event()
    engine.connect("finished-utterance", lambda **_details: finished.set())
    driver = engine.proxy._driver

    def speak(text: str, words_per_minute: int) -> tuple[bytes, int]:
        os.ftruncate(file, 0)
        finished.clear()
        engine.setProperty("rate", words_per_minute)
        while _espeak.IsPlaying():
            time.sleep(0.001)
        driver._stopping = False
        engine.save_to_file(text, path)
        engine.runAndWait()
        finished.wait()
        _espeak.Synchronize()
        with wave.open(path) as sound:
            return sound.readframes(sound.getnframes()), sound.getframerate()

    return speak


def espeak_library_engine() -> Engine:
    """The espeak-ng library itself: no files, no pyttsx3."""
    library = _preload() or ctypes.CDLL("libespeak-ng.so.1")
    heard = bytearray()

    def take(samples: "ctypes._Pointer[ctypes.c_short]", count: int, _events: int) -> int:
        if samples and count > 0:
            heard.extend(ctypes.string_at(samples, 2 * count))
        return 0

    collector = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)
    collect = collector(take)
    data = os.environ.get("ESPEAK_DATA_PATH")
    rate = library.espeak_Initialize(_SYNCHRONOUS, 0, data.encode() if data else None, 0)
    if rate <= 0:
        raise OSError("espeak-ng does not start")
    library.espeak_SetSynthCallback(collect)
    library.espeak_SetVoiceByName(VOICE.encode())

    def speak(text: str, words_per_minute: int) -> tuple[bytes, int]:
        _ = collect  # the library keeps only a pointer to it
        heard.clear()
        library.espeak_SetParameter(_RATE, words_per_minute, 0)
        encoded = text.encode() + b"\0"
        library.espeak_Synth(encoded, ctypes.c_size_t(len(encoded)), 0, 0, 0, _UTF8 | _END_PAUSE, None, None)
        library.espeak_Synchronize()
        return bytes(heard), rate

    return speak


ENGINES: dict[str, Callable[[], Engine]] = {
    "pyttsx3": pyttsx3_engine,
    "espeak-library": espeak_library_engine,
}


def _preload() -> ctypes.CDLL | None:
    """Make the wheel's espeak-ng known under the name that drivers look for, unless the system has one."""
    with contextlib.suppress(OSError):
        return ctypes.CDLL("libespeak-ng.so.1", mode=ctypes.RTLD_GLOBAL)
    try:
        import espeakng_loader  # type: ignore[import-untyped]
    except ImportError:
        return None
    os.environ["ESPEAK_DATA_PATH"] = str(espeakng_loader.get_data_path())
    return ctypes.CDLL(str(espeakng_loader.get_library_path()), mode=ctypes.RTLD_GLOBAL)


def _memory_file() -> tuple[int, str]:
    """A file that is only in memory, where the system has such: what is said to customers leaves no trace."""
    if hasattr(os, "memfd_create"):
        file = os.memfd_create("speech")
        return file, f"/proc/self/fd/{file}"
    return tempfile.mkstemp(prefix="speech-")
