"""Amounts of money as people say them, exact.

A share of something ("half of it") is returned as a share: only the field knows of what.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from actions.normalise.misread import Misread
from actions.normalise.spoken import is_number_word, number
from actions.normalise.typed import words

LARGEST = Decimal(10) ** 10


@dataclass(frozen=True, slots=True)
class Share:
    """A part of an amount that is known elsewhere."""

    part: Decimal
    """1 is all of it."""

    def of(self, base: Decimal) -> Decimal:
        """The share of `base`, rounded down to the cent: never more than there is."""
        return (base * self.part).quantize(Decimal("0.01"), rounding="ROUND_DOWN")


_FIGURE = re.compile(
    r"(?<![\w.,])(-?)\s*(?:[¥$€£]\s*)?(\d{1,3}(?:[, ]\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?)\s*"
    r"(k|thousand|m|million|mio|万|w|bn|billion)?(?![\w])(?!\s*(?:%|percent|per cent))",
    re.IGNORECASE,
)
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*(?:%|percent\b|per cent\b)", re.IGNORECASE)
_SCALE = {
    "k": 10**3, "thousand": 10**3, "m": 10**6, "million": 10**6, "mio": 10**6, "万": 10**4, "w": 10**4,
    "bn": 10**9, "billion": 10**9,
}  # fmt: skip
_SHARES = {
    "half": Decimal("0.5"), "quarter": Decimal("0.25"), "quarters": Decimal("0.25"),
    "all": Decimal(1), "everything": Decimal(1),
    "whole": Decimal(1), "full": Decimal(1), "entire": Decimal(1), "total": Decimal(1), "maximum": Decimal(1),
    "max": Decimal(1),
}  # fmt: skip
_CURRENCIES = re.compile(r"(?:cny|rmb|yuan|元|块)(?=\b|\d|\s|$)|(?<=\d)(?:cny|rmb|yuan|元|块)", re.IGNORECASE)


def read_amount(text: str) -> Decimal | Share:
    """A positive amount to the cent, or a share of something.

    Raises:
        Misread: not_an_amount, several, negative, zero, cents, too_large, ambiguous.
    """
    # A long text is no amount, and number words in it are not worth looking for.
    if len(text) > 300:
        raise Misread("not_an_amount", "I need just the amount, for example 12,000.")
    plain = _CURRENCIES.sub(" ", text)
    percent = _PERCENT.search(plain)
    if percent:
        return _share(Decimal(percent.group(1)) / 100)
    figures = [_figure(match) for match in _FIGURE.finditer(plain)]
    said = words(plain)
    if not figures and "quarters" not in said:
        figures = _spelt(plain)
    if not figures:
        part = next((_SHARES[word] for word in said if word in _SHARES), None)
        if part is not None:
            return _share(part * 3 if "three" in said and part == Decimal("0.25") else part)
        raise Misread("not_an_amount", "I did not find an amount. An example is 12,000.")
    if len(set(figures)) > 1:
        raise Misread("several", "I see more than one amount. Which one do you mean?")
    return _checked(-figures[0] if "minus" in said else figures[0])


def settle(value: Decimal | Share, base: Decimal | None) -> Decimal:
    """The amount that is meant, where a share may be said.

    Raises:
        Misread: no_base (a share of nothing that is known).
    """
    if isinstance(value, Decimal):
        return value
    if base is None:
        raise Misread("no_base", "Please give the amount in figures, for example 12,000.")
    return _checked(value.of(base))


def _figure(match: re.Match[str]) -> Decimal:
    sign, figure, scale = match.groups()
    if re.fullmatch(r"\d{1,3}[.]\d{3}", figure) and not scale:
        raise Misread("ambiguous", "Is the point a decimal point there? Please write the amount like 12,000.")
    if re.fullmatch(r"\d+,\d{1,2}", figure):
        figure = figure.replace(",", ".")
    value = Decimal(re.sub(r"[, ]", "", figure)) * _SCALE.get((scale or "").casefold(), 1)
    return -value if sign else value


def _spelt(text: str) -> list[Decimal]:
    found: list[Decimal] = []
    run: list[str] = []
    for part in [*text.casefold().replace("-", " ").split(), "."]:
        word = part.strip(".,!?")
        article = word in ("a", "an") and not run
        if is_number_word(word) or article or (word == "and" and run):
            run.append(word)
            continue
        value = number(run) if any(is_number_word(word) for word in run) else None
        if value is not None:
            found.append(Decimal(value))
        run = []
    return found


def _share(part: Decimal) -> Share:
    if not 0 < part <= 1:
        raise Misread("not_an_amount", "A share must be between 0 and 100 percent.")
    return Share(part)


def _checked(value: Decimal) -> Decimal:
    if value < 0:
        raise Misread("negative", "The amount cannot be below zero.")
    if value == 0:
        raise Misread("zero", "The amount must be more than zero.")
    if value > LARGEST:
        raise Misread("too_large", "That amount is larger than anything I can handle.")
    if value * 100 != (value * 100).to_integral_value():
        raise Misread("cents", "Please give the amount to the cent at most, for example 12,000.50.")
    return value.quantize(Decimal("0.01"))
