"""Which word follows which, counted on what people say here.

Bigrams with absolute discounting: what was never counted backs off to how often the word is said at all.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from math import log

from voice.speech_model import sentences
from voice.speech_model.lexicon import dictionary

BEGIN, END = "<s>", "</s>"
_DISCOUNT = 0.6
_FORMS = 8000
"""Generated answers counted beside the utterances."""


@dataclass(frozen=True, slots=True)
class Language:
    """Costs of words: negative natural logarithms. END may follow a word, BEGIN may precede one."""

    words: tuple[str, ...]
    """All words but BEGIN and END, sorted."""

    alone: Mapping[str, float]
    """Cost of a word after no matter what, once backed off."""

    after: Mapping[str, Mapping[str, float]]
    """Cost of each word that was counted after a word."""

    backing_off: Mapping[str, float]
    """Cost of using `alone` after a word."""


def learnt(seed: int, most_frequent: int) -> Language:
    """The language of the line: all words of the forms' answers, and the most frequent of the utterances."""
    forms = [sentence.split() for sentence in islice(sentences.forms(seed), _FORMS)]
    said = sentences.utterances()
    frequent = Counter(word for words in said for word in words if word in dictionary())
    words = {word for one in forms for word in one}
    words |= {word for word, _ in frequent.most_common(most_frequent)}
    return counted([*forms, *said], words)


def counted(said: Iterable[Sequence[str]], words: set[str]) -> Language:
    """Count what follows what; a sentence is cut where it has a word that is not among `words`."""
    pairs: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for one in said:
        for first, second in zip((BEGIN, *one), (*one, END), strict=True):
            if (first in words or first == BEGIN) and (second in words or second == END):
                pairs[first][second] += 1
    total: Counter[str] = Counter({word: 1 for word in (*words, END)})
    for counts in pairs.values():
        total.update(counts)
    everything = total.total()
    alone = {word: count / everything for word, count in total.items()}
    after, backing_off = {}, {}
    for word in (BEGIN, *words):
        counts = pairs[word]
        seen = counts.total()
        left = _DISCOUNT * len(counts) / seen if seen else 1.0
        backing_off[word] = -log(left)
        after[word] = {
            other: -log((count - _DISCOUNT) / seen + left * alone[other]) for other, count in counts.items()
        }
    return Language(tuple(sorted(words)), {w: -log(p) for w, p in alone.items()}, after, backing_off)
