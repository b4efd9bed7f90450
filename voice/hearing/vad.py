"""Whether somebody speaks, frame by frame: Silero's model under onnxruntime.

One session serves all calls, on one thread; a call keeps only its own small state. Says how likely a voice
is, never when a turn begins or ends.
"""

from functools import cache
from importlib.metadata import distribution
from typing import Protocol

import numpy as np
import onnxruntime  # type: ignore[import-untyped]

FRAME_SAMPLES = 256
"""32 ms at 8 kHz: what the model takes at a time."""

_CONTEXT_SAMPLES = 32
_RATE = np.array(8000, dtype=np.int64)


class Vad(Protocol):
    """A voice detector with the state of one call."""

    def probability(self, pcm: bytes) -> float:
        """How likely a frame of 256 samples of 8 kHz PCM16 holds a voice, 0 to 1."""


class SileroVad:
    """The model of the `silero-vad` wheel; the package itself is never imported (it would import torch)."""

    def __init__(self) -> None:
        """Begin with silence."""
        self._session = _session()
        self._state = np.zeros((2, 1, 128), dtype=np.float32)
        self._input = np.zeros((1, _CONTEXT_SAMPLES + FRAME_SAMPLES), dtype=np.float32)

    def probability(self, pcm: bytes) -> float:
        """How likely the next frame holds a voice.

        Raises:
            ValueError: it has another length.
        """
        if len(pcm) != 2 * FRAME_SAMPLES:
            raise ValueError(f"a frame has {2 * FRAME_SAMPLES} bytes, not {len(pcm)}")
        self._input[0, :_CONTEXT_SAMPLES] = self._input[0, -_CONTEXT_SAMPLES:].copy()
        self._input[0, _CONTEXT_SAMPLES:] = np.frombuffer(pcm, dtype="<i2").astype(np.float32) / 32768
        given = {"input": self._input, "state": self._state, "sr": _RATE}
        likely, self._state = self._session.run(None, given)
        return float(likely[0, 0])


@cache
def _session() -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    model = distribution("silero-vad").locate_file("silero_vad/data/silero_vad.onnx")
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
