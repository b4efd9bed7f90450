"""The page of services is current, and every service is walked to its end by a test."""

import re
from pathlib import Path

import pytest

from actions.services import page
from actions.services.catalogue import CATALOGUE, ENTRIES
from actions.services.registry import SERVICES
from actions.services.transactions import BY_CODE
from tests.actions.test_forms import ASKED, SCRIPTS

TESTS = Path(__file__).parent


def test_the_page_is_current() -> None:
    assert page.PAGE.read_text() == page.text(), "run `python -m actions.services.page`"


def test_every_service_of_the_catalogue_is_on_the_page() -> None:
    assert re.findall(r"^\| .*? \| `(\w+)`", page.text(), re.MULTILINE) == [entry.intent for entry in ENTRIES]


def test_every_service_is_walked_to_its_end() -> None:
    assert set(SERVICES) == set(SCRIPTS) == set(ASKED)


@pytest.mark.parametrize("code", sorted(BY_CODE))
def test_every_transaction_has_a_dialogue_to_its_record_and_one_that_is_refused(code: str) -> None:
    source = "\n".join(path.read_text() for path in TESTS.glob("test_*.py"))
    bodies = re.findall(rf"def (test_{code}_\w+)\(.*?(?=\n(?:@|def )|\Z)", source, re.DOTALL)
    assert len(bodies) >= 2, f"{code} needs one test to its record and one that is refused"
    assert BY_CODE[code].code == code == CATALOGUE[BY_CODE[code].intent].code
