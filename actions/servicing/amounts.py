"""The field "amount" of transactions: figures, or a share of what the chosen policy offers.

A share is settled once the policy is known; an amount is never guessed.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from actions.forms.service import Answers, Facts, Field, always
from actions.normalise import Misread, read_amount, settle
from actions.services.wording import money
from actions.servicing.position import Case

_NUMBERS = re.compile(r"\d(?:[\s-]?\d){10,}")
"""Of policies, accounts and telephones: too long for an amount."""

_KEYS = ("figure", "yuan", "cny", "rmb", "¥", "$", "k", "thousand", "万")


@dataclass(frozen=True, slots=True)
class Wish:
    """How an amount is asked for."""

    prompt: Callable[[Case], str]
    base: Callable[[Case], Decimal | None]
    """What "all of it" means; None when it is not known."""

    help: str
    why: str
    refuse: Callable[[Decimal, Case], None] = lambda _value, _case: None
    """Raises `Misread` when the amount does not fit."""

    title: str = "amount"
    name: str = "amount"
    when: Callable[[Answers], bool] = always


def amount_field(wish: Wish) -> Field:
    """The field that asks for it."""

    def resolve(value: Any, answers: Answers, facts: Facts) -> Decimal:
        return settle(value, wish.base(Case(answers, facts)))

    return Field(
        name=wish.name,
        title=wish.title,
        prompt=lambda answers, facts: wish.prompt(Case(answers, facts)),
        read=lambda text, _facts: read_amount(text),
        resolve=resolve,
        check=lambda value, answers, facts: wish.refuse(value, Case(answers, facts)),
        help=wish.help,
        why=wish.why,
        aliases=("sum", "money"),
        scan=_scan,
        when=wish.when,
        show=lambda value, _facts: money(value),
    )


def _scan(text: str, _facts: Facts) -> Decimal | None:
    """A plain amount in a sentence, where it is marked as money: "borrow 30,000 yuan"."""
    text = _NUMBERS.sub(" ", text)
    said = text.casefold()
    if len(text) > 120 or not any(key in said for key in _KEYS):
        return None
    try:
        value = read_amount(text)
    except Misread:
        return None
    return value if isinstance(value, Decimal) else None
