"""How well the articles answer questions nobody wrote them for, and how honestly they decline.

Counts only. The ranking is the index's own; nothing is fitted here.
"""

from pathlib import Path
from typing import Any

import yaml
from sentence_vectors import SentenceEncoder

from actions.answers import Index, Kind, read_articles

ARTICLES = Path(__file__).parents[2] / "nlu_data" / "articles"


def measure(path: Path, models: Path) -> dict[str, Any]:
    """Ask every question of the file."""
    articles = read_articles(ARTICLES)
    index = Index(articles, SentenceEncoder(models), None)
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    answered = right = offered = offered_right = first = 0
    reciprocal = 0.0
    styles: dict[str, list[bool]] = {}
    for one in content["answerable"]:
        wanted = {str(one["article"]), str(one.get("also") or one["article"])}
        found = index.find(str(one["text"]))
        ranked = [article.id for article in found.articles]
        place = next((place for place, name in enumerate(ranked, 1) if name in wanted), 0)
        first += place == 1
        reciprocal += 1 / place if place else 0.0
        styles.setdefault(str(one["style"]), []).append(place == 1)
        if found.kind is Kind.ANSWER:
            answered += 1
            right += place == 1
        elif found.kind is Kind.OFFER:
            offered += 1
            offered_right += place > 0
    count = len(content["answerable"])
    strange: dict[str, list[bool]] = {}
    quoted = 0
    for one in content["unanswerable"]:
        kind = index.find(str(one["text"])).kind
        quoted += kind is Kind.ANSWER
        strange.setdefault(str(one["kind"]), []).append(kind is Kind.NOTHING)
    declined = [one for many in strange.values() for one in many]
    return {
        "articles": len(articles),
        "questions": count,
        # Of what a customer would be shown: an article that was found but held back counts as not found.
        "p_at_1": round(first / count, 4),
        "mrr": round(reciprocal / count, 4),
        "answered": round(answered / count, 4),
        "answered_rightly": round(right / max(1, answered), 4),
        "offered": round(offered / count, 4),
        "offered_with_the_right_one": round(offered_right / max(1, offered), 4),
        "by_style": {name: round(sum(hits) / len(hits), 4) for name, hits in sorted(styles.items())},
        "unanswerable": len(declined),
        "declined": round(sum(declined) / max(1, len(declined)), 4),
        "declined_by_kind": {name: round(sum(many) / len(many), 4) for name, many in sorted(strange.items())},
        "wrongly_quoted": round(quoted / max(1, len(declined)), 4),
    }
