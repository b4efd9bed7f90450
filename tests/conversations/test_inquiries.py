"""Inquiries over the public surface: asked, proved, answered with what is true."""

from tests.conversations.conftest import Customer

LI_WEI = ("880000100101", "1985-03-12", "0011")


def test_is_my_policy_in_force_leads_through_the_check_to_the_true_state(customer: Customer) -> None:
    customer.say("is my policy in force?")
    assert customer.custom["assurance"] == 0
    assert customer.custom["expects"]
    assert "in force" not in customer.text
    customer.prove_identity(*LI_WEI)
    assert customer.custom["assurance"] == 2
    assert customer.custom["tier"] == 1
    assert customer.custom["intent"] is not None
    assert "880000100101" in customer.text
    assert "in force" in customer.text


def test_a_proved_identity_is_not_asked_for_again(customer: Customer) -> None:
    customer.say("is my policy in force?").prove_identity(*LI_WEI)
    customer.say("how much do i owe on my policy loan")
    if customer.custom.get("expects"):
        customer.press("880000100101")
    assert customer.custom["assurance"] == 2
    assert "20,000.00" in customer.text


def test_the_wrong_birth_date_and_an_unknown_policy_look_the_same(
    customer: Customer, another: Customer
) -> None:
    customer.say("is my policy in force?").prove_identity("880000100101", "1985-03-13", "0011")
    another.say("is my policy in force?").prove_identity("880000999999", "1985-03-12", "0011")
    assert customer.custom["assurance"] == another.custom["assurance"] < 2
    assert customer.text == another.text
    assert "in force" not in customer.text


def test_three_wrong_tries_go_to_a_person(customer: Customer) -> None:
    customer.say("is my policy in force?")
    for _ in range(3):
        customer.prove_identity("880000100101", "1999-09-09", "9999")
    assert customer.custom["handoff"] == "verification_failed"
    assert customer.custom["tier"] == 3


def test_another_persons_policy_stays_closed(customer: Customer) -> None:
    customer.say("is my policy in force?").prove_identity(*LI_WEI)
    customer.say("and what is the cash value of policy 880000100301")
    assert "260,000" not in customer.text
    assert "Zhang" not in customer.text


def test_a_branch_needs_no_identity(customer: Customer) -> None:
    customer.say("where is your office in Chengdu?")
    assert "Renmin South Road" in customer.text
    assert customer.custom["assurance"] == 0


def test_the_policy_that_was_named_is_told_first_in_a_sentence_of_its_own(customer: Customer) -> None:
    customer.say("is my policy in force?").prove_identity(*LI_WEI)
    told = customer.replies[-1]["text"]
    assert told.startswith("Harbour Whole Life (880000100101) is in force.")
    assert "You also have Harbour Critical Care (880000100102), in force." in told


def test_a_bare_number_in_a_form_is_part_of_the_service(customer: Customer) -> None:
    customer.say("is my policy in force?")
    for answer in LI_WEI:
        customer.say(answer)
        assert customer.custom["intent"] == "check_policy_status"
