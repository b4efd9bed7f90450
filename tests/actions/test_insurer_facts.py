"""What the services count with is what the facts of the insurer say, and the articles with them."""

import re
from pathlib import Path

import pytest

from actions.services import more_cover, policyholder
from actions.services.cover import SMALLEST
from actions.servicing import alterations, calculations, four_eyes, interlock, payments, transaction

ROOT = Path(__file__).resolve().parents[2]
ROWS = {
    match.group(1): (match.group(2), [name.strip() for name in match.group(3).split(",")])
    for match in re.finditer(
        r"^\| `(\w+)` \|[^|]*\| ([^|]*?) \| service \| ([^|]*?) \|$",
        (ROOT / "docs" / "insurer-facts.md").read_text(),
        re.MULTILINE,
    )
}
COUNTED = {
    "adult_age": policyholder.ADULT,
    "agreed_sum": payments.TIME_TO_PAY.days,
    "cooling_off": calculations.COOLING_OFF_DAYS,
    "elderly_age": four_eyes.FROM_AGE,
    "exam_critical": more_cover.EXAMINED["critical_illness"],
    "exam_death_older": more_cover.EXAMINED["older"],
    "exam_death_young": more_cover.EXAMINED["young"],
    "four_eyes_amount": four_eyes.ABOVE,
    "grace_period": calculations.GRACE_DAYS,
    "join_accident": more_cover.OLDEST["accident"],
    "join_critical": more_cover.OLDEST["critical_illness"],
    "join_hospital": more_cover.OLDEST["hospital_cash"],
    "join_term": more_cover.OLDEST["term_life"],
    "join_whole_life": more_cover.OLDEST["whole_life"],
    "loan_call_back": interlock.CALL_ABOVE,
    "loan_share": calculations.LOAN_SHARE * 100,
    "loan_rate": calculations.LOAN_RATE * 100,
    "occupation_class_5": (alterations.LOADINGS[5] - 1) * 100,
    "occupation_class_6": (alterations.LOADINGS[6] - 1) * 100,
    "occupation_classes": len(alterations.LOADINGS),
    "reinstatement": alterations.REINSTATEMENT_YEARS,
    "reinstatement_decision": transaction.DECISION_DAYS,
    "smallest_sum": SMALLEST,
}


@pytest.mark.parametrize("key", sorted(COUNTED))
def test_a_service_counts_with_the_number_of_its_fact(key: str) -> None:
    value, _ = ROWS[key]
    last = re.findall(r"[\d,]+", value)[-1]
    assert last.replace(",", "") == f"{COUNTED[key]:.0f}"


@pytest.mark.parametrize("key", sorted(COUNTED))
def test_its_articles_say_the_same(key: str) -> None:
    value, articles = ROWS[key]
    number = re.findall(r"[\d,]+", value)[-1]
    for name in articles:
        text = (ROOT / "nlu_data" / "articles" / f"{name}.md").read_text()
        assert re.search(rf"(?<![\d,]){number}(?![\d,]*\d)", text), f"{name} does not say {number}"
