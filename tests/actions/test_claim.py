"""The first notice of loss: what is recorded, and that it is recorded once."""

import pytest
from sqlalchemy import select

from actions.services.claim_papers import kind_in
from actions.services.claim_record import next_number
from records.clock import ManualClock
from records.models import Claim
from records.store import Store
from tests.actions.customer import Customer as Person

ANSWERS = (
    "accident",
    "myself",
    "Li Wei",
    "3 November 2026",
    "Beijing",
    "I fell down the stairs",
    "skip",
    "202-555-0101",
)


def report(person: Person, *answers: str, policy: str = "880000100102") -> str:
    person.say("I want to report a claim", "report_claim")
    person.say(policy)
    for answer in answers:
        person.say(answer)
    return person.say("yes", "affirm")


def claim_of(person: Person, store: Store) -> Claim:
    with store.reading() as session:
        return session.scalars(select(Claim).where(Claim.conversation_id == person.conversation_id)).one()


def test_a_claim_is_recorded_with_everything_that_was_said(someone: Person, store: Store) -> None:
    said = report(someone, *ANSWERS)
    claim = claim_of(someone, store)
    assert claim.number == someone.custom["claim"] == "CL20260008"
    assert claim.number in said and "medical report" in said
    assert (claim.kind, claim.reporter, claim.insured_name) == ("accident", "self", "Li Wei")
    assert (claim.policy_number, claim.contact_phone) == ("880000100102", "+12025550101")
    assert str(claim.happened_on) == "2026-11-03"
    assert (claim.place, claim.description, claim.hospital) == ("Beijing", "I fell down the stairs", "")
    assert claim.policy_id is not None and claim.status == "reported" and claim.missing


def test_two_claims_have_two_numbers(someone: Person, store: Store) -> None:
    report(someone, *ANSWERS)
    first = someone.custom["claim"]
    report(someone, *ANSWERS)
    assert someone.custom.get("claim") != first
    with store.reading() as session:
        numbers = session.scalars(
            select(Claim.number).where(Claim.conversation_id == someone.conversation_id).order_by(Claim.id)
        ).all()
    assert list(numbers) == ["CL20260008", "CL20260009"]


def test_a_policy_that_is_not_ours_is_recorded_for_a_person_to_sort_out(
    someone: Person, store: Store
) -> None:
    report(someone, *ANSWERS, policy="880000999999")
    claim = claim_of(someone, store)
    assert claim.policy_id is None and claim.policy_number == "880000999999"


def test_a_death_is_taken_down_gently_and_handed_to_a_person(someone: Person, store: Store) -> None:
    said = someone.say("my mother passed away on 20 November 2026", "report_claim")
    assert "very sorry for your loss" in said
    someone.say("880000100301")
    asked = []
    for answer in ("Zhang Guihua", "202-555-0103"):
        asked.append(someone.custom["expects"])
        said = someone.say(answer)
    assert asked == ["insured_name", "phone"], "the family is asked only what is needed"
    assert "yourself" not in said
    said = someone.say("yes", "affirm")
    assert someone.custom["handoff"] == "death_claim"
    assert someone.custom["claim"] == claim_of(someone, store).number
    assert "death certificate" in said
    assert claim_of(someone, store).reporter == "parent"


def test_numbers_go_on_past_four_digits_and_start_again_with_the_year(
    store: Store, clock: ManualClock
) -> None:
    with store.writing() as session:
        for number in ("CL20269999", "CL202610000"):
            session.add(
                Claim(number=number, policy_number="", kind="illness", status="reported",
                      reported_at=clock.now(), missing=[])
            )  # fmt: skip
    with store.reading() as session:
        assert next_number(session, 2026) == "CL202610001"
        assert next_number(session, 2027) == "CL20270001"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("my husband fell off a ladder and broke his arm", "accident"),
        ("mom passed away on sunday", "death"),
        ("my father died in a car crash", "death"),
        ("I was diagnosed with breast cancer", "illness"),
        ("admitted to hospital with pneumonia", "hospital_stay"),
        ("i lost two fingers in a machine and will not be able to work again", "disability"),
        ("I want to claim something", None),
    ],
)
def test_the_kind_of_claim_is_told_from_the_story(text: str, kind: str | None) -> None:
    assert kind_in(text) == kind
