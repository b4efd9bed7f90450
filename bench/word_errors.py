"""Words heard against words said: substituted, missing and inserted ones.

Counts only; what counts as the same word is decided by whoever gives the words.
"""

from collections.abc import Sequence
from dataclasses import dataclass


def distance(said: Sequence[str], heard: Sequence[str]) -> int:
    """The fewest words to change, leave out or put in."""
    row = list(range(len(heard) + 1))
    for place, word in enumerate(said, 1):
        before, row = row, [place]
        for other, found in enumerate(heard, 1):
            row.append(min(before[other] + 1, row[-1] + 1, before[other - 1] + (word != found)))
    return row[-1]


@dataclass
class Tally:
    """What was counted over many utterances."""

    utterances: int = 0
    right: int = 0
    words: int = 0
    errors: int = 0

    def add(self, said: str, heard: str) -> None:
        """Count one utterance."""
        wrong = distance(said.split(), heard.split())
        self.utterances += 1
        self.right += wrong == 0
        self.words += len(said.split())
        self.errors += wrong

    @property
    def error_rate(self) -> float:
        """Errors for each word said; more than 1 where much is heard that nobody said."""
        return self.errors / max(1, self.words)

    def figures(self) -> dict[str, float]:
        """As told in a report."""
        return {
            "utterances": self.utterances,
            "words": self.words,
            "word_error_rate": round(self.error_rate, 3),
            "all_right": round(self.right / max(1, self.utterances), 3),
        }
