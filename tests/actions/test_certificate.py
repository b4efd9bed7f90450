"""The certificate of premiums paid (ST): the right sum, once, and never for a year without one."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from actions.dialogue import Dialogue
from actions.forms.service import Facts
from actions.normalise import Misread
from actions.services.certificate import read_year
from records.clock import ManualClock
from records.models import Customer, OutgoingMessage, Policy, PremiumPayment, Way
from records.store import Store
from tests.actions.money import Counter, ask

INTENT = "request_premium_certificate"
TODAY = Facts(today=date(2026, 11, 22))


@pytest.fixture
def counter(store: Store, clock: ManualClock, dialogue: Dialogue) -> Counter:
    """Wang Fang began in June 2024 and paid four premiums in 2025, one of them due in 2024."""
    with store.writing() as session:
        policy_id = session.scalars(select(Policy.id).where(Policy.number == "880000100201")).one()
        for due, paid, amount in (
            (date(2024, 12, 20), date(2025, 1, 3), "1800.10"),
            (date(2025, 3, 20), date(2025, 3, 20), "1800.10"),
            (date(2025, 6, 20), date(2025, 6, 21), "1800.10"),
            (date(2025, 12, 20), date(2025, 12, 31), "0.07"),
            (date(2025, 12, 31), date(2026, 1, 1), "1800.10"),
        ):
            session.add(PremiumPayment(policy_id=policy_id, amount=Decimal(amount), due_on=due, paid_on=paid))
    return Counter(store, clock, dialogue)


def messages(store: Store) -> list[OutgoingMessage]:
    with store.reading() as session:
        return list(session.scalars(select(OutgoingMessage).where(OutgoingMessage.purpose == "certificate")))


def address(store: Store, number: str, **values: str) -> None:
    with store.writing() as session:
        session.execute(update(Customer).where(Customer.number == number).values(**values))


def test_ST_what_arrived_in_the_year_is_certified_to_the_cent_and_sent_once(
    counter: Counter, store: Store
) -> None:
    person = counter.verified("Wang Fang")
    said = ask(person, INTENT, "last year", "by e-mail")
    assert "Paid in 2025: CNY 5,400.37" in said and "wang.fang@example.com" in said
    assert messages(store) == []
    said = person.say("yes")
    row = counter.only()
    assert (row.service, row.state, row.details["paid"]) == ("ST", "applied", "5400.37")
    assert row.receipt in said and "CNY 5,400.37 for 2025 is on its way by e-mail" in said
    (sent,) = messages(store)
    assert (sent.way, sent.recipient) == (Way.EMAIL, "wang.fang@example.com")
    for told in ("Wang Fang", "880000100201", "CNY 5,400.37", "2025", row.receipt):
        assert told in sent.text
    person.send_button({"form": INTENT, "version": row.form_version, "field": "@confirm", "value": "yes"})
    assert len(messages(store)) == len(counter.transactions()) == 1


def test_ST_everything_said_at_once_leaves_only_the_read_back(counter: Counter) -> None:
    person = counter.verified("Wang Fang")
    person.say("email me a certificate of the premiums I paid in 2025", INTENT)
    assert person.custom["expects"] == "@confirm"


def test_ST_on_paper_it_goes_to_the_address_on_file(counter: Counter, store: Store) -> None:
    address(store, "C1002", address="8 Lake Street, Shanghai")
    person = counter.verified("Wang Fang")
    said = ask(person, INTENT, "2025", "on paper", "yes")
    row = counter.only()
    assert (row.details["delivery"], row.details["recipient"]) == ("post", "8 Lake Street, Shanghai")
    assert row.details["paid"] == "5400.37" and "by post within 5 working days" in said
    assert messages(store) == []


def test_ST_a_year_without_a_premium_is_refused_with_the_years_that_have_one(
    counter: Counter, store: Store
) -> None:
    person = counter.verified("Wang Fang")
    said = ask(person, INTENT, "2024")
    assert "No premium for Harbour Critical Care (880000100201) arrived in 2024" in said
    assert "premiums in 2025 and 2026" in said
    assert person.custom["refused"] == "nothing_paid"
    assert "See what premium is due" in person.buttons
    assert counter.transactions() == []
    assert messages(store) == []


def test_ST_without_any_address_it_is_refused_before_anything_is_asked(
    counter: Counter, store: Store
) -> None:
    address(store, "C1002", email="", address="")
    person = counter.verified("Wang Fang")
    ask(person, INTENT)
    assert person.custom["refused"] == "no_address"


def test_ST_an_address_that_is_not_on_file_is_asked_again(counter: Counter) -> None:
    person = counter.verified("Wang Fang")
    assert "no postal address" in ask(person, INTENT, "2025", "by post")
    assert person.custom["expects"] == "delivery"


@pytest.mark.parametrize(
    ("year", "words"),
    [
        ("2027", "2027 has not begun yet"),
        ("2019", "began in 2024"),
        ("2024 and 2025", "for one year"),
        ("as ever", "I need a year"),
    ],
)
def test_ST_a_wrong_year_is_asked_again(year: str, words: str, counter: Counter) -> None:
    person = counter.verified("Wang Fang")
    assert words in ask(person, INTENT, year)
    assert person.custom["expects"] == "year"
    assert counter.transactions() == []


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("2025", "2025"),
        ("last year please", "2025"),
        ("the year before last", "2024"),
        ("this year so far", "2026"),
        ("for the tax year 2023", "2023"),
        ("the second one", "2025"),
    ],
)
def test_a_year_is_read_as_people_say_it(text: str, year: str) -> None:
    assert read_year(text, TODAY) == year


@pytest.mark.parametrize("text", ["880000100201", "no idea", "20255", ""])
def test_what_is_no_year_is_not_read_as_one(text: str) -> None:
    with pytest.raises(Misread, match="I need a year"):
        read_year(text, TODAY)
