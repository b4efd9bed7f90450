"""How well articles answer questions that their author wrote without seeing the index.

Prints totals only, never a line of the test file: whoever reads the mistakes starts to fit them.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any, TypedDict

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import yaml
from sentence_vectors import SentenceEncoder

from actions.answers import Encoder, Found, Index, Kind, read_library
from actions.answers.index import encoded
from records.settings import settings

ROOT = Path(__file__).parents[1]
QUESTIONS = ROOT / "tests" / "data" / "retrieval_questions.yml"
ARTICLES = ROOT / "nlu_data" / "articles"


class Answered(TypedDict, total=False):
    """A question with its article."""

    text: str
    article: str
    style: str
    also: list[str] | str
    """Articles that answer as well, in the author's eyes."""


def measure(index: Index, encoder: Encoder, questions: Path = QUESTIONS) -> dict[str, Any]:
    """All figures of an index over a file of questions."""
    kept: dict[str, Any] = yaml.safe_load(questions.read_text(encoding="utf-8"))
    found, milliseconds = _searched(index, encoder, [one["text"] for one in kept["answerable"]])
    nothing, _ = _searched(index, encoder, [one["text"] for one in kept["unanswerable"]])
    figures: dict[str, Any] = {"answerable": len(found), "unanswerable": len(nothing)}
    figures |= _answered(index, kept["answerable"], found)
    figures |= _declined([one["kind"] for one in kept["unanswerable"]], nothing)
    return {
        name: value if isinstance(value, int) else round(float(value), 4)
        for name, value in {**figures, "milliseconds": milliseconds}.items()
    }


def _searched(index: Index, encoder: Encoder, texts: list[str]) -> tuple[list[Found], float]:
    """What is found, and the mean CPU time of a search, the sentence vector aside."""
    vectors = encoded(texts, encoder)
    begun = time.process_time()
    found = [index.find(text, vector) for text, vector in zip(texts, vectors, strict=True)]
    return found, (time.process_time() - begun) / len(texts) * 1000


def _answered(index: Index, questions: list[Answered], found: list[Found]) -> dict[str, float]:
    meant = [_meant(one) for one in questions]
    ranked = [index.ranked(one["text"]) for one in questions]
    places = np.array(
        [min(ids.index(name) for name in names) for ids, names in zip(ranked, meant, strict=True)]
    )
    strict = np.array([ids[0] == one["article"] for ids, one in zip(ranked, questions, strict=True)])
    kinds = np.array([one.kind for one in found])
    given = [
        bool(names & {article.id for article in one.articles})
        for one, names in zip(found, meant, strict=True)
    ]
    right = np.array(given)
    direct, offered = kinds == Kind.ANSWER, kinds == Kind.OFFER
    figures = {
        "p_at_1": (places == 0).mean(),
        "p_at_1_first_choice_only": strict.mean(),
        "p_at_3": (places < 3).mean(),
        "mrr": (1 / (places + 1)).mean(),
        "answered": direct.mean(),
        "right_when_answered": right[direct].mean(),
        "offered": offered.mean(),
        "right_among_offered": right[offered].mean() if offered.any() else 1.0,
        "declined_wrongly": (kinds == Kind.NOTHING).mean(),
    }
    styles = np.array([one["style"] for one in questions])
    return figures | {f"p_at_1_{style}": (places[styles == style] == 0).mean() for style in np.unique(styles)}


def _meant(question: Answered) -> set[str]:
    also = question.get("also") or []
    return {question["article"], *([also] if isinstance(also, str) else also)}


def _declined(sorts: list[str], found: list[Found]) -> dict[str, float]:
    kinds, groups = np.array([one.kind for one in found]), np.array(sorts)
    no = kinds == Kind.NOTHING
    figures = {"unanswerable_declined": no.mean(), "unanswerable_answered": (kinds == Kind.ANSWER).mean()}
    return figures | {f"{sort}_declined": no[groups == sort].mean() for sort in np.unique(groups)}


def figures() -> dict[str, Any]:
    """The figures of this installation's articles."""
    models = settings().data / "models"
    encoder = SentenceEncoder(models)
    return measure(Index(read_library(ARTICLES), encoder, models / "vectors"), encoder)


def main() -> int:
    """Print the figures and one line of JSON."""
    found = figures()
    for name, value in found.items():
        print(f"{name:28} {value}")
    print(json.dumps({"bench": "retrieval", **found}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
