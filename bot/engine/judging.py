"""Whether a candidate may serve: paired tests on sentences that no model is ever trained on.

Pure but for reading the sentences. Never weighs a gain here against a loss there: a candidate that loses
anywhere beyond chance is refused.
"""

from __future__ import annotations

import hashlib
import math
import re
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from bot.engine.listener import Understood

SENTENCES = "bot/engine/regression.yml"
"""Relative to the root; outside of everything that training reads."""

OUTSIDE = "out_of_scope"
NOT_ACTED_UPON = frozenset({OUTSIDE, "nlu_fallback", "clarify", ""})
"""What an intent may be without anything being begun for the customer."""

CHANCE = 0.05
"""A loss this unlikely to be chance counts."""


@dataclass(frozen=True)
class Sentence:
    """A sentence and what it means."""

    group: str
    intent: str
    text: str


@dataclass(frozen=True)
class RegressionSet:
    """The sentences every model is judged on."""

    sentences: tuple[Sentence, ...]

    @classmethod
    def read(cls, root: Path) -> RegressionSet:
        """Read the installation's sentences."""
        content = yaml.safe_load((root / SENTENCES).read_text(encoding="utf-8"))
        return cls(
            tuple(
                Sentence(group, intent, str(text))
                for group, intents in content.items()
                for intent, texts in intents.items()
                for text in texts
            )
        )

    @property
    def hash(self) -> str:
        """Changes with every sentence."""
        told = "\n".join(f"{one.group}\t{one.intent}\t{one.text}" for one in self.sentences)
        return hashlib.sha256(told.encode()).hexdigest()

    @property
    def plain(self) -> frozenset[str]:
        """The sentences as `plain` makes them, for telling whether another line is one of them."""
        return frozenset(plain(one.text) for one in self.sentences)


@dataclass(frozen=True)
class Answers:
    """How a model understood the sentences, in their order."""

    sentences: str
    """Hash of the set."""

    intents: tuple[str, ...]
    """What would have been acted upon."""

    likeliest: tuple[str, ...]

    @classmethod
    def of(cls, sentences: RegressionSet, understand: Callable[[str], Understood]) -> Answers:
        """Ask a model."""
        found = [understand(one.text) for one in sentences.sentences]
        return cls(sentences.hash, tuple(one.intent for one in found), tuple(one.likeliest for one in found))

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Answers:
        """Read what `as_json` made."""
        return cls(content["sentences"], tuple(content["intents"]), tuple(content["likeliest"]))

    def as_json(self) -> dict[str, Any]:
        """For a file."""
        return {"sentences": self.sentences, "intents": self.intents, "likeliest": self.likeliest}


@dataclass(frozen=True)
class Floors:
    """What the very first model must reach; it has nobody to be compared with."""

    understood: float = 0.80
    """Of the sentences about something we do."""

    harmless: float = 0.85
    """Of all sentences: nothing wrong would have been begun."""

    outside: float = 0.60
    """Of the sentences about something else: nothing would have been begun."""


@dataclass(frozen=True)
class Comparison:
    """One paired test: of the sentences on which the two models differ, which was right."""

    measure: str
    sentences: int
    before: int
    """Right answers of the rival."""

    after: int
    """Right answers of the candidate."""

    lost: int
    """Sentences that only the rival had right."""

    won: int
    chance: float
    """Probability of such a loss or a greater one between equals (exact McNemar test, one-sided)."""

    @property
    def is_loss(self) -> bool:
        """Whether the candidate lost here."""
        return self.lost > self.won and self.chance < CHANCE


@dataclass
class Verdict:
    """What came of the judging."""

    wins: bool
    why: str
    figures: dict[str, float]
    rival: str = ""
    comparisons: list[Comparison] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """For the registry."""
        return asdict(self)


def measures(sentences: RegressionSet, answers: Answers) -> dict[str, list[bool | None]]:
    """By measure, for every sentence: right, wrong, or not part of it (None)."""
    found: dict[str, list[bool | None]] = {}
    inside = [one.intent != OUTSIDE for one in sentences.sentences]
    right = [guess == one.intent for one, guess in zip(sentences.sentences, answers.likeliest, strict=True)]
    found["understood"] = [ok if one else None for ok, one in zip(right, inside, strict=True)]
    found["harmless"] = [
        intent == one.intent or intent in NOT_ACTED_UPON
        for one, intent in zip(sentences.sentences, answers.intents, strict=True)
    ]
    found["outside"] = [
        None if one else intent in NOT_ACTED_UPON for one, intent in zip(inside, answers.intents, strict=True)
    ]
    for kind in ("group", "intent"):
        for name in dict.fromkeys(getattr(one, kind) for one in sentences.sentences):
            if name != OUTSIDE:
                found[f"{kind} {name}"] = [
                    ok if getattr(one, kind) == name else None
                    for ok, one in zip(right, sentences.sentences, strict=True)
                ]
    return found


def figures(sentences: RegressionSet, answers: Answers) -> dict[str, float]:
    """The share of right answers, by measure of the whole set and by group."""
    return {
        name: round(_share(outcomes), 4)
        for name, outcomes in measures(sentences, answers).items()
        if not name.startswith("intent ")
    }


def judge_first(sentences: RegressionSet, answers: Answers, floors: Floors) -> Verdict:
    """Judge a model that has no rival."""
    found = figures(sentences, answers)
    below = [
        f"{name} {found[name]:.1%} is below {floor:.0%}"
        for name, floor in asdict(floors).items()
        if found[name] < floor
    ]
    why = "; ".join(below) or "the first model here, and above every floor"
    return Verdict(not below, why, found)


def judge(sentences: RegressionSet, answers: Answers, rival: str, rivals: Answers) -> Verdict:
    """Judge a candidate against a model on the same sentences."""
    before, after = measures(sentences, rivals), measures(sentences, answers)
    comparisons = [_compare(name, before[name], after[name]) for name in after]
    losses = [one for one in comparisons if one.is_loss]
    if losses:
        why = f"loses against {rival}: " + "; ".join(
            f"{one.measure} {one.before} to {one.after} of {one.sentences} (p = {one.chance:.3f})"
            for one in losses
        )
    else:
        why = f"does not lose against {rival}: understood {before_after(comparisons[0])}"
    # Intents on which nothing changed would only make the record long.
    told = [one for one in comparisons if not one.measure.startswith("intent ") or one.lost or one.won]
    return Verdict(not losses, why, figures(sentences, answers), rival, told)


def before_after(comparison: Comparison) -> str:
    """A comparison in a few words."""
    return f"{comparison.before} to {comparison.after} of {comparison.sentences}"


def plain(text: str) -> str:
    """A sentence without case and punctuation: what two lines have in common that are the same line."""
    return re.sub(r"\W+", " ", text.casefold()).strip()


def _compare(measure: str, before: Sequence[bool | None], after: Sequence[bool | None]) -> Comparison:
    pairs = [(bool(one), bool(other)) for one, other in zip(before, after, strict=True) if one is not None]
    lost = sum(one and not other for one, other in pairs)
    won = sum(other and not one for one, other in pairs)
    return Comparison(
        measure,
        len(pairs),
        sum(one for one, _ in pairs),
        sum(other for _, other in pairs),
        lost,
        won,
        chance_of(lost, won),
    )


def chance_of(lost: int, won: int) -> float:
    """Probability of losing `lost` or more of the differing sentences when each falls like a coin."""
    differing = lost + won
    ways = sum(math.comb(differing, more) for more in range(lost, differing + 1))
    return float(ways / 2**differing)


def _share(outcomes: Sequence[bool | None]) -> float:
    counted = [one for one in outcomes if one is not None]
    return sum(counted) / len(counted) if counted else 1.0
