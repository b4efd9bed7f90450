"""The decoding graph: finite on a silent line, whole words only."""

import pytest

from voice.speech_model.graph import PLACES, SILENCE, Costs, decoding_graph, kaldi_phones
from voice.speech_model.kaldi_files import Graph, enter, stay
from voice.speech_model.language import counted
from voice.speech_model.phones import PHONES

SOUNDS: dict[str, list[tuple[str, ...]]] = {
    "oh": [("OW",)],
    "no": [("N", "OW")],
    "zero": [("Z", "IH", "R", "OW"), ("Z", "IY", "R", "OW")],
}
NUMBERS = {"no": 1, "oh": 2, "zero": 3}


@pytest.fixture
def graph() -> Graph:
    language = counted([["no"], ["zero", "oh"], ["oh", "oh"]], set(SOUNDS))
    return decoding_graph(language, SOUNDS, NUMBERS, Costs())


def test_no_cycle_leads_through_silence_without_a_word(graph: Graph) -> None:
    """Else the equal paths double with every frame of silence, and the recogniser hangs on a quiet line."""
    quiet = {
        state: {to for heard, _, _, to in arcs if heard in (0, enter(SILENCE), stay(SILENCE)) and to != state}
        for state, arcs in enumerate(graph.arcs)
    }
    # Leaving out again and again what leads nowhere, nothing may be left.
    while quiet:
        ends = {state for state, nexts in quiet.items() if not nexts & quiet.keys()}
        assert ends, f"a cycle among {sorted(quiet)}"
        quiet = {state: nexts for state, nexts in quiet.items() if state not in ends}


def _said_along(graph: Graph, word: int) -> set[tuple[int, ...]]:
    """The phones entered on every chain that begins with a word's label."""
    found: set[tuple[int, ...]] = set()
    chains: list[tuple[tuple[int, ...], int]] = [
        ((heard // 2,), to) for arcs in graph.arcs for heard, label, _, to in arcs if label == word and heard
    ]
    while chains:
        phones, state = chains.pop()
        onward = [(heard // 2, to) for heard, _, _, to in graph.arcs[state] if heard and heard % 2 == 0]
        if onward and onward[0][0] != SILENCE:
            chains += [((*phones, phone), to) for phone, to in onward]
        else:
            found.add(phones)
    return found


def test_a_word_is_each_of_its_pronunciations(graph: Graph) -> None:
    names = {number: name for number, (name, _, _) in enumerate(kaldi_phones(), 1)}
    said = {tuple(names[phone] for phone in phones) for phones in _said_along(graph, NUMBERS["zero"])}
    assert said == {("Z_B", "IH_I", "R_I", "OW_E"), ("Z_B", "IY_I", "R_I", "OW_E")}
    assert {names[phone] for (phone,) in _said_along(graph, NUMBERS["oh"])} == {"OW_S"}


def test_every_phone_but_silence_has_its_four_places() -> None:
    phones = kaldi_phones()
    assert phones[SILENCE - 1] == ("SIL", 0, "nonword")
    assert len(phones) == 1 + (len(PHONES) - 1) * len(PLACES)
    assert {output for _, output, _ in phones} == set(range(len(PHONES)))


def test_speech_may_end_after_every_word(graph: Graph) -> None:
    assert len(graph.finals) == len(NUMBERS) + 1
