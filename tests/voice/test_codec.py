"""The telephone's sound: exact to the recommendation, whole whatever the pieces."""

import math
import random

import numpy as np
import numpy.typing as npt
import pytest

from voice import codec

KNOWN = {
    0: 0xFF,
    -4: 0x7E,
    132: 0xEF,
    -1: 0x7E,
    8: 0xFE,
    -8: 0x7E,
    1000: 0xCE,
    -1000: 0x4E,
    32767: 0x80,
    -32768: 0x00,
}
"""Samples and their codes, of the tables of G.711."""


def pcm(*samples: int) -> bytes:
    return np.array(samples, dtype="<i2").tobytes()


def reference(sample: int) -> int:
    """The code of a sample by search: the segment's end, then the step inside it."""
    sign = 0x80 if sample < 0 else 0
    magnitude = min(abs(sample >> 2) + 33, 8191)
    for segment, end in enumerate((0x3F, 0x7F, 0xFF, 0x1FF, 0x3FF, 0x7FF, 0xFFF, 0x1FFF)):
        if magnitude <= end:
            return ~(sign | segment << 4 | (magnitude >> segment + 1) & 0x0F) & 0xFF
    raise AssertionError(sample)


@pytest.mark.parametrize("sample", KNOWN)
def test_known_samples_have_the_codes_of_the_recommendation(sample: int) -> None:
    assert codec.encode(pcm(sample)) == bytes([KNOWN[sample]])


def test_every_sample_has_the_code_found_by_search() -> None:
    every = range(-32768, 32768)

    assert codec.encode(pcm(*every)) == bytes(reference(sample) for sample in every)


def test_every_code_but_the_second_zero_survives_the_way_there_and_back() -> None:
    codes = bytes(range(256))
    back = codec.encode(codec.decode(codes))

    assert [code for code in codes if back[code] != code] == [0x7F]


def test_silence_is_zero_and_the_loudest_code_is_the_recommendations() -> None:
    assert codec.decode(bytes([codec.SILENCE, 0x00, 0x80])) == pcm(0, -32124, 32124)


def test_half_a_sample_at_the_end_is_left_out() -> None:
    assert codec.encode(pcm(5, 5) + b"\x01") == codec.encode(pcm(5, 5))
    assert codec.encode(b"") == codec.decode(b"") == b""


def samples(sound: bytes) -> npt.NDArray[np.int32]:
    return np.frombuffer(sound, dtype="<i2").astype(np.int32)


def tone(rate: int, hertz: float, seconds: float) -> bytes:
    times = np.arange(int(rate * seconds)) / rate
    return (12000 * np.sin(2 * math.pi * hertz * times)).astype("<i2").tobytes()


@pytest.mark.parametrize(("rate", "wanted"), [(8000, 16000), (16000, 8000), (22050, 8000)])
def test_a_stream_in_pieces_of_any_size_is_the_stream_in_one(rate: int, wanted: int) -> None:
    sound, chance = tone(rate, 440, 1.0), random.Random(1)
    whole = codec.Resampler(rate, wanted)
    expected = whole.feed(sound) + whole.end()

    pieces, stream, position = b"", codec.Resampler(rate, wanted), 0
    while position < len(sound):
        size = chance.randrange(1, 701)
        pieces += stream.feed(sound[position : position + size])
        position += size
    pieces += stream.end()

    assert abs(len(pieces) // 2 - wanted) <= 1
    assert np.max(np.abs(samples(pieces) - samples(expected))) <= 2  # the library dithers when it rounds


def test_a_tone_keeps_its_height_and_loudness() -> None:
    stream = codec.Resampler(8000, 16000)
    made = np.frombuffer(stream.feed(tone(8000, 1000, 1.0)) + stream.end(), dtype="<i2").astype(float)
    expected = np.frombuffer(tone(16000, 1000, 1.0), dtype="<i2").astype(float)
    middle = slice(2000, 14000)

    assert np.sqrt(np.mean((made[middle] - expected[middle]) ** 2)) < 12
