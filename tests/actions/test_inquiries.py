"""The inquiries against the told customers of the demonstration; today is 22 November 2026."""

import pytest
from sqlalchemy import select, update

from records.clock import ManualClock
from records.models import Claim, Customer, Policy, ServiceTransaction
from records.store import Store
from tests.actions.customer import Customer as Person

WHO = {
    "Li Wei": ("880000100101", "1985-03-12", "0011"),
    "Li Wei, by critical care": ("880000100102", "1985-03-12", "0011"),
    "Li Wei, by phone": ("+12025550101", "1985-03-12", "0011"),
    "Wang Fang": ("880000100201", "1990-07-25", "0022"),
    "Zhang Guihua": ("880000100301", "1951-11-02", "0033"),
    "Chen Jun": ("880000100401", "1978-01-30", "0044"),
    "Liu Yang": ("880000100501", "1995-09-09", "0055"),
    "Zhao Min": ("880000100601", "1969-05-17", "0066"),
    "Sun Lei": ("880000100701", "1982-12-01", "0077"),
    "Zhou Na": ("880000100801", "1999-04-21", "0088"),
}


@pytest.mark.parametrize(
    ("who", "intent", "facts"),
    [
        ("Li Wei", "check_policy_status", ["Harbour Whole Life (880000100101) is in force", "880000100102"]),
        ("Chen Jun", "check_policy_status", ["lapsed since 6 May 2026"]),
        ("Liu Yang", "check_policy_status", ["cooling-off period", "ends on 3 December 2026"]),
        ("Sun Lei", "check_policy_status", ["grace period", "due on 2 November 2026", "by 1 January 2027"]),
        ("Li Wei", "check_coverage", ["CNY 500,000.00", "no riders"]),
        ("Li Wei, by critical care", "check_coverage", ["CNY 300,000.00", "Harbour Hospital Cash"]),
        ("Sun Lei", "check_coverage", ["CNY 300,000.00", "Harbour Accident Shield"]),
        ("Chen Jun", "check_coverage", ["CNY 600,000.00", "no cover at present"]),
        ("Li Wei", "check_premium_due", ["CNY 12,000.00", "1 January 2027 (in 40 days)"]),
        ("Zhou Na", "check_premium_due", ["CNY 320.00 a month", "25 November 2026 (in 3 days)"]),
        ("Sun Lei", "check_premium_due", ["CNY 9,000.00 was due on 2 November 2026 (20 days ago)"]),
        ("Zhang Guihua", "check_premium_due", ["Nothing is due"]),
        ("Chen Jun", "check_premium_due", ["lapsed"]),
        ("Li Wei", "check_cash_value", ["CNY 58,000.00", "loan of CNY 20,273.97"]),
        ("Zhao Min", "check_cash_value", ["CNY 88,000.00", "CNY 91,000.00", "3.1%"]),
        ("Liu Yang", "check_cash_value", ["no cash value"]),
        ("Li Wei", "check_loan_balance", ["CNY 20,273.97", "CNY 20,000.00", "5% a year", "CNY 273.97"]),
        ("Wang Fang", "check_loan_balance", ["no loan"]),
        ("Zhang Guihua", "check_benefits", ["CNY 9,600.00 annuity", "7 November 2026", "CNY 5,200.00"]),
        ("Li Wei", "check_benefits", ["CNY 3,150.00"]),
        ("Sun Lei", "check_benefits", ["No money is waiting"]),
        ("Li Wei", "check_claim_status", ["CL20250001", "paid: CNY 4,200.00"]),
        ("Wang Fang", "check_claim_status", ["CL20260007", "pathology report"]),
        ("Sun Lei", "check_claim_status", ["no claim"]),
        ("Li Wei", "check_transaction_status", ["no change"]),
    ],
)
def test_an_inquiry_tells_the_facts(who: str, intent: str, facts: list[str], someone: Person) -> None:
    someone.say("tell me", intent)
    said = someone.prove(*WHO[who])
    for fact in facts:
        assert fact in said
    assert someone.last["loop"] is False
    assert someone.custom["service"] == intent
    assert someone.custom["tier"] == 1


def test_several_policies_are_asked_about_unless_one_was_named(someone: Person) -> None:
    someone.say("what am I covered for", "check_coverage")
    someone.prove(*WHO["Li Wei, by phone"])
    assert someone.buttons == ["Harbour Whole Life (880000100101)", "Harbour Critical Care (880000100102)"]
    assert "CNY 300,000.00" in someone.press("Harbour Critical Care (880000100102)")
    assert "CNY 9,100.00" in someone.say("and its cash value", "check_cash_value"), "the same policy is meant"


@pytest.mark.parametrize(
    "text",
    ["cash value of my critical care policy", "cash value of 880000100102", "and of the other policy"],
)
def test_another_policy_can_be_named_at_any_time(text: str, li_wei: Person) -> None:
    assert "CNY 9,100.00" in li_wei.say(text, "check_cash_value")


def test_a_policy_named_in_the_first_sentence_is_the_one_told(someone: Person) -> None:
    someone.say("status of policy 880000100102 please", "check_policy_status")
    assert someone.custom["expects"] == "birth"
    someone.say("1985-03-12")
    said = someone.say("0011")
    assert "880000100102" in said and "880000100101" not in said


def test_the_policy_named_to_identify_is_told_first_and_the_other_in_short(someone: Person) -> None:
    someone.say("is my policy in force", "check_policy_status")
    said = someone.prove("880000100102")
    told = said.splitlines()[-1]
    assert told.startswith("Harbour Critical Care (880000100102) is in force.")
    assert told.endswith("You also have Harbour Whole Life (880000100101), in force.")


@pytest.mark.parametrize("text", ["show me all my policies", "are both in force", "status of my policies"])
def test_all_policies_are_listed_when_all_are_asked_for(text: str, li_wei: Person) -> None:
    said = li_wei.say(text, "check_policy_status")
    assert said.startswith("These are your policies:")
    assert said.count("It started on") == 2


def test_without_a_policy_named_all_are_listed(someone: Person) -> None:
    someone.say("is my policy in force", "check_policy_status")
    assert "These are your policies:" in someone.prove(*WHO["Li Wei, by phone"])


def test_a_claim_of_somebody_else_is_not_found(li_wei: Person) -> None:
    said = li_wei.say("how far is CL20260007", "check_claim_status")
    assert "can't find that claim among yours" in said
    assert li_wei.say("how far is CL20990007", "check_claim_status") == said


def test_a_refused_claim_tells_why_and_offers_a_person(li_wei: Person, store: Store) -> None:
    with store.writing() as session:
        claim = session.scalars(select(Claim).where(Claim.number == "CL20250001")).one()
        claim.status, claim.decision_reason = "refused", "The stay was before the cover began."
    said = li_wei.say("how far is CL20250001", "check_claim_status")
    assert "was refused: The stay was before the cover began." in said
    assert "Talk to a person" in li_wei.buttons


def test_the_latest_requests_are_listed(li_wei: Person, store: Store, clock: ManualClock) -> None:
    with store.writing() as session:
        customer = session.scalars(select(Customer).where(Customer.number == "C1001")).one()
        session.add(
            ServiceTransaction(
                receipt="PF20260001", service="PF", customer_id=customer.id, state="done", details={},
                created_at=clock.now(), conversation_id=li_wei.conversation_id, form_version=9,
            )
        )  # fmt: skip
    said = li_wei.say("how far is my change", "check_transaction_status")
    assert "PF20260001: change how often you pay, 22 November 2026, done" in said


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("branch in Chengdu", "Chengdu Service Office"),
        ("where are you in Sichuan", "Mianyang Service Office"),
        ("office in beijing?", "Haidian Service Office"),
        ("closest branch to Xi'an", "Xi'an Service Office"),
    ],
)
def test_branches_are_found_by_city_or_province_without_identity(
    text: str, found: str, someone: Person
) -> None:
    said = someone.say(text, "find_branch")
    assert found in said and "Open Mon-Fri" in said


def test_a_misspelt_place_is_understood_and_an_unknown_one_is_asked_again(someone: Person) -> None:
    someone.say("find a branch", "find_branch")
    assert "We are in:" in someone.say("Timbuktu")
    assert "Guangzhou Customer Centre" in someone.say("Guangzou")


def test_amounts_are_read_from_the_records_not_from_memory(li_wei: Person, store: Store) -> None:
    with store.writing() as session:
        session.execute(update(Policy).where(Policy.number == "880000100101").values(cash_value=60000))
    assert "CNY 60,000.00" in li_wei.say("cash value", "check_cash_value")


def test_after_an_answer_the_natural_next_steps_are_offered(someone: Person) -> None:
    someone.say("is it in force", "check_policy_status")
    someone.prove(*WHO["Chen Jun"])
    assert "Bring it back" in someone.buttons
    assert all(
        set(button["payload"]) == {"intent"}
        for message in someone.last["messages"]
        for button in message["buttons"]
    )


def test_an_older_customer_is_served_gently(someone: Person) -> None:
    someone.say("is it in force", "check_policy_status")
    assert "gentle" not in someone.custom
    someone.prove(*WHO["Zhang Guihua"])
    assert someone.custom["gentle"] is True
