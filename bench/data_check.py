"""Whether the training examples are fit to learn from: repeated, contradictory, too few, known from a test.

Reads the texts that measure understanding only to compare them: what it prints are training lines and counts,
never a line of a test, because whoever reads those starts to train on them.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import yaml
from numpy.typing import NDArray
from sentence_vectors import SentenceEncoder

from bot.engine.places import ROOT, Places

Vectors = NDArray[np.float32]

GUARDED = ("tests/data/*.yml", "bot/engine/regression.yml")
"""Files that measure understanding; nothing of them may be learnt."""

LEAST = 60
"""Examples that every intent needs."""

MOST_TIMES_MEDIAN = 2.0
"""An intent with more examples than this many times the median is named."""

BROAD = frozenset({"ask_question", "out_of_scope"})
"""Intents that stand for many topics and may be larger."""

NEAR_COPY = 0.95
"""Cosine above which a training line says the same as a guarded one."""

CONFLICT = 0.93
"""Cosine above which two lines of different intents are worth a look."""

COMMONPLACE_WORDS = 3
"""Texts of so few words ("hello", "thank you", "pay my premium") are the same by chance: counted, no leak."""

BLOCK = 512
"""Rows compared at a time, which bounds the memory."""


class Example(NamedTuple):
    """One training line."""

    text: str
    intent: str


@dataclass(frozen=True)
class Finding:
    """Something to look at."""

    kind: str
    """Which check found it."""

    text: str
    """What it is, for a person."""

    hard: bool = False
    """Whether the data may not be trained on as they are."""


def normalised(text: str) -> str:
    """Return a text without case, punctuation and spacing; a text of signs alone stays as it is."""
    return " ".join(re.findall(r"\w+", re.sub("['’]", "", text.lower()))) or text.strip()


def examples(root: Path) -> list[Example]:
    """Read the training lines."""
    found = []
    for path in sorted(root.glob("nlu_data/**/*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8")).get("nlu", []):
            if "intent" in block:
                lines = [line[2:].strip() for line in block["examples"].splitlines() if line.startswith("- ")]
                found += [Example(line, block["intent"]) for line in lines]
    return found


def guarded(root: Path) -> list[str]:
    """Read the texts that must not be learnt: each `text` of a mapping, each bare item of a list."""
    paths = [path for pattern in GUARDED for path in sorted(root.glob(pattern))]
    return [text for path in paths for text in _texts(yaml.safe_load(path.read_text(encoding="utf-8")))]


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, list):
        for item in node:
            yield from _texts(item)
    elif isinstance(node, dict):
        for value in [node["text"]] if "text" in node else node.values():
            yield from _texts(value)


def repeated(lines: Sequence[Example]) -> list[Finding]:
    """Find lines that say the same word for word; under two intents they contradict each other."""
    intents: dict[str, list[str]] = defaultdict(list)
    for text, intent in lines:
        intents[normalised(text)].append(intent)
    return [
        Finding("repeated", f'"{text}" in {" and ".join(sorted(set(names)))}', hard=len(set(names)) > 1)
        for text, names in intents.items()
        if len(names) > 1
    ]


def unbalanced(lines: Sequence[Example]) -> list[Finding]:
    """Find intents with too few examples, or with far more than the others."""
    counts = Counter(intent for _, intent in lines)
    most = MOST_TIMES_MEDIAN * float(np.median(list(counts.values())))
    few = [
        Finding("few", f"{intent}: {count} examples, {LEAST} needed", hard=True)
        for intent, count in sorted(counts.items())
        if count < LEAST
    ]
    many = [
        Finding("many", f"{intent}: {count} examples, the median is {most / MOST_TIMES_MEDIAN:.0f}")
        for intent, count in sorted(counts.items())
        if count > most and intent not in BROAD
    ]
    return few + many


def leaked(
    lines: Sequence[Example], vectors: Vectors, tests: Sequence[str], test_vectors: Vectors
) -> list[Finding]:
    """Find training lines that a guarded text repeats, word for word or nearly so."""
    known = {normalised(text) for text in tests}
    uncommon = [place for place, text in enumerate(tests) if not _commonplace(text)]
    closest = _closest(vectors, test_vectors[uncommon])
    found, by_chance = [], 0
    for (text, intent), similarity in zip(lines, closest, strict=True):
        same = normalised(text) in known
        if _commonplace(text):
            by_chance += same
        elif same or similarity > NEAR_COPY:
            found.append(Finding("leak", f'{intent}: take out "{text}" ({similarity:.2f})', hard=True))
    if by_chance:
        found.append(Finding("commonplace", f"{by_chance} lines of up to {COMMONPLACE_WORDS} words"))
    return found


def _commonplace(text: str) -> bool:
    return len(normalised(text).split()) <= COMMONPLACE_WORDS


def _closest(vectors: Vectors, others: Vectors) -> NDArray[np.float32]:
    """Return for each vector the largest cosine with one of the others."""
    if not len(others):
        return np.zeros(len(vectors), dtype=np.float32)
    blocks = [vectors[start : start + BLOCK] @ others.T for start in range(0, len(vectors), BLOCK)]
    return np.concatenate([block.max(axis=1) for block in blocks])


def contradicting(lines: Sequence[Example], vectors: Vectors) -> list[Finding]:
    """Find lines whose nearest neighbour means another intent, the closest pairs first."""
    worded = [
        place for place, (text, _) in enumerate(lines) if re.search(r"\w", text)
    ]  # 👍 and 👎 look alike
    lines, vectors = [lines[place] for place in worded], vectors[worded]
    intents = np.array([intent for _, intent in lines])
    pairs = {}
    for start in range(0, len(lines), BLOCK):
        rows = vectors[start : start + BLOCK] @ vectors.T
        rows[np.arange(len(rows)), np.arange(start, start + len(rows))] = -1
        for row, nearest in enumerate(rows.argmax(axis=1)):
            here, similarity = start + row, float(rows[row, nearest])
            if similarity > CONFLICT and intents[here] != intents[nearest]:
                pairs[min(here, int(nearest)), max(here, int(nearest))] = similarity
    return [
        Finding(
            "conflict",
            f'{similarity:.2f} {intents[one]}: "{lines[one].text}" / {intents[two]}: "{lines[two].text}"',
        )
        for (one, two), similarity in sorted(pairs.items(), key=lambda pair: -pair[1])
    ]


def check(root: Path, encode: Callable[[Sequence[str]], Vectors]) -> tuple[list[Example], list[Finding]]:
    """Run every check over a repository's examples."""
    lines, tests = examples(root), guarded(root)
    vectors = encode([text for text, _ in lines])
    test_vectors = encode(tests) if tests else np.zeros((0, vectors.shape[1]), dtype=np.float32)
    return lines, [
        *repeated(lines),
        *unbalanced(lines),
        *leaked(lines, vectors, tests, test_vectors),
        *contradicting(lines, vectors),
    ]


def report(lines: Sequence[Example], findings: Sequence[Finding]) -> int:
    """Print what was found, a summary and one line of JSON; return 1 for what must not be trained on."""
    for finding in findings:
        print(f"{'ERROR' if finding.hard else 'look'}  {finding.kind:12} {finding.text}")
    counts = Counter(intent for _, intent in lines).most_common()
    hard = sum(finding.hard for finding in findings)
    print(
        f"{len(lines)} lines, {len(counts)} intents: {counts[-1][0]} has {counts[-1][1]}, "
        f"{counts[0][0]} {counts[0][1]}; {hard} errors, {len(findings) - hard} to look at"
    )
    kinds = Counter(finding.kind for finding in findings)
    print(json.dumps({"bench": "data-check", "lines": len(lines), "errors": hard, "found": kinds}))
    return 1 if hard else 0


def main() -> int:
    """Check this repository."""
    return report(*check(ROOT, SentenceEncoder(Places.from_environment().models).encode))


if __name__ == "__main__":
    sys.exit(main())
