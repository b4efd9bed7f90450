"""The articles: Markdown files with front matter, cut into passages that can be quoted whole.

A broken article stops the start; it is never served half.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True, slots=True)
class Article:
    """One article."""

    id: str
    title: str
    reviewed: str
    questions: tuple[str, ...]
    """Examples of what customers ask that this article answers."""

    passages: tuple[str, ...]


class BrokenArticle(ValueError):
    """The file does not have the shape of an article."""


def read_articles(folder: Path) -> tuple[Article, ...]:
    """All articles of a folder, by id.

    Raises:
        BrokenArticle: a file without front matter, id, title or text.
    """
    return tuple(read_article(path) for path in sorted(folder.glob("*.md")))


def read_article(path: Path) -> Article:
    """One article.

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
    return Article(
        id=str(matter["id"]),
        title=str(matter["title"]),
        reviewed=str(matter.get("reviewed", "")),
        questions=tuple(str(question) for question in matter.get("questions") or ()),
        passages=passages,
    )


def _passage(block: str) -> str:
    """A block as running text; headings introduce and are not quoted."""
    lines = [line.strip() for line in block.strip().splitlines() if not line.lstrip().startswith("#")]
    joined = (
        "\n".join(lines) if any(line.startswith(("- ", "* ", "1.")) for line in lines) else " ".join(lines)
    )
    return re.sub(r"\*\*(.+?)\*\*", r"\1", joined).strip()
