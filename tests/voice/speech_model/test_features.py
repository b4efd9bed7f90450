"""The net hears in training what it hears in libvosk: Kaldi's own numbers."""

import numpy as np

from voice.speech_model.features import CEPSTRA, frame_count, mfcc

# The second frame of the sweep below as kaldi-native-fbank 1.23.0 computes it with the model's mfcc.conf.
KALDI = (
    *(60.004, 63.606, 75.109, 20.746, -19.270, -52.428, -58.844, -56.924, -63.078, -41.473, -16.045, -16.883),
    *(7.539, -0.708, 9.198, 4.496, 4.363, 1.554, -1.121, 1.478, -0.277, -0.049, 0.154, 0.164, 0.218, -1.071),
    *(1.179, -0.150, -1.752, -2.465, 0.224, 0.810, 2.891, -0.598, 0.707, -3.686, -5.133, 5.505, 1.087, 1.967),
)


def test_cepstra_are_those_of_kaldi() -> None:
    seconds = np.arange(400) / 8000
    sweep = np.round(0.3 * np.sin(2 * np.pi * (200 * seconds + 1500 * seconds**2)), 4)
    found = mfcc(sweep.astype(np.float32))
    assert found.shape == (3, CEPSTRA)
    np.testing.assert_allclose(found[1], KALDI, atol=2e-3)


def test_digital_silence_has_finite_cepstra() -> None:
    assert np.isfinite(mfcc(np.zeros(800, np.float32))).all()


def test_only_whole_frames_count() -> None:
    assert [frame_count(samples) for samples in (0, 199, 200, 279, 280)] == [0, 0, 1, 1, 2]
    assert mfcc(np.zeros(150, np.float32)).shape == (0, CEPSTRA)
