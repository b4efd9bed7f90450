"""Kaldi's and OpenFst's files, byte by byte where libvosk would not say what is wrong."""

import struct

import numpy as np

from voice.speech_model.kaldi_files import Graph, acoustic_model, enter, stay, symbols
from voice.speech_model.training import Layer, Net


def _net() -> Net:
    first = Layer(np.arange(6, dtype=np.float32).reshape(2, 3), np.zeros(2, np.float32))
    last = Layer(np.ones((2, 2), np.float32), np.ones(2, np.float32))
    return Net((first, last), np.array([0.9, 0.1], np.float32))


def test_a_graph_is_written_as_openfst_reads_it() -> None:
    graph = Graph()
    start, end = graph.state(), graph.state()
    graph.arc(start, end, heard=3, word=7, cost=0.5)
    graph.finals[end] = 0.25
    written = graph.written()
    header = struct.Struct("<ii6si8siiQqqq")
    assert header.unpack(written[: header.size]) == (
        *(2125659606, 6, b"vector", 8, b"standard"),
        *(2, 0, 3, 0, 2, 1),
    )
    body = written[header.size :]
    assert struct.unpack("<fqiifi", body[:28]) == (float("inf"), 1, 3, 7, 0.5, end)
    assert struct.unpack("<fq", body[28:]) == (0.25, 0)


def test_the_two_transitions_of_a_phone_follow_one_another() -> None:
    assert [(stay(phone), enter(phone)) for phone in (1, 2, 3)] == [(1, 2), (3, 4), (5, 6)]


def test_a_model_names_its_layers_in_order_and_ends_with_its_priors() -> None:
    written = acoustic_model(_net(), [0, 1, 1], prior_power=0.5)
    assert written.startswith(b"\0B<TransitionModel> <Topology> ")
    places = [written.index(name) for name in (b"affine1", b"relu1", b"affine2", b"softmax", b"<Priors> ")]
    assert places == sorted(places)
    priors = np.frombuffer(written[-8:], "<f4")
    np.testing.assert_allclose(priors, [0.75, 0.25], rtol=1e-6)


def test_the_weights_are_written_row_by_row() -> None:
    written = acoustic_model(_net(), [0, 1], prior_power=1.0)
    start = written.index(b"<LinearParams> FM ") + len(b"<LinearParams> FM ")
    assert struct.unpack("<bibi6f", written[start : start + 34]) == (4, 2, 4, 3, 0, 1, 2, 3, 4, 5)


def test_symbols_are_numbered_from_nothing() -> None:
    assert symbols(["<eps>", "yes", "no"]) == "<eps> 0\nyes 1\nno 2\n"
