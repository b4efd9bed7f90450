"""How well the normalisers read values out of sentences.

Counts only; a value is right when it is exactly the expected one, or when both readings of a doubtful date
are asked back.
"""

from collections import Counter
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from actions.normalise import (
    Misread,
    Share,
    read_amount,
    read_claim_number,
    read_date,
    read_phone,
    read_policy_number,
)

Reader = Callable[[str, date], str]


def _amount(text: str, today: date) -> str:
    value = read_amount(text)
    if isinstance(value, Share):
        return {Decimal(1): "all", Decimal("0.5"): "half"}.get(value.part, str(value.part))
    return _plain(value)


def _share(text: str, today: date) -> str:
    value = read_amount(text)
    return _plain(round(value.part * 100, 2) if isinstance(value, Share) else value)


def _date(text: str, today: date) -> str:
    try:
        return read_date(text, today).isoformat()
    except Misread as doubt:
        if doubt.code == "ambiguous" and len(doubt.options) > 1:
            return "ambiguous"
        raise


def _plain(value: Decimal) -> str:
    return format(value.normalize(), "f")


READERS: dict[str, Reader] = {
    "amount": _amount,
    "share": _share,
    "date": _date,
    "policy_number": lambda text, today: read_policy_number(text),
    "claim_number": lambda text, today: read_claim_number(text),
    "phone": lambda text, today: read_phone(text),
}
"""Kinds with a normaliser that works on a whole sentence."""


def measure(path: Path) -> dict[str, Any]:
    """F1 of each kind, and of all; kinds that forms ask for by themselves are named, not counted."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    today = date.fromisoformat(str(content["today"]))
    expected: Counter[str] = Counter()
    given: Counter[str] = Counter()
    right: Counter[str] = Counter()
    by_channel: dict[str, list[bool]] = {}
    unread: Counter[str] = Counter()
    for one in content["entities"]:
        kind = str(one["kind"])
        if kind not in READERS:
            unread[kind] += 1
            continue
        expected[kind] += 1
        value = _read(READERS[kind], str(one["text"]), today)
        given[kind] += value is not None
        hit = value is not None and _same(kind, value, str(one["value"]))
        right[kind] += hit
        by_channel.setdefault(str(one["channel"]), []).append(hit)
    kinds = {kind: _f1(right[kind], given[kind], expected[kind]) for kind in READERS if expected[kind]}
    return {
        "examples": expected.total(),
        "f1": _f1(right.total(), given.total(), expected.total()),
        "by_kind": kinds,
        "by_style": {name: round(sum(hits) / len(hits), 4) for name, hits in sorted(by_channel.items())},
        "not_measured": dict(unread),
    }


def _read(reader: Reader, text: str, today: date) -> str | None:
    try:
        return reader(text, today)
    except Misread:
        return None


def _same(kind: str, value: str, wanted: str) -> bool:
    if kind == "phone":
        digits = "".join(letter for letter in value if letter.isdigit())
        return digits.endswith("".join(letter for letter in wanted if letter.isdigit()))
    if kind in {"amount", "share"} and wanted not in {"all", "half"}:
        return value not in {"all", "half"} and Decimal(value) == Decimal(wanted)
    return value == wanted


def _f1(right: int, given: int, expected: int) -> float:
    return round(2 * right / (given + expected), 4) if given + expected else 0.0
