"""The net learns, and is handed on so that it needs nothing but its weights."""

import numpy as np

from voice.speech_model.training import OFFSETS, REACH, Effort, Frames, train

COUNT = 5000


def _frames(seed: int) -> Frames:
    """Three classes that are told apart by where their loudest number is, on a scale of its own each."""
    generator = np.random.default_rng(seed)
    labels = generator.integers(3, size=COUNT)
    features = generator.normal(0, 1, (COUNT, 6))
    features[np.arange(COUNT), labels] += 5
    features = features * [1, 5, 20, 1, 1, 1] + [0, 50, -200, 0, 0, 0]
    edge = np.full(REACH, -1)
    return Frames(
        np.pad(features, ((REACH, REACH), (0, 0)), mode="edge").astype(np.float16),
        np.concatenate([edge, labels, edge]).astype(np.int8),
    )


def test_it_tells_classes_apart_that_it_has_not_seen() -> None:
    net = train(_frames(1), 3, Effort(steps=1200, batch=64, width=32, hidden=1), seed=1)
    unseen = _frames(2)
    places = np.flatnonzero(unseen.labels >= 0)
    found = net.log_posteriors(unseen.spliced(places))
    assert (found.argmax(axis=1) == unseen.labels[places]).mean() > 0.8
    np.testing.assert_allclose(np.exp(found).sum(axis=1), 1, rtol=1e-4)


def test_the_same_seed_learns_the_same() -> None:
    effort = Effort(steps=20, batch=32, width=8, hidden=1)
    first, again = (train(_frames(1), 3, effort, seed=5) for _ in range(2))
    for one, other in zip(first.layers, again.layers, strict=True):
        np.testing.assert_array_equal(one.weights, other.weights)


def test_a_frame_is_seen_with_its_neighbours() -> None:
    frames = _frames(1)
    spliced = frames.spliced(np.array([REACH + 40]))
    assert spliced.shape == (1, 6 * len(OFFSETS))
    middle = OFFSETS.index(0) * 6
    np.testing.assert_array_equal(spliced[0, middle : middle + 6], frames.features[REACH + 40])
