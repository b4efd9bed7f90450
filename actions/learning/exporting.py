"""Writes what reviewers decided as a change for a person to merge: `python -m actions.learning.exporting`.

Never changes a line that is there, and never adds one that contradicts the training data or belongs to the
regression set: those are told, not written. What was not merged is written again by the next export.
"""

import argparse
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import yaml
from sqlalchemy import select

from records.clock import SystemClock, today
from records.models import ArticleDraft, Review, ReviewState
from records.settings import settings
from records.store import Store

ROOT = Path(__file__).resolve().parents[2]
LINES = "nlu_data/intents/reviewed"
DRAFTS = "nlu_data/drafts"
REGRESSION = "bot/engine/regression.yml"

_LEARNT = (ReviewState.CONFIRMED, ReviewState.RELABELLED, ReviewState.OUT_OF_SCOPE, ReviewState.ARTICLE)
_ANNOTATION = re.compile(r"\[([^\]]+)\]\s?(?:\([^)]*\)|\{[^}]*\})")


@dataclass(slots=True)
class Change:
    """What an export came to."""

    lines: dict[str, list[str]] = field(default_factory=dict)
    """New training lines by intent."""

    known: int = 0
    """Accepted lines that the training data have already."""

    kept_out: list[str] = field(default_factory=list)
    """Sentences of the regression set: evaluation never becomes training."""

    conflicts: list[str] = field(default_factory=list)
    """Lines that the training data, or another review, give another intent."""

    drafts: dict[str, str] = field(default_factory=dict)
    """Contents of new article drafts, by file name."""

    @property
    def count(self) -> int:
        """How many lines are new."""
        return sum(len(lines) for lines in self.lines.values())


def plain(text: str) -> str:
    """A sentence without case and punctuation: what two lines have in common that are the same line."""
    return re.sub(r"\W+", " ", text.casefold()).strip()


def line_of(text: str) -> str:
    """A sentence as a line of training data: one line, and nothing the trainer would read as markup."""
    return re.sub(r"\s+", " ", re.sub(r"[\[\]{}()`|]", " ", text)).strip().lstrip("-#>&*!%@ ")


def change_of(accepted: list[tuple[str, str]], trained: Mapping[str, str], regression: set[str]) -> Change:
    """What accepted (text, intent) pairs add to the training data. Pure."""
    change = Change()
    meant: dict[str, set[str]] = {}
    for text, intent in accepted:
        meant.setdefault(plain(line_of(text)), set()).add(intent)
    written: set[str] = set()
    for text, intent in accepted:
        line = line_of(text)
        key = plain(line)
        if not key or key in written:
            continue
        written.add(key)
        if key in regression:
            change.kept_out.append(line)
        elif len(meant[key]) > 1 or trained.get(key, intent) != intent:
            others = sorted(meant[key] | ({trained[key]} if key in trained else set()))
            change.conflicts.append(f"{line} ({', '.join(others)})")
        elif key in trained:
            change.known += 1
        else:
            change.lines.setdefault(intent, []).append(line)
    return change


def trained_lines(root: Path) -> dict[str, str]:
    """The training data: intent by plain sentence."""
    found: dict[str, str] = {}
    for path in sorted(root.glob("nlu_data/**/*.yml")):
        for block in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).get("nlu", []):
            for line in str(block.get("examples", "")).splitlines() if "intent" in block else ():
                if line.startswith("- "):
                    found[plain(_ANNOTATION.sub(r"\1", line[2:]))] = str(block["intent"])
    return found


def regression_lines(root: Path) -> set[str]:
    """The sentences models are judged on."""
    groups = yaml.safe_load((root / REGRESSION).read_text(encoding="utf-8"))
    return {plain(str(text)) for intents in groups.values() for texts in intents.values() for text in texts}


def prepare(store: Store, root: Path) -> Change:
    """Read the decisions; nothing is written."""
    with store.reading() as session:
        rows = session.execute(
            select(Review.text, Review.label).where(Review.state.in_(_LEARNT)).order_by(Review.id)
        )
        change = change_of(
            [(row.text, row.label) for row in rows], trained_lines(root), regression_lines(root)
        )
        for draft in session.scalars(select(ArticleDraft).order_by(ArticleDraft.id)):
            name = f"{re.sub(r'[^a-z0-9]+', '_', draft.title.lower()).strip('_') or 'article'}_{draft.id}.md"
            if not (root / DRAFTS / name).exists():
                change.drafts[name] = _article(draft)
    return change


def write(change: Change, root: Path, day: date) -> list[Path]:
    """Write the change into new files; what is there already stays as it is."""
    written: list[Path] = []
    if change.lines:
        path = _free(root / LINES, day)
        blocks = "".join(
            f"  - intent: {intent}\n    examples: |\n" + "".join(f"      - {line}\n" for line in lines)
            for intent, lines in sorted(change.lines.items())
        )
        head = "# Said by customers, masked, and labelled by reviewers. Read it before you merge it.\n"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'{head}version: "3.1"\nnlu:\n{blocks}', encoding="utf-8")
        written.append(path)
    for name, text in change.drafts.items():
        path = root / DRAFTS / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written


def summary(change: Change, written: list[Path], root: Path) -> str:
    """What a person reads before looking at the change."""
    lines = [f"{change.count} new lines for {len(change.lines)} intents, {len(change.drafts)} article drafts"]
    lines += [f"  {intent}: {len(texts)}" for intent, texts in sorted(change.lines.items())]
    lines += [f"  wrote {path.relative_to(root)}" for path in written]
    if change.known:
        lines.append(f"{change.known} accepted lines are in the training data already")
    lines += [f"kept out, it is in the regression set: {line}" for line in change.kept_out]
    lines += [f"not written, the labels contradict: {line}" for line in change.conflicts]
    if written:
        lines.append("Read the files, commit what is right, then `make train`.")
    return "\n".join(lines)


def _article(draft: ArticleDraft) -> str:
    matter = yaml.safe_dump(
        {"title": draft.title, "questions": [draft.question]}, allow_unicode=True, sort_keys=False
    )
    return f"---\n{matter}---\n\n{draft.text}\n"


def _free(folder: Path, day: date) -> Path:
    for number in range(1, 1000):
        path = folder / (f"{day.isoformat()}.yml" if number == 1 else f"{day.isoformat()}-{number}.yml")
        if not path.exists():
            return path
    raise FileExistsError(folder)


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m actions.learning.exporting", description=__doc__)
    parser.add_argument("--root", type=Path, default=ROOT, help="the repository to write into; this one")
    root = parser.parse_args(arguments).root.resolve()
    store = Store(settings().records_url)
    change = prepare(store, root)
    print(summary(change, write(change, root, today(SystemClock())), root))
    store.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
