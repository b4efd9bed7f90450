"""G.711 mu-law, the sound of a telephone line: 8,000 samples a second, one byte each.

The offline Twilio's own, by the formulas of the recommendation; the centre's codec is not used here.
"""

import numpy as np
import numpy.typing as npt

RATE = 8000
FRAME_BYTES = 160
FRAME_SECONDS = FRAME_BYTES / RATE
SILENCE = 0xFF
"""One sample of silence."""

QUIET = bytes([SILENCE]) * FRAME_BYTES
"""One frame of silence."""

_BIAS, _CLIP = 0x84, 32635


def _table() -> npt.NDArray[np.int16]:
    code = ~np.arange(256, dtype=np.uint8)
    exponent = ((code >> 4) & 7).astype(np.int32)
    magnitude = ((((code & 15).astype(np.int32) << 3) + _BIAS) << exponent) - _BIAS
    return np.where(code & 0x80, -magnitude, magnitude).astype(np.int16)


_DECODED = _table()


def decode(mulaw: bytes) -> npt.NDArray[np.int16]:
    """Mu-law to linear samples."""
    return _DECODED[np.frombuffer(mulaw, dtype=np.uint8)]


def encode(samples: npt.NDArray[np.int16]) -> bytes:
    """Linear samples to mu-law."""
    wide = samples.astype(np.int32)
    sign = np.where(wide < 0, 0x80, 0)
    biased = np.minimum(np.abs(wide), _CLIP) + _BIAS
    exponent = np.floor(np.log2(biased)).astype(np.int32) - 7
    mantissa = (biased >> (exponent + 3)) & 15
    return bytes((~(sign | (exponent << 4) | mantissa) & 0xFF).astype(np.uint8))


def is_loud(mulaw: bytes, above: int = 400) -> bool:
    """Whether a piece is more than the noise of a line."""
    return bool(mulaw) and int(np.abs(decode(mulaw).astype(np.int32)).max()) > above
