"""Who receives how much: names, relations and shares read from one answer, kept as one line of text.

Shares sum to exactly a hundred, or the answer is not taken; nothing is filled up or rounded for the customer.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from actions.normalise import Misread, read_person, words
from actions.normalise.spoken import figures

WHOLE = Decimal(100)
MOST = 8
"""So many people are taken down without a person."""

RELATIONS = {
    "spouse": ("husband", "wife", "spouse"),
    "child": ("son", "daughter", "child", "kid", "baby", "children", "kids"),
    "parent": ("mother", "father", "mum", "mom", "dad", "parent", "parents"),
    "sibling": ("brother", "sister", "sibling"),
    "grandchild": ("grandson", "granddaughter", "grandchild"),
    "grandparent": ("grandmother", "grandfather", "grandma", "grandpa"),
    "partner": ("partner", "fiance", "fiancee"),
    "other": ("friend", "niece", "nephew", "uncle", "aunt", "cousin", "colleague"),
}
_RELATION = {word: name for name, group in RELATIONS.items() for word in group}
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d{1,2})?)\s*(?:%|per ?cent\b)?", re.IGNORECASE)
_APART = re.compile(r"\s*(?:;|\n|\band\b|&|\+)\s*", re.IGNORECASE)
_COMMA = re.compile(r"\s*,\s+")
_ALL = re.compile(r"\b(?:everything|all of it|all|alone|the whole|only)\b", re.IGNORECASE)
_EQUAL = re.compile(
    r"\b(?:half each|half and half|a third each|a quarter each|equally|equal shares|the same each"
    r"|in equal parts|fifty fifty|each half)\b",
    re.IGNORECASE,
)
_LEFT_OUT = re.compile(
    r"\b(?:gets?|receives?|shall|should|to|for|my|our|the|is|as|with)\b"
    r"|\b(?:share|of|it|goes|shares|please|half|name)\b"
    r"|[%:()\-=]|\bper ?cent\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Share:
    """One person and what they receive."""

    name: str
    percent: Decimal
    relation: str = ""

    def __str__(self) -> str:
        """As it is kept and read back."""
        told = f" ({self.relation})" if self.relation else ""
        return f"{self.name}{told}: {self.percent.normalize():f}%"


_KEPT = re.compile(r"(.+?)(?: \((\w+)\))?: ([\d.]+)%")


def kept(shares: Sequence[Share]) -> str:
    """Shares as one line."""
    return "; ".join(str(share) for share in shares)


def parsed(line: str) -> list[Share]:
    """Shares from the line that keeps them."""
    return [
        Share(match.group(1), Decimal(match.group(3)), match.group(2) or "")
        for part in line.split("; ")
        if (match := _KEPT.fullmatch(part))
    ]


def read_shares(text: str) -> str:
    """The people in the text with their shares, as the line that is kept.

    Raises:
        Misread: no_name, no_share, not_100, twice, too_many, and as for a name of a person.
    """
    equal = bool(_EQUAL.search(text))
    # One name and no figure is that person alone; several need their shares.
    parts = _parts(_EQUAL.sub(" ", text))
    if len(parts) > MOST:
        raise Misread("too_many", f"I can take down {MOST} people; for more, a colleague helps you.")
    found = [_part(part) for part in parts]
    if not found:
        raise Misread("no_name", "Please give the full name and the share of each.")
    if equal:
        even = _evenly(len(found))
        found = [(name, relation, even[at]) for at, (name, relation, _) in enumerate(found)]
    if len(found) == 1 and found[0][2] is None:
        if not _ALL.search(text):
            raise Misread(
                "no_share", f"Which share shall {found[0][0]} receive? 100 percent if nobody else does."
            )
        found = [(found[0][0], found[0][1], WHOLE)]
    return kept(_summing([_share(*one) for one in found]))


def _share(name: str, relation: str, percent: Decimal | None) -> Share:
    if percent is None:
        raise Misread(
            "no_share", f"Which share shall {name} receive, in percent? Please give all of them again."
        )
    if percent <= 0:
        raise Misread("no_share", f"The share of {name} must be more than nothing.")
    return Share(name, percent, relation)


def _summing(shares: list[Share]) -> list[Share]:
    names = [" ".join(words(share.name)) for share in shares]
    if len(set(names)) != len(names):
        raise Misread("twice", "One name is there twice. Please name each person once.")
    total = sum((share.percent for share in shares), Decimal(0))
    if total != WHOLE:
        raise Misread(
            "not_100",
            f"The shares sum to {total.normalize():f} percent; together they must make exactly 100. Please "
            "give all names and shares again.",
        )
    return shares


def _evenly(count: int) -> list[Decimal]:
    """Equal shares of two decimals; hundredths left over go to the first ones, so that they sum to 100."""
    each = int(WHOLE * 100) // count
    left = int(WHOLE * 100) - each * count
    return [Decimal(each + (at < left)) / 100 for at in range(count)]


def _parts(text: str) -> list[str]:
    """One piece of text for each person: what has no name of its own belongs to the one before it."""
    found: list[str] = []
    for group in _APART.split(text):
        pieces: list[str] = []
        for piece in _COMMA.split(group):
            nameless = not _name(piece)
            waiting = bool(pieces) and not _name(pieces[-1])
            if pieces and (nameless or waiting):
                pieces[-1] = f"{pieces[-1]} {piece}"
            elif words(piece):
                pieces.append(piece)
        found += pieces
    return found


def _name(text: str) -> str:
    """The words that are left when shares, relations and small words are gone; as they were written."""
    said = _LEFT_OUT.sub(" ", _ALL.sub(" ", _PERCENT.sub(" ", figures(text))))
    written = {word.casefold(): word for word in re.split(r"[\s,]+", text)}
    left = [word.strip(".") for word in re.split(r"[\s,]+", said)]
    return " ".join(
        written.get(word.casefold(), word) for word in left if word and word.casefold() not in _RELATION
    )


def _part(text: str) -> tuple[str, str, Decimal | None]:
    """Name, relation and share of one person."""
    said = figures(text)
    numbers = _PERCENT.findall(said)
    if len(numbers) > 1:
        raise Misread("several", "I see several figures for one person. Please give name and share of each.")
    half = re.search(r"\bhalf\b", said, re.IGNORECASE)
    percent = Decimal(numbers[0]) if numbers else Decimal(50) if half else None
    name = _name(text)
    if not words(name):
        raise Misread("no_name", "I need the full name of each person, with the share. Who is it?")
    relation = next((_RELATION[word] for word in words(said) if word in _RELATION), "")
    return read_person(name), relation, percent


def read_relations(text: str, shares: Sequence[Share]) -> str:
    """The relations that were missing, as the line that is kept.

    Raises:
        Misread: no_relation.
    """
    found = []
    said = words(text)
    for share in shares:
        found.append(
            share if share.relation else Share(share.name, share.percent, _near(share, said, shares))
        )
    return kept(found)


def _near(share: Share, said: list[str], shares: Sequence[Share]) -> str:
    """The relation word that belongs to a name: next to it, or the only one there is."""
    relations = [(at, _RELATION[word]) for at, word in enumerate(said) if word in _RELATION]
    kinds = {name for _, name in relations}
    if len(kinds) == 1:
        return kinds.pop()
    own = {word for word in words(share.name)}
    for other in shares:
        if other is not share:
            own -= set(words(other.name))
    places = [at for at, word in enumerate(said) if word in own]
    if not relations or not places:
        raise Misread(
            "no_relation",
            f"{share.name} may be the husband or wife, a child, a parent, or somebody else.",
        )
    return min(relations, key=lambda one: min(abs(one[0] - place) for place in places))[1]
