"""A knowledge article as its page needs it: front matter and blocks of text.

Reads only files whose name is a plain article id; never follows a path from outside.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

ID_PATTERN = re.compile(r"[a-z0-9_]{1,64}")
FRONT_MATTER = re.compile(r"\A---\n(?P<head>.*?)\n---\n(?P<body>.*)\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Article:
    """One article of the knowledge base."""

    id: str
    """Its name in the catalogue; also the name of its file."""

    title: str
    """Its heading."""

    reviewed: str
    """The date of its last review, as written; empty if none is given."""

    blocks: tuple[str, ...]
    """Paragraphs, headings and lists, in order, without blank lines."""


def read_article(folder: Path, article_id: str) -> Article | None:
    """The article of that id, or None if the id is not one or there is no such file."""
    if not ID_PATTERN.fullmatch(article_id):
        return None
    path = folder / f"{article_id}.md"
    if not path.is_file():
        return None
    return parse_article(article_id, path.read_text("utf-8"))


def parse_article(article_id: str, text: str) -> Article:
    """Read front matter and blocks; an article without front matter is named by its id."""
    text = text.replace("\r\n", "\n")
    found = FRONT_MATTER.match(text)
    head = yaml.safe_load(found["head"]) if found else None
    facts = head if isinstance(head, dict) else {}
    body = found["body"] if found else text
    return Article(
        id=article_id,
        title=str(facts.get("title") or article_id.replace("_", " ").capitalize()),
        reviewed=str(facts.get("reviewed") or ""),
        blocks=tuple(block.strip() for block in re.split(r"\n\s*\n", body) if block.strip()),
    )
