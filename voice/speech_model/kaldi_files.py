"""Kaldi's and OpenFst's binary files, as libvosk reads them. Little-endian throughout.

Writes only what is needed here: one-state phones, a feed-forward net, one decoding graph.
"""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from voice.speech_model.features import CEPSTRA
from voice.speech_model.training import OFFSETS, REACH, Net

EPSILON = 0
"""No label."""


def stay(phone: int) -> int:
    """The label of an arc on which a phone goes on; phones are counted from 1."""
    return 2 * phone - 1


def enter(phone: int) -> int:
    """The label of an arc on which a phone begins."""
    return 2 * phone


def acoustic_model(net: Net, output_of: Sequence[int], prior_power: float) -> bytes:
    """`final.mdl`: the phones, counted from 1, with the net's output for each; the net; the priors."""
    softened = net.priors.astype(np.float64) ** prior_power
    return b"\0B" + _transitions(output_of) + _nnet(net) + _vector(softened / softened.sum())


@dataclass
class Graph:
    """A decoding graph; its first state is where decoding begins. Weights are costs."""

    arcs: list[list[tuple[int, int, float, int]]] = field(default_factory=list)
    """For each state (input label, output label, weight, next state)."""

    finals: dict[int, float] = field(default_factory=dict)

    def state(self) -> int:
        """A new state."""
        self.arcs.append([])
        return len(self.arcs) - 1

    def arc(self, source: int, target: int, heard: int = 0, word: int = 0, cost: float = 0.0) -> None:
        """A new arc."""
        self.arcs[source].append((heard, word, cost, target))

    def written(self) -> bytes:
        """The graph as OpenFst's `vector` of `standard` arcs."""
        count = sum(len(arcs) for arcs in self.arcs)
        name, kind = b"vector", b"standard"
        header = struct.pack(f"<ii{len(name)}si{len(kind)}s", 2125659606, len(name), name, len(kind), kind)
        # Version, flags, properties (expanded and mutable), first state, states, arcs.
        header += struct.pack("<iiQqqq", 2, 0, 3, 0, len(self.arcs), count)
        body = []
        for state, arcs in enumerate(self.arcs):
            body.append(struct.pack("<fq", self.finals.get(state, float("inf")), len(arcs)))
            body += [struct.pack("<iifi", *arc) for arc in arcs]
        return header + b"".join(body)


def _token(*names: str) -> bytes:
    return "".join(f"{name} " for name in names).encode()


def _integer(value: int) -> bytes:
    return struct.pack("<bi", 4, value)


def _double(value: float) -> bytes:
    return struct.pack("<bd", 8, value)


def _integers(values: Sequence[int]) -> bytes:
    return struct.pack(f"<bi{len(values)}i", 4, len(values), *values)


def _vector(values: NDArray[np.floating] | Sequence[float]) -> bytes:
    kept = np.asarray(values, "<f4")
    return _token("FV") + _integer(len(kept)) + kept.tobytes()


def _matrix(values: NDArray[np.float32]) -> bytes:
    rows, columns = values.shape
    return _token("FM") + _integer(rows) + _integer(columns) + np.ascontiguousarray(values, "<f4").tobytes()


def _transitions(output_of: Sequence[int]) -> bytes:
    """Every phone has one state in which it may stay as long as it likes."""
    count = len(output_of)
    phones = list(range(1, count + 1))
    topology = _integers(phones) + _integers([-1] + [0] * count) + _integer(1) + _integer(2)
    for output, transitions in ((0, ((0, 0.5), (1, 0.5))), (-1, ())):
        topology += _integer(output) + _integer(len(transitions))
        for target, probability in transitions:
            topology += _integer(target) + struct.pack("<bf", 4, probability)
    triples = b"".join(_integer(p) + _integer(0) + _integer(output_of[p - 1]) for p in phones)
    return (
        _token("<TransitionModel>", "<Topology>")
        + topology
        + _token("</Topology>", "<Triples>")
        + _integer(count)
        + triples
        + _token("</Triples>", "<LogProbs>")
        + _vector([0.0] + [float(np.log(0.5))] * (2 * count))
        + _token("</LogProbs>", "</TransitionModel>")
    )


def _nnet(net: Net) -> bytes:
    lines = [f"input-node name=input dim={CEPSTRA}"]
    parts: list[tuple[str, bytes]] = []
    around = ", ".join(f"Offset(input, {place})" if place else "input" for place in OFFSETS)
    before = f"Append({around})"

    def add(name: str, part: bytes) -> None:
        nonlocal before
        parts.append((name, part))
        lines.append(f"component-node name={name} component={name} input={before}")
        before = name

    for number, layer in enumerate(net.layers, 1):
        affine = (
            _token("<LinearParams>") + _matrix(layer.weights) + _token("<BiasParams>") + _vector(layer.bias)
        )
        add(f"affine{number}", _component("FixedAffineComponent", affine))
        if number < len(net.layers):
            add(f"relu{number}", _component("RectifiedLinearComponent", _statistics(len(layer.bias))))
    add("softmax", _component("LogSoftmaxComponent", _statistics(len(net.layers[-1].bias))))
    lines.append(f"output-node name=output input={before} objective=linear")
    written = _token("<Nnet3>") + b"\n" + "".join(f"{line}\n" for line in lines).encode() + b"\n"
    written += _token("<NumComponents>") + _integer(len(parts))
    written += b"".join(_token("<ComponentName>", name) + part for name, part in parts)
    written += _token("</Nnet3>", "<LeftContext>") + _integer(REACH)
    return written + _token("<RightContext>") + _integer(REACH) + _token("<Priors>")


def _component(kind: str, content: bytes) -> bytes:
    return _token(f"<{kind}>") + content + _token(f"</{kind}>")


def _statistics(dimension: int) -> bytes:
    """What training would have kept about a component without weights: nothing."""
    empty = _vector([])
    return (
        _token("<Dim>")
        + _integer(dimension)
        + _named({"<ValueAvg>": empty, "<DerivAvg>": empty, "<Count>": _double(0), "<OderivRms>": empty})
        + _named(
            {name: _double(0) for name in ("<OderivCount>", "<NumDimsSelfRepaired>", "<NumDimsProcessed>")}
        )
    )


def _named(parts: dict[str, bytes]) -> bytes:
    return b"".join(_token(name) + part for name, part in parts.items())


def symbols(names: Iterable[str]) -> str:
    """A symbol table: one name and its number a line, counted from 0."""
    return "".join(f"{name} {number}\n" for number, name in enumerate(names))
