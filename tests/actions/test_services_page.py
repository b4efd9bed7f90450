"""The page of services is current, and every transaction is built and tried: carried out, and refused."""

import re
from pathlib import Path

import pytest

from actions.services import page
from actions.services.catalogue import CATALOGUE
from actions.services.transactions import BY_CODE, TRANSACTIONS

TESTS = Path(__file__).parent


def test_the_page_is_current() -> None:
    assert page.PAGE.read_text() == page.text(), "run `python -m actions.services.page`"


def test_every_service_of_the_catalogue_is_on_the_page() -> None:
    assert re.findall(r"^\| .*? \| `(\w+)`", page.text(), re.MULTILINE) == list(CATALOGUE)


def test_every_service_of_the_catalogue_with_a_code_is_built() -> None:
    assert {entry.code for entry in CATALOGUE.values() if entry.code} == set(BY_CODE)
    assert len(TRANSACTIONS) == len(BY_CODE) >= 23


@pytest.mark.parametrize("code", sorted(BY_CODE))
def test_every_transaction_has_a_dialogue_to_its_record_and_one_that_is_refused(code: str) -> None:
    source = "\n".join(path.read_text() for path in TESTS.glob("test_*.py"))
    bodies = re.findall(rf"def (test_{code}_\w+)\(.*?(?=\n(?:@|def )|\Z)", source, re.DOTALL)
    assert len(bodies) >= 2, f"{code} needs one test to its record and one that is refused"
    assert BY_CODE[code].code == code == CATALOGUE[BY_CODE[code].intent].code
