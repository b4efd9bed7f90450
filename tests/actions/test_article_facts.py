"""The insurer's facts stand in one table; its articles and its services say the same."""

import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from actions.answers import read_articles
from actions.claims import one_day
from actions.identity import codes, scope
from actions.reminders import occasions
from actions.services import cover, inquiries
from actions.servicing import alterations, calculations, interlock

ROOT = Path(__file__).parents[2]
ARTICLES = {one.id: " ".join(one.passages) for one in read_articles(ROOT / "nlu_data" / "articles")}
ROWS = re.findall(
    r"^\| `(\w+)` \| (.+?) \| (.+?) \| (service|knowledge) \| (.+?) \|$",
    (ROOT / "docs" / "insurer-facts.md").read_text(),
    re.MULTILINE,
)
VALUES = {key: value for key, _, value, _, _ in ROWS}
NUMBER = re.compile(r"\d[\d,.]*\d|\d")
WORDS = {"3": "three", "4": "four", "6": "six"}
SPELT = ("one year", "once a year", "twice", "one step")


def test_the_table_is_read_whole() -> None:
    assert len(ROWS) >= 100
    assert len(VALUES) == len(ROWS), "each fact stands once"


@pytest.mark.parametrize(("key", "value", "articles"), [(row[0], row[2], row[4]) for row in ROWS])
def test_every_article_of_a_fact_states_it(key: str, value: str, articles: str) -> None:
    for name in articles.split(", "):
        stated = [_states(ARTICLES[name], number) for number in NUMBER.findall(value)]
        # Of a range, an article about one end of it may name that end alone.
        assert (any if " to " in value else all)(stated or [True]), (key, name)
        if value in SPELT:
            assert value in ARTICLES[name], (key, name)


SERVED: dict[str, timedelta | Decimal | int] = {
    "grace_period": timedelta(days=calculations.GRACE_DAYS),
    "cooling_off": timedelta(days=calculations.COOLING_OFF_DAYS),
    "loan_share": calculations.LOAN_SHARE,
    "loan_rate": calculations.LOAN_RATE,
    "ul_entry_charge": calculations.ENTRY_CHARGE,
    "loan_call_back": interlock.CALL_ABOVE,
    "smallest_sum": cover.SMALLEST,
    "elderly_age": scope.ELDERLY_AGE,
    "one_day_decision": one_day.ONE_DAY,
    "one_day_force": one_day.YEARS_IN_FORCE,
    "claim_decision": one_day.USUAL_DAYS,
    "reinstatement": alterations.REINSTATEMENT_YEARS,
    "frequency_half_yearly": calculations.FACTORS["half_yearly"],
    "frequency_quarterly": calculations.FACTORS["quarterly"],
    "frequency_monthly": calculations.FACTORS["monthly"],
    "code_valid": codes.LIFE,
    "code_wait": codes.PAUSE,
}


@pytest.mark.parametrize("key", SERVED)
def test_services_work_by_the_same_facts(key: str) -> None:
    said = Decimal(NUMBER.findall(VALUES[key])[0].replace(",", ""))
    served = SERVED[key]
    if isinstance(served, timedelta):
        assert served == timedelta(**{_unit(VALUES[key]): float(said)})
    elif "percent" in VALUES[key]:
        assert Decimal(served) * 100 == said
    else:
        assert Decimal(served) == said


def test_what_several_services_hold_is_the_same_in_all() -> None:
    assert inquiries.GRACE == occasions.GRACE == timedelta(days=calculations.GRACE_DAYS)
    assert interlock.CALL_FROM_AGE == scope.ELDERLY_AGE
    assert occasions.REINSTATEMENT_YEARS == alterations.REINSTATEMENT_YEARS


def _states(text: str, number: str) -> bool:
    either = f"{re.escape(number)}|{WORDS[number]}" if number in WORDS else re.escape(number)
    return re.search(rf"(?<![\d,.])\b(?:{either})(?!\d)", text) is not None


def _unit(value: str) -> str:
    return next(f"{unit}s" for unit in ("minute", "hour", "day") if unit in value)
