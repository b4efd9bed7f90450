"""The telephone's sound: mu-law (G.711) to and from 16-bit PCM, and rates changed while audio flows.

Bit-exact to the recommendation's tables; bytes in, bytes out. It never touches loudness or time.
"""

import numpy as np
import numpy.typing as npt
import soxr  # type: ignore[import-untyped]

SAMPLES_PER_SECOND = 8000
SILENCE = 0xFF
"""The mu-law code of a zero sample."""

_BIAS = 0x84
_CLIP = 32635

Samples = npt.NDArray[np.int16]


def _decoding() -> Samples:
    codes = ~np.arange(256) & 0xFF
    magnitude = (((codes & 0x0F) << 3) + _BIAS << ((codes & 0x70) >> 4)) - _BIAS
    return np.where(codes & 0x80, -magnitude, magnitude).astype(np.int16)


def _encoding() -> npt.NDArray[np.uint8]:
    # The index is the sample as an unsigned number. The lowest two bits do not count: codes are of 14 bits,
    # and rounding is towards minus infinity as in the usual implementations.
    samples = np.arange(65536, dtype=np.uint16).view(np.int16).astype(np.int32)
    magnitude = np.minimum(np.abs((samples >> 2) << 2), _CLIP) + _BIAS
    exponent = np.floor(np.log2(magnitude)).astype(np.int32) - 7
    mantissa = (magnitude >> (exponent + 3)) & 0x0F
    sign = np.where(samples < 0, 0x80, 0)
    codes: npt.NDArray[np.uint8] = (~(sign | (exponent << 4) | mantissa) & 0xFF).astype(np.uint8)
    return codes


_PCM_OF = _decoding()
_CODE_OF = _encoding()


def decode(mu_law: bytes) -> bytes:
    """PCM16, little-endian, of mu-law."""
    return _PCM_OF[np.frombuffer(mu_law, dtype=np.uint8)].astype("<i2", copy=False).tobytes()


def encode(pcm: bytes) -> bytes:
    """Mu-law of PCM16, little-endian; half a sample at the end is left out."""
    codes: bytes = _CODE_OF[np.frombuffer(pcm[: len(pcm) // 2 * 2], dtype="<u2")].tobytes()
    return codes


class Resampler:
    """Changes the rate of one stream of PCM16, piece by piece; the sum of the pieces is the whole."""

    def __init__(self, rate: int, wanted: int, quality: str = "HQ") -> None:
        """From `rate` to `wanted` samples a second."""
        self._stream = soxr.ResampleStream(rate, wanted, 1, dtype="int16", quality=quality)
        self._half = b""

    def feed(self, pcm: bytes) -> bytes:
        """What is ready after this piece: some 30 ms are still inside."""
        pcm = self._half + pcm
        even = len(pcm) // 2 * 2
        self._half = pcm[even:]
        return self._run(pcm[:even], last=False)

    def end(self) -> bytes:
        """What is still inside; the stream is over then."""
        return self._run(b"", last=True)

    def _run(self, pcm: bytes, *, last: bool) -> bytes:
        samples: Samples = self._stream.resample_chunk(np.frombuffer(pcm, dtype="<i2"), last=last)
        little: bytes = samples.astype("<i2", copy=False).tobytes()
        return little
