"""A small feed-forward net from frames to phones, trained by Adam in numpy on one core.

Knows nothing about audio or about Kaldi: rows of numbers and labels in, weights out.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]

OFFSETS = (-15, -12, -9, -7, -5, -3, -2, -1, 0, 1, 2, 3, 5, 7, 9, 12, 15)
"""Which frames around it one output sees."""

REACH = max(OFFSETS)

_SILENCE_KEPT = 0.3


@dataclass(frozen=True, slots=True)
class Layer:
    """An affine transform; between two of them what is negative becomes zero."""

    weights: Matrix
    """One row for each output."""

    bias: Matrix


@dataclass(frozen=True, slots=True)
class Frames:
    """All frames one after the other, with enough of each utterance's edge repeated at its ends."""

    features: NDArray[np.float16]
    labels: NDArray[np.int8]
    """Below zero: context only, nothing to learn here."""

    def spliced(self, places: NDArray[np.int64]) -> Matrix:
        """The inputs of the net for some frames."""
        rows = self.features[places[:, None] + np.array(OFFSETS)]
        return np.asarray(rows.reshape(len(places), -1), np.float32)


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to learn."""

    steps: int
    batch: int = 256
    width: int = 320
    hidden: int = 3
    rate: float = 1.5e-3
    smoothing: float = 0.05
    """Part of the certainty that is spread over all phones: keeps the net from being too sure."""


@dataclass(frozen=True, slots=True)
class Net:
    """Trained layers, the input's scale folded into the first."""

    layers: tuple[Layer, ...]
    priors: Matrix
    """How often each phone was learnt from."""

    def log_posteriors(self, inputs: Matrix) -> Matrix:
        """What each row is, as natural logarithms."""
        return _log_softmax(_forward(self.layers, inputs)[-1])


def train(frames: Frames, classes: int, effort: Effort, seed: int) -> Net:
    """Learn labels from frames."""
    generator = np.random.default_rng(seed)
    places = _worth_learning(frames.labels, generator)
    sample = frames.features[generator.choice(places, min(len(places), 100_000))].astype(np.float32)
    mean, deviation = sample.mean(axis=0), sample.std(axis=0) + 1e-3
    first = len(OFFSETS) * sample.shape[1]
    mean, deviation = np.tile(mean, len(OFFSETS)), np.tile(deviation, len(OFFSETS))
    layers = _begin(generator, [first] + [effort.width] * effort.hidden + [classes])
    adam = _Adam(layers)
    spread = effort.smoothing / classes
    for step in range(effort.steps):
        chosen = places[generator.integers(len(places), size=effort.batch)]
        outputs = _forward(layers, (frames.spliced(chosen) - mean) / deviation)
        error = np.exp(_log_softmax(outputs[-1])) - spread
        error[np.arange(effort.batch), frames.labels[chosen]] -= 1 - effort.smoothing
        rate = effort.rate * min(1.0, step / 100) * 0.5 * (1 + np.cos(np.pi * step / effort.steps))
        adam.step(_gradients(layers, outputs, np.asarray(error / effort.batch, np.float32)), rate)
    scaled = layers[0].weights / deviation
    folded = Layer(scaled, np.asarray(layers[0].bias - scaled @ mean, np.float32))
    counts = np.bincount(frames.labels[places], minlength=classes) + 1.0
    return Net((folded, *layers[1:]), np.asarray(counts / counts.sum(), np.float32))


def _worth_learning(labels: NDArray[np.int8], generator: np.random.Generator) -> NDArray[np.int64]:
    """Places of the labelled frames; of class 0, which is most of them, a part."""
    kept = (labels > 0) | ((labels == 0) & (generator.random(len(labels)) < _SILENCE_KEPT))
    return np.flatnonzero(kept)


def _begin(generator: np.random.Generator, sizes: list[int]) -> list[Layer]:
    layers = []
    for inputs, outputs in pairwise(sizes):
        weights = generator.standard_normal((outputs, inputs)) * np.sqrt(2 / inputs)
        layers.append(Layer(np.asarray(weights, np.float32), np.zeros(outputs, np.float32)))
    return layers


def _forward(layers: list[Layer] | tuple[Layer, ...], inputs: Matrix) -> list[Matrix]:
    """The inputs and the output of every layer; the last without its softmax."""
    outputs = [inputs]
    for layer in layers[:-1]:
        outputs.append(np.maximum(outputs[-1] @ layer.weights.T + layer.bias, 0))
    outputs.append(outputs[-1] @ layers[-1].weights.T + layers[-1].bias)
    return outputs


def _gradients(layers: list[Layer], outputs: list[Matrix], error: Matrix) -> list[Matrix]:
    """Weights and bias of each layer, the last layer first."""
    found: list[Matrix] = []
    for layer, inputs in zip(reversed(layers), reversed(outputs[:-1]), strict=True):
        found += [error.T @ inputs, error.sum(axis=0)]
        error = (error @ layer.weights) * (inputs > 0)
    return found


def _log_softmax(scores: Matrix) -> Matrix:
    shifted = scores - scores.max(axis=1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)), np.float32)


class _Adam:
    """Adam's running moments, and steps in place."""

    def __init__(self, layers: list[Layer]) -> None:
        self._values = [value for layer in reversed(layers) for value in (layer.weights, layer.bias)]
        self._first = [np.zeros_like(value) for value in self._values]
        self._second = [np.zeros_like(value) for value in self._values]
        self._steps = 0

    def step(self, gradients: list[Matrix], rate: float) -> None:
        self._steps += 1
        correction = np.sqrt(1 - 0.999**self._steps) / (1 - 0.9**self._steps)
        moments = zip(self._values, self._first, self._second, gradients, strict=True)
        for value, first, second, gradient in moments:
            first += 0.1 * (gradient - first)
            second += 0.001 * (gradient * gradient - second)
            value -= np.float32(rate * correction) * first / (np.sqrt(second) + 1e-8)
