"""The decoding graph: words as chains of phones, which word follows which, silence between them.

No cycle may leave silence and come back to it at no cost: on a silent line the number of equal paths would
double with every frame, and the recogniser would hang.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from voice.speech_model.kaldi_files import EPSILON, Graph, enter, stay
from voice.speech_model.language import BEGIN, END, Language
from voice.speech_model.lexicon import Pronunciation
from voice.speech_model.phones import INDEX, SPEECH

PLACES = ("begin", "internal", "end", "singleton")
"""Where in its word a phone stands: each has a phone of Kaldi's, so that words have times."""

SILENCE = 1
"""Kaldi's number of the silence phone."""


def kaldi_phones() -> tuple[tuple[str, int, str], ...]:
    """Name, output of the net, and place in the word of every phone of Kaldi's, which counts them from 1."""
    speech = tuple(
        (f"{phone}_{place[0].upper()}", INDEX[phone], place) for phone in SPEECH for place in PLACES
    )
    return (("SIL", INDEX["SIL"], "nonword"), *speech)


def _number(phone: str, place: str) -> int:
    return 2 + (INDEX[phone] - 1) * len(PLACES) + PLACES.index(place)


def _placed(said: Pronunciation) -> list[int]:
    if len(said) == 1:
        return [_number(said[0], "singleton")]
    inside = [_number(phone, "internal") for phone in said[1:-1]]
    return [_number(said[0], "begin"), *inside, _number(said[-1], "end")]


@dataclass(frozen=True, slots=True)
class Costs:
    """Weights that have nothing to do with which words they are."""

    word: float = 1.0
    """Of every word: the higher, the fewer short words are heard in noise."""

    language: float = 1.0
    """How much the language model counts beside what is heard."""

    pause: float = 0.7
    """Of silence between two words."""

    variant: float = 0.3
    """Of every pronunciation but the usual one."""


def decoding_graph(
    language: Language,
    pronunciations: Mapping[str, Sequence[Pronunciation]],
    numbers: Mapping[str, int],
    costs: Costs,
) -> Graph:
    """Build the graph; `numbers` are the output labels of the words."""
    graph = Graph()
    start = graph.state()
    unigram = graph.state()
    begins = {word: graph.state() for word in language.words}
    nexts = {word: graph.state() for word in (BEGIN, *language.words)}
    _add_pause(graph, start, nexts[BEGIN], 0.0)
    for word in language.words:
        done = graph.state()
        _add_pause(graph, done, nexts[word], costs.pause)
        for rank, said in enumerate(pronunciations[word]):
            _add_word(
                graph, begins[word], done, said, numbers[word], costs.word + (costs.variant if rank else 0)
            )
    for word, place in nexts.items():
        for other, cost in language.after[word].items():
            if other == END:
                graph.finals[place] = costs.language * cost
            else:
                graph.arc(place, begins[other], cost=costs.language * cost)
        # The end may follow every word: what people say is cut off anywhere.
        graph.finals.setdefault(place, costs.language * (language.backing_off[word] + language.alone[END]))
        graph.arc(place, unigram, cost=costs.language * language.backing_off[word])
    for word in language.words:
        graph.arc(unigram, begins[word], cost=costs.language * language.alone[word])
    return graph


def _add_pause(graph: Graph, source: int, target: int, cost: float) -> None:
    """Silence or none; the way back to `source` leads through a word only."""
    silent = graph.state()
    graph.arc(source, silent, enter(SILENCE), EPSILON, cost)
    graph.arc(silent, silent, stay(SILENCE))
    graph.arc(silent, target)
    graph.arc(source, target)


def _add_word(graph: Graph, source: int, target: int, said: Pronunciation, word: int, cost: float) -> None:
    before = source
    for place, phone in enumerate(_placed(said)):
        state = graph.state()
        first = place == 0
        graph.arc(before, state, enter(phone), word if first else EPSILON, cost if first else 0.0)
        graph.arc(state, state, stay(phone))
        before = state
    graph.arc(before, target)
