"""The articles: Markdown files with front matter, cut into passages that can be quoted whole.

A broken article stops the start; it is never served half.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

QUESTIONS = "questions"
"""Folder beside the articles: `<id>.txt`, one example question a line. Readers of an article never see it."""

UNANSWERABLE = "unanswerable"
"""Folder beside the articles: questions that no article answers, one a line, one file a kind."""

OUTSIDE = "../intents/out_of_scope/*.yml"
"""What the engine learns to refuse, no article answers either."""


@dataclass(frozen=True, slots=True)
class Article:
    """One article."""

    id: str
    title: str
    reviewed: str
    questions: tuple[str, ...]
    """Examples of what customers ask that this article answers."""

    passages: tuple[str, ...]
    told: int = 5
    """How many of the questions stand in the article itself: good enough to be shown to a customer."""


@dataclass(frozen=True, slots=True)
class Library:
    """All that is searched, and what the search learns to decline."""

    articles: tuple[Article, ...]
    unanswerable: tuple[tuple[str, ...], ...] = ()
    """Questions without an article, one group a kind; within a group lines of one subject stand together."""


class BrokenArticle(ValueError):
    """The file does not have the shape of an article."""


def read_library(folder: Path) -> Library:
    """The articles of a folder, their example questions, and the questions that none of them answers.

    Raises:
        BrokenArticle: an article cannot be read, or questions belong to none.
    """
    articles = read_articles(folder)
    orphans = {path.stem for path in (folder / QUESTIONS).glob("*.txt")} - {one.id for one in articles}
    if orphans:
        raise BrokenArticle(f"questions without an article: {', '.join(sorted(orphans))}")
    groups = [_lines(path) for path in sorted((folder / UNANSWERABLE).glob("*.txt"))]
    groups += [_examples(path) for path in sorted(folder.glob(OUTSIDE))]
    return Library(articles, tuple(groups))


def read_articles(folder: Path) -> tuple[Article, ...]:
    """All articles of a folder, by id.

    Raises:
        BrokenArticle: a file without front matter, id, title or text.
    """
    return tuple(read_article(path) for path in sorted(folder.glob("*.md")))


def read_article(path: Path) -> Article:
    """One article, with the example questions of its front matter and of its own file of questions.

    Raises:
        BrokenArticle: front matter, id, title or text are missing.
    """
    parts = re.split(r"^---\s*$", path.read_text(encoding="utf-8"), maxsplit=2, flags=re.MULTILINE)
    if len(parts) != 3 or parts[0].strip():
        raise BrokenArticle(f"{path.name}: no front matter")
    matter: Any = yaml.safe_load(parts[1])
    passages = tuple(_passage(block) for block in re.split(r"\n\s*\n", parts[2]) if _passage(block))
    if not isinstance(matter, dict) or not matter.get("id") or not matter.get("title") or not passages:
        raise BrokenArticle(f"{path.name}: needs id, title and text")
    asked = tuple(str(question) for question in matter.get("questions") or ())
    more = path.parent / QUESTIONS / f"{matter['id']}.txt"
    return Article(
        id=str(matter["id"]),
        title=str(matter["title"]),
        reviewed=str(matter.get("reviewed", "")),
        questions=asked + (_lines(more) if more.exists() else ()),
        passages=passages,
        told=len(asked),
    )


def _lines(path: Path) -> tuple[str, ...]:
    return tuple(line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip())


def _examples(path: Path) -> tuple[str, ...]:
    blocks: Any = yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]
    lines = [line for block in blocks for line in block["examples"].splitlines()]
    return tuple(line.removeprefix("- ").strip() for line in lines if line.startswith("- "))


def _passage(block: str) -> str:
    """A block as running text; headings introduce and are not quoted."""
    lines = [line.strip() for line in block.strip().splitlines() if not line.lstrip().startswith("#")]
    joined = (
        "\n".join(lines) if any(line.startswith(("- ", "* ", "1.")) for line in lines) else " ".join(lines)
    )
    return re.sub(r"\*\*(.+?)\*\*", r"\1", joined).strip()
