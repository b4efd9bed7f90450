"""A voice for what a visitor types instead of speaking: flite where it is installed, else espeak.

Never the voice the bot speaks with: a recogniser is not to hear the synthesiser of its own house.
"""

import io
import shutil
import subprocess
import tempfile
import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soxr  # type: ignore[import-untyped]

from voice.testing import mulaw

_DEADLINE_SECONDS = 10.0
_PEAK = 0.5
"""Of full scale; a line's loudness, not a studio's."""


class NoVoice(Exception):
    """No command on this machine speaks."""


def speak(text: str) -> bytes:
    """8 kHz mu-law of a text, in the calling thread; half a second of quiet follows the last word.

    Raises:
        NoVoice: nothing speaks here, or it failed.
    """
    wav = _spoken(text)
    with wave.open(io.BytesIO(wav)) as file:
        rate = file.getframerate()
        samples = np.frombuffer(file.readframes(-1), dtype="<i2")
    if not samples.size:
        raise NoVoice("silence")
    return mulaw.encode(_on_the_line(samples, rate)) + mulaw.QUIET * 25


def _spoken(text: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        written, sound = Path(folder, "text"), Path(folder, "sound.wav")
        written.write_text(text)
        try:
            # Commands found on this machine; the text goes in as a file, never as an option.
            subprocess.run(  # noqa: S603
                _command(written, sound),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=_DEADLINE_SECONDS,
                check=True,
            )
            return sound.read_bytes()
        except (OSError, subprocess.SubprocessError) as error:
            raise NoVoice(type(error).__name__) from error


def _command(text: Path, sound: Path) -> list[str]:
    if flite := shutil.which("flite"):
        return [flite, "-voice", "rms", "-f", str(text), "-o", str(sound)]
    if espeak := shutil.which("espeak-ng") or shutil.which("espeak"):
        return [espeak, "-v", "en-gb+f3", "-f", str(text), "-w", str(sound)]
    raise NoVoice("neither flite nor espeak is installed")


def _on_the_line(samples: npt.NDArray[np.int16], rate: int) -> npt.NDArray[np.int16]:
    sound = soxr.resample(samples.astype(np.float32), rate, mulaw.RATE)
    loudest = float(np.abs(sound).max()) or 1.0
    loud: npt.NDArray[np.int16] = (sound / loudest * _PEAK * 32767).astype(np.int16)
    return loud
