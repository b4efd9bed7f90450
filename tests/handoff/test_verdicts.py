"""Decisions on claims: who is paid what, when two must agree, the clock, and what the customer hears."""

from datetime import date
from decimal import ROUND_DOWN, Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from actions.claims import verdict
from actions.claims.verdict import shared_out
from actions.servicing.states import NotPossible
from handoff import claims, verdicts
from handoff.decisions import Effect
from handoff.refusals import ReasonMissing, UnknownCase
from records.models import AuditEntry, Beneficiary, Claim, ClaimPayout, Conversation, ConversationId, Customer
from tests.handoff import cases
from tests.handoff.conftest import AMY, BEN, Floor
from tests.handoff.test_decisions import messages, rows, who

OWN = {"Li Wei": cases.ACCOUNT}


def act(floor: Floor, do: Any, login: str, number: str, *more: Any) -> Effect:
    with floor.store.writing() as session:
        effect: Effect = do(session, who(floor, login), number, *more, floor.clock.now())
        return effect


def reported(
    floor: Floor,
    *missing: str,
    birth: date = date(1985, 3, 12),
    holder: int | None = None,
    assurance: int = 3,
    **more: Any,
) -> tuple[ConversationId, str]:
    """A claim on a policy of Li Wei's, and its conversation."""
    customer = holder or floor.customer(birth=birth)
    conversation = floor.talk("I have cancer", customer_id=customer, assurance=assurance)
    with floor.store.writing() as session:
        policy = cases.policy(session, customer, floor.clock.now())
        number = cases.claim(session, conversation, policy, floor.clock.now(), *missing, **more).number
    return conversation, number


def claim(floor: Floor, number: str) -> Claim:
    with floor.store.reading() as session:
        return session.scalars(select(Claim).where(Claim.number == number)).one()


def sheet(floor: Floor, number: str) -> claims.ClaimSheet:
    with floor.store.reading() as session:
        found = claims.find(session, number)
        assert found is not None
        return claims.sheet(session, found, floor.clock.now())


def test_a_payment_is_ordered_once_and_told_in_the_conversation(floor: Floor) -> None:
    floor.staff(AMY)
    conversation, number = reported(floor)
    effect = act(floor, verdicts.pay, "amy", number, "12,000.50", OWN)
    assert effect.told_in == conversation
    assert floor.texts(conversation)[-1] == (
        f"Claim {number} is approved: CNY 12,000.50 will be paid. The money arrives within 10 days."
    )
    found = claim(floor, number)
    assert (found.status, found.amount, found.decided_at) == (
        "approved", Decimal("12000.50"), floor.clock.now()
    )  # fmt: skip
    (payout,) = rows(floor, ClaimPayout)
    assert (payout.payee, payout.account, payout.amount, payout.agreed_by, payout.second_by) == (
        "Li Wei", cases.ACCOUNT, Decimal("12000.50"), "agent:amy", None
    )  # fmt: skip
    assert payout.ordered_at == floor.clock.now()
    with pytest.raises(NotPossible):
        act(floor, verdicts.pay, "amy", number, "1", OWN)
    assert len(rows(floor, ClaimPayout)) == 1


def test_a_large_payment_waits_for_a_second_agent(floor: Floor) -> None:
    floor.staff(AMY, BEN)
    conversation, number = reported(floor)
    first = act(floor, verdicts.pay, "amy", number, "300000", OWN)
    assert first.words.startswith("Second approval needed: more than CNY 100,000.00 leaves.")
    assert claim(floor, number).status == "in_review" and len(floor.texts(conversation)) == 1
    waiting = sheet(floor, number)
    assert waiting.proposal == ("CNY 300,000.00 to Li Wei, account ending 7890",)
    assert (waiting.agreed_by, waiting.agreed_login, waiting.row.waits_for_second) == ("Amy Gao", "amy", True)
    with pytest.raises(NotPossible):
        act(floor, verdicts.agree, "amy", number)
    with pytest.raises(NotPossible):
        act(floor, verdicts.pay, "ben", number, "1", OWN)
    act(floor, verdicts.agree, "ben", number)
    (payout,) = rows(floor, ClaimPayout)
    assert (payout.agreed_by, payout.second_by, claim(floor, number).status) == (
        "agent:amy", "agent:ben", "approved"
    )  # fmt: skip
    with pytest.raises(NotPossible):
        act(floor, verdicts.agree, "ben", number)


def test_sixty_or_older_means_two_agents(floor: Floor) -> None:
    floor.staff(AMY)
    _, number = reported(floor, birth=date(1951, 11, 2))
    effect = act(floor, verdicts.pay, "amy", number, "10", OWN)
    assert "the insured person is 60 or older" in effect.words


@pytest.mark.parametrize(
    ("amount", "account", "code"),
    [
        ("0", cases.ACCOUNT, "unfit_amount"), ("-5", cases.ACCOUNT, "unfit_amount"),
        ("0.001", cases.ACCOUNT, "unfit_amount"), ("NaN", cases.ACCOUNT, "unfit_amount"),
        ("Infinity", cases.ACCOUNT, "unfit_amount"), ("a lot", cases.ACCOUNT, "unfit_amount"),
        ("", cases.ACCOUNT, "unfit_amount"), ("10", "123", "unfit_account"), ("10", "", "unfit_account"),
        ("10", "my account", "unfit_account"),
    ],
)  # fmt: skip
def test_unfit_amounts_and_accounts_pay_nothing(floor: Floor, amount: str, account: str, code: str) -> None:
    floor.staff(AMY)
    _, number = reported(floor)
    with pytest.raises(NotPossible) as problem:
        act(floor, verdicts.pay, "amy", number, amount, {"Li Wei": account})
    assert problem.value.code == code and rows(floor, ClaimPayout) == []


def test_nothing_is_paid_while_a_paper_is_missing_and_asking_for_one_stops_the_clock(floor: Floor) -> None:
    floor.staff(AMY)
    conversation, number = reported(floor)
    act(floor, verdicts.pay, "amy", number, "300000", OWN)
    act(floor, verdicts.ask_for_paper, "amy", number, "bank card", "The number cannot be read")
    found = claim(floor, number)
    assert (found.missing, found.decision_due, rows(floor, ClaimPayout)) == (["bank card"], None, [])
    assert "one more paper from you: bank card." in floor.texts(conversation)[-1]
    with pytest.raises(NotPossible) as problem:
        act(floor, verdicts.pay, "amy", number, "1", OWN)
    assert problem.value.code == "papers_missing"
    for title, because in (("", "why"), ("bank card", " ")):
        with pytest.raises(ReasonMissing):
            act(floor, verdicts.ask_for_paper, "amy", number, title, because)


def test_a_refusal_says_why_and_drops_what_waited(floor: Floor) -> None:
    floor.staff(AMY, BEN)
    conversation, number = reported(floor)
    act(floor, verdicts.pay, "amy", number, "300000", OWN)
    with pytest.raises(ReasonMissing):
        act(floor, verdicts.refuse, "ben", number, " ")
    act(floor, verdicts.refuse, "ben", number, "The illness began before the policy")
    assert (claim(floor, number).status, rows(floor, ClaimPayout)) == ("refused", [])
    assert "cannot be paid: The illness began before the policy." in floor.texts(conversation)[-1]
    with pytest.raises(NotPossible):
        act(floor, verdicts.agree, "amy", number)
    with pytest.raises(UnknownCase):
        act(floor, verdicts.refuse, "ben", "CL20269999", "No such claim")


def test_the_hospital_is_paid_only_with_consent_and_only_where_it_is_known(floor: Floor) -> None:
    floor.staff(AMY, BEN)
    conversation, number = reported(floor)
    act(floor, verdicts.pay, "ben", number, "300000", OWN)
    act(floor, verdicts.mark_direct, "amy", number, True)
    assert rows(floor, ClaimPayout) == [] and sheet(floor, number).row.is_direct
    act(floor, verdicts.pay, "amy", number, "2000", {"Beijing Union Hospital": "62220001"})
    (payout,) = rows(floor, ClaimPayout)
    assert (payout.payee, payout.direct) == ("Beijing Union Hospital", True)
    assert "CNY 2,000.00 will be paid straight to Beijing Union Hospital." in floor.texts(conversation)[-1]
    _, unknown = reported(floor, holder=rows(floor, Customer)[0].id, hospital="")
    with pytest.raises(NotPossible) as problem:
        act(floor, verdicts.mark_direct, "amy", unknown, True)
    assert problem.value.code == "no_hospital"


def test_after_a_death_the_beneficiaries_share_to_the_cent(floor: Floor) -> None:
    floor.staff(AMY)
    _, number = reported(floor, kind="death", contact_phone="+12025550177")
    with floor.store.writing() as session:
        policy_id = session.scalars(select(Claim.policy_id)).one()
        for name, share in (("Li Na", "33.34"), ("Li Bo", "33.33"), ("Li An", "33.33")):
            session.add(
                Beneficiary(policy_id=policy_id, name=name, share=Decimal(share), relation="child", id_no="")
            )
    accounts = {"Li Na": "11111111", "Li Bo": "22222222", "Li An": "33333333"}
    act(floor, verdicts.pay, "amy", number, "100.01", accounts)
    paid = {payout.payee: payout.amount for payout in rows(floor, ClaimPayout)}
    assert paid == {"Li Na": Decimal("33.35"), "Li Bo": Decimal("33.33"), "Li An": Decimal("33.33")}


def test_a_claim_without_a_known_policy_pays_nobody(floor: Floor) -> None:
    floor.staff(AMY)
    with floor.store.writing() as session:
        number = cases.claim(session, None, None, floor.clock.now()).number
    with pytest.raises(NotPossible) as problem:
        act(floor, verdicts.pay, "amy", number, "1", OWN)
    assert problem.value.code == "no_payee"


@pytest.mark.parametrize(
    ("assurance", "phone", "says_all"), [(1, "+12025550101", True), (1, "+12025550199", False)]
)
def test_who_has_not_proven_who_they_are_hears_no_amount_by_another_telephone(
    floor: Floor, assurance: int, phone: str, says_all: bool
) -> None:
    floor.staff(AMY)
    conversation, number = reported(floor, assurance=assurance, contact_phone=phone)
    act(floor, verdicts.pay, "amy", number, "12000", OWN)
    (sent,) = messages(floor)
    assert sent.recipient == phone and len(floor.texts(conversation)) == 1
    assert ("12,000" in sent.text) is says_all
    assert number in sent.text


def test_nobody_writes_to_the_telephone_of_the_dead(floor: Floor) -> None:
    floor.staff(AMY)
    _, number = reported(floor, assurance=1, kind="death", contact_phone="")
    act(floor, verdicts.refuse, "amy", number, "Suicide in the first two years")
    assert messages(floor) == []


def test_a_late_decision_is_on_record_as_late(floor: Floor) -> None:
    floor.staff(AMY)
    _, number = reported(floor)
    assert sheet(floor, number).row.is_one_day and "left" in sheet(floor, number).row.left
    floor.clock.advance(days=3)
    late = sheet(floor, number)
    assert late.row.is_broken and late.clock.endswith("The promise is broken.")
    act(floor, verdicts.pay, "amy", number, "1", OWN)
    with floor.store.reading() as session:
        line = session.scalars(select(AuditEntry).where(AuditEntry.action == "claim.approved")).one()
    assert line.detail["late"] is True


def test_what_waits_is_told_with_its_reason_on_the_sheet(floor: Floor) -> None:
    _, number = reported(floor, "pathology report", first_diagnosis=False)
    found = sheet(floor, number)
    assert found.clock == (
        "Usual decision, 5 working days from the last paper: it is not the first diagnosis of cancer."
    )
    assert (found.row.due, found.row.missing, found.sum_insured) == (
        None, ("pathology report",), "CNY 500,000.00"
    )  # fmt: skip
    assert ("First diagnosis", "No") in found.facts and found.story == "Found at a check-up."


@settings(max_examples=200, deadline=None)
@given(
    st.decimals(min_value=Decimal("0.01"), max_value=Decimal(10**9), places=2),
    st.lists(st.integers(min_value=1, max_value=5000), min_size=1, max_size=8),
)
def test_shares_sum_to_the_cent_whatever_they_are(amount: Decimal, cuts: list[int]) -> None:
    weights = [Decimal(cut) for cut in cuts]
    shares = [(weight * 100 / sum(weights)).quantize(Decimal("0.01"), ROUND_DOWN) for weight in weights]
    shares[0] += 100 - sum(shares)
    parts = shared_out(amount, shares)
    assert sum(parts) == amount and all(part >= 0 for part in parts)
    for part, share in zip(parts, shares, strict=True):
        assert abs(part - amount * share / 100) <= Decimal("0.01")


def test_shares_that_are_no_hundred_are_refused() -> None:
    with pytest.raises(ValueError, match="hundred"):
        shared_out(Decimal(1), [Decimal(50), Decimal(49)])


def test_a_conversation_that_changed_hands_to_another_customer_is_never_told(floor: Floor) -> None:
    floor.staff(AMY)
    conversation, number = reported(floor)
    other = floor.customer("C1002")
    with floor.store.writing() as session:
        session.get_one(Conversation, conversation).customer_id = other
    act(floor, verdicts.pay, "amy", number, "1", OWN)
    assert len(floor.texts(conversation)) == 1 and len(messages(floor)) == 1


def test_the_reasons_for_two_agents_are_the_rules_alone(floor: Floor) -> None:
    _, number = reported(floor)
    found = claim(floor, number)
    with floor.store.reading() as session:
        found = session.merge(found)
        now = floor.clock.now()
        assert verdict.needs_second(found, Decimal(100_000), now) is None
        assert verdict.needs_second(found, Decimal("100000.01"), now) is not None
