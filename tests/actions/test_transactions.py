"""Each self-service transaction: to the right record, and refused with its reason."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select, update

from actions.dialogue import Dialogue
from actions.services.transactions import BY_CODE
from actions.servicing import decision, payments
from actions.servicing.states import NotPossible
from records.clock import ManualClock
from records.models import (
    AuditEntry,
    Benefit,
    Customer,
    CustomerProfile,
    Loan,
    OutgoingMessage,
    PaymentOrder,
    Payout,
    Policy,
    PolicyArrangement,
    PolicyState,
    ServiceTransaction,
)
from records.store import Store
from tests.actions.money import ACCOUNT, SAFE, Counter, ask

DIGITS = ACCOUNT.replace(" ", "")


@pytest.fixture
def counter(store: Store, clock: ManualClock, dialogue: Dialogue) -> Counter:
    return Counter(store, clock, dialogue)


def policy(store: Store, number: str) -> Policy:
    with store.reading() as session:
        return session.scalars(select(Policy).where(Policy.number == number)).unique().one()


def arrangement(store: Store, number: str) -> PolicyArrangement:
    with store.reading() as session:
        return session.scalars(
            select(PolicyArrangement).join(Policy, Policy.id == PolicyArrangement.policy_id)
            .where(Policy.number == number)
        ).one()  # fmt: skip


def customer(store: Store, number: str) -> Customer:
    with store.reading() as session:
        return session.scalars(select(Customer).where(Customer.number == number)).one()


def count(store: Store, table: Any) -> int:
    with store.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def change(store: Store, number: str, **values: Any) -> None:
    with store.writing() as session:
        session.execute(update(Policy).where(Policy.number == number).values(**values))


# --- LN ---------------------------------------------------------------------------------------------------


def test_LN_a_loan_is_recorded_with_its_debt_and_its_payout(counter: Counter, store: Store) -> None:
    person = counter.strong("Wang Fang")
    said = ask(person, "take_policy_loan", "5,000", *SAFE)
    assert (
        "CNY 5,000.00" in said and "debt will be CNY 5,000.00" in said and "CNY 250.00 in a full year" in said
    )
    said = person.say("yes")
    row = counter.only()
    assert (row.service, row.state, row.receipt) == ("LN", "applied", "SR2026000001")
    assert row.receipt in said and person.custom["receipt"] == row.receipt and "5 working days" in said
    with store.reading() as session:
        loan = session.scalars(select(Loan).where(Loan.policy_id == row.policy_id)).one()
        payout = session.scalars(select(Payout)).one()
    assert (loan.principal, loan.rate, loan.since) == (Decimal(5000), Decimal("0.05"), date(2026, 11, 22))
    assert (payout.amount, payout.account, payout.holder) == (Decimal(5000), DIGITS, "Wang Fang")


def test_LN_more_than_80_percent_is_refused_and_the_limit_told(counter: Counter) -> None:
    person = counter.strong("Wang Fang")
    said = ask(person, "take_policy_loan", "5,184")  # 81 % of 6,400
    assert "at most CNY 5,120.00" in said and "80 percent of the cash value of CNY 6,400.00" in said
    assert person.custom["expects"] == "amount"
    assert counter.transactions() == []


def test_LN_what_is_owed_already_lowers_the_limit(counter: Counter) -> None:
    said = ask(counter.strong("Li Wei"), "take_policy_loan", "30,000")
    assert "at most CNY 26,126.03" in said and "CNY 20,273.97 that you owe already" in said


def test_LN_all_of_it_is_the_limit_to_the_cent(counter: Counter, store: Store) -> None:
    person = counter.strong("Li Wei")
    ask(person, "take_policy_loan", "all of it", *SAFE, "yes")
    assert counter.only().details["amount"] == "26126.03"
    said = ask(person, "take_policy_loan")
    assert "nothing more can be borrowed" in said and person.custom["refused"] == "nothing_left"


@pytest.mark.parametrize(
    ("who", "code", "words"),
    [
        ("Chen Jun", "lapsed", "lapsed on 6 May 2026"),
        ("Liu Yang", "no_cash_value", "no cash value"),
    ],
)
def test_LN_a_policy_that_cannot_lend_is_refused_before_anything_is_asked(
    who: str, code: str, words: str, counter: Counter
) -> None:
    person = counter.verified(who)
    said = ask(person, "take_policy_loan")
    assert words in said and person.custom["refused"] == code
    assert "expects" not in person.custom and person.last["loop"] is False


def test_LN_a_policy_lapsed_for_more_than_two_years_is_refused(counter: Counter, store: Store) -> None:
    change(store, "880000100401", lapsed_on=date(2024, 11, 1))
    person = counter.verified("Chen Jun")
    assert "more than two years ago" in ask(person, "take_policy_loan")
    assert person.custom["refused"] == "lapsed_for_good"


def test_LN_an_older_customer_is_called_back_before_anything_is_paid(counter: Counter, store: Store) -> None:
    person = counter.strong("Zhang Guihua")
    assert "A colleague calls you before anything is paid" in ask(person, "take_policy_loan", "5000", *SAFE)
    said = person.say("yes")
    row = counter.only()
    assert row.state == "waiting_for_callback" and row.details["because"] == ["age"]
    assert row.receipt in said and person.custom["handoff"] == "callback"
    assert person.custom["callback"]["phone"] == "+12025550103"
    assert count(store, Payout) == 0
    with store.reading() as session:
        assert session.scalars(select(Loan).where(Loan.policy_id == row.policy_id)).all() == []


def test_LN_more_than_100000_is_called_back_and_then_paid_when_an_agent_agrees(
    counter: Counter, store: Store, clock: ManualClock
) -> None:
    change(store, "880000100201", cash_value=Decimal(200_000))
    person = counter.strong("Wang Fang")
    ask(person, "take_policy_loan", "100,000.01", *SAFE, "yes")
    assert counter.only().details["because"] == ["amount"]
    with store.writing() as session:
        row = session.scalars(select(ServiceTransaction)).one()
        decision.approve(session, row, clock.now(), actor="agent:amy", descriptions=BY_CODE)
    assert counter.only().state == "applied" and count(store, Payout) == 1


def test_LN_exactly_100000_is_paid_without_a_call(counter: Counter, store: Store) -> None:
    change(store, "880000100201", cash_value=Decimal(200_000))
    ask(counter.strong("Wang Fang"), "take_policy_loan", "100,000", *SAFE, "yes")
    assert counter.only().state == "applied"


def test_LN_an_approval_that_no_longer_fits_the_cash_value_does_nothing(
    counter: Counter, store: Store, clock: ManualClock
) -> None:
    ask(counter.strong("Zhang Guihua"), "take_policy_loan", "200000", *SAFE, "yes")
    change(store, "880000100301", cash_value=Decimal(1000))
    with pytest.raises(NotPossible, match=r"800\.00"), store.writing() as session:
        row = session.scalars(select(ServiceTransaction)).one()
        decision.approve(session, row, clock.now(), actor="agent:amy", descriptions=BY_CODE)
    assert counter.only().state == "waiting_for_callback" and count(store, Payout) == 0


# --- CO ---------------------------------------------------------------------------------------------------


def test_CO_a_new_policy_is_cancelled_and_everything_paid_comes_back(counter: Counter, store: Store) -> None:
    person = counter.strong("Liu Yang")
    said = ask(person, "cancel_in_cooling_off", *SAFE)
    assert "everything you paid: CNY 2,400.00" in said and "Your loss: none" in said
    person.say("yes")
    assert counter.only().service == "CO" and counter.only().state == "applied"
    assert policy(store, "880000100501").state is PolicyState.CANCELLED
    with store.reading() as session:
        assert session.scalars(select(Payout.amount)).one() == Decimal(2400)


@pytest.mark.parametrize(("days", "possible"), [(15, True), (16, False)])
def test_CO_the_sixteenth_day_is_too_late_and_other_ways_are_shown(
    days: int, possible: bool, counter: Counter, store: Store
) -> None:
    change(store, "880000100501", received_on=date(2026, 11, 22) - timedelta(days=days))
    person = counter.verified("Liu Yang")
    said = ask(person, "cancel_in_cooling_off")
    if possible:
        assert person.custom["expects"] == "@strengthen"
        return
    assert "15 days ended on 21 November 2026" in said and "day 16" in said
    assert person.custom["refused"] == "cooling_off_over"
    assert "Surrender a policy" in person.buttons and "Reduce your cover" in person.buttons
    assert counter.transactions() == [] and person.last["loop"] is False


def test_CO_an_old_policy_is_refused(counter: Counter) -> None:
    person = counter.verified("Wang Fang")
    assert "15 days from the signed receipt" in ask(person, "cancel_in_cooling_off")


# --- PF ---------------------------------------------------------------------------------------------------


def test_PF_a_new_rhythm_waits_for_the_anniversary_and_then_counts(
    counter: Counter, store: Store, clock: ManualClock
) -> None:
    person = counter.verified("Wang Fang")
    said = ask(person, "change_premium_frequency", "monthly")
    assert "CNY 648.00 instead of CNY 7,200.00" in said and "CNY 7,776.00 instead of CNY 7,200.00" in said
    person.say("yes")
    row = counter.only()
    assert row.state == "pending" and row.effective_on == date(2027, 6, 5)
    assert policy(store, "880000100201").frequency == "yearly"
    assert arrangement(store, "880000100201").next_frequency == "monthly"
    with store.writing() as session:
        assert decision.carry_out_due(session, date(2027, 6, 4), clock.now(), BY_CODE) == []
        assert decision.carry_out_due(session, date(2027, 6, 5), clock.now(), BY_CODE) == [row.receipt]
        assert decision.carry_out_due(session, date(2027, 6, 7), clock.now(), BY_CODE) == []
    changed = policy(store, "880000100201")
    assert (changed.frequency, changed.premium) == ("monthly", Decimal("648.00"))
    assert counter.only().state == "applied"


def test_PF_a_paid_policy_has_no_rhythm_to_change(counter: Counter) -> None:
    person = counter.verified("Zhang Guihua")
    assert "fully paid" in ask(person, "change_premium_frequency")
    assert person.custom["refused"] == "nothing_to_pay"


def test_PF_the_same_rhythm_is_not_a_change(counter: Counter) -> None:
    assert "yearly already" in ask(counter.verified("Wang Fang"), "change_premium_frequency", "yearly")


# --- AG ---------------------------------------------------------------------------------------------------


def test_AG_the_automatic_premium_loan_is_switched_on_and_off(counter: Counter, store: Store) -> None:
    person = counter.verified("Wang Fang")
    assert "does not cover a premium" in ask(person, "set_auto_premium_loan", "on")
    person.say("yes")
    assert policy(store, "880000100201").auto_premium_loan is True
    ask(person, "set_auto_premium_loan", "off", "yes")
    assert policy(store, "880000100201").auto_premium_loan is False
    assert [row.state for row in counter.transactions()] == ["applied", "applied"]


def test_AG_a_policy_without_cash_value_is_refused(counter: Counter) -> None:
    person = counter.verified("Liu Yang")
    assert "no cash value" in ask(person, "set_auto_premium_loan")
    assert person.custom["refused"] == "no_cash_value"


# --- NT, HG, GS, BD ---------------------------------------------------------------------------------------


def test_NT_notices_come_another_way(counter: Counter, store: Store) -> None:
    ask(counter.verified("Li Wei"), "set_notice_delivery", "by e-mail", "yes")
    assert counter.only().state == "applied"
    with store.reading() as session:
        assert session.scalars(select(CustomerProfile.notices)).one() == "email"


def test_NT_a_way_without_an_address_is_refused(counter: Counter) -> None:
    person = counter.verified("Zhang Guihua")
    assert "no e-mail address" in ask(person, "set_notice_delivery", "by e-mail")
    assert person.custom["refused"] == "no_email_address"
    assert "Change your phone, address or e-mail" in person.buttons


def test_HG_dividends_are_used_another_way(counter: Counter, store: Store) -> None:
    person = counter.verified("Zhang Guihua")
    ask(person, "set_dividend_option", "let it accumulate", "yes")
    assert policy(store, "880000100301").dividend_option == "accumulate"
    assert counter.only().details["before"] == "cash"


def test_HG_a_policy_without_dividends_is_refused(counter: Counter) -> None:
    person = counter.verified("Wang Fang")
    assert "no participating policy" in ask(person, "set_dividend_option")
    assert person.custom["refused"] == "not_participating"


def test_HG_without_premiums_nothing_can_be_set_off(counter: Counter) -> None:
    said = ask(counter.verified("Zhang Guihua"), "set_dividend_option", "set it off against the premium")
    assert "No more premiums are due" in said


def test_GS_a_lost_document_is_blocked_and_made_anew(counter: Counter, store: Store) -> None:
    person = counter.verified("Wang Fang")
    ask(person, "reissue_policy", "it is lost", "electronic", "yes")
    kept = arrangement(store, "880000100201")
    assert (kept.document, kept.document_issue, kept.document_form) == ("valid", 2, "electronic")
    said = ask(person, "reissue_policy", "I found it")
    assert "made already" in said and person.custom["refused"] == "replaced"


def test_GS_what_is_not_lost_cannot_be_released(counter: Counter) -> None:
    person = counter.verified("Wang Fang")
    assert "not reported lost" in ask(person, "reissue_policy", "I found it")
    assert person.custom["refused"] == "not_lost"


def test_GS_paper_needs_an_address_and_can_be_released_when_found(counter: Counter, store: Store) -> None:
    person = counter.verified("Wang Fang")
    assert "no address of yours" in ask(person, "reissue_policy", "lost", "paper")
    person.say("cancel")
    with store.writing() as session:
        session.execute(update(Customer).values(address="1 Harbour Road, Shanghai"))
    assert "1 Harbour Road" in ask(person, "reissue_policy", "lost", "on paper")
    person.say("yes")
    assert arrangement(store, "880000100201").document == "lost"
    ask(person, "reissue_policy", "I found it", "yes")
    assert arrangement(store, "880000100201").document == "valid"


def test_BD_basic_data_are_changed(counter: Counter, store: Store) -> None:
    person = counter.verified("Li Wei")
    ask(person, "change_personal_data", "marital status", "married", "yes")
    ask(person, "change_personal_data", "my employer", "Harbour Shipping Ltd", "yes")
    with store.reading() as session:
        found = session.scalars(select(CustomerProfile)).one()
    assert (found.marital_status, found.employer) == ("married", "Harbour Shipping Ltd")


def test_BD_a_name_is_not_changed_here(counter: Counter) -> None:
    person = counter.verified("Li Wei")
    assert "decision of a colleague" in ask(person, "change_personal_data", "my name")
    assert person.custom["refused"] == "key_identity" and counter.transactions() == []


# --- ID, LD, PC -------------------------------------------------------------------------------------------


def test_ID_a_new_date_waits_for_the_photo_and_then_for_a_person(
    counter: Counter, store: Store, clock: ManualClock
) -> None:
    before = customer(store, "C1001").id_expires
    said = ask(counter.verified("Li Wei"), "update_id_document", "3 March 2036", "yes")
    assert "photo of both sides" in said
    assert counter.only().state == "pending" and customer(store, "C1001").id_expires == before
    with store.writing() as session:
        row = session.scalars(select(ServiceTransaction)).one()
        decision.complete(session, row, clock.now(), actor="system")
        decision.approve(session, row, clock.now(), actor="agent:amy", descriptions=BY_CODE)
    assert customer(store, "C1001").id_expires == date(2036, 3, 3)


def test_ID_an_expired_document_is_refused(counter: Counter) -> None:
    assert "not valid any more" in ask(counter.verified("Li Wei"), "update_id_document", "3 March 2020")
    assert counter.transactions() == []


def code_sent(store: Store) -> str:
    with store.reading() as session:
        text = session.scalars(select(OutgoingMessage.text).order_by(OutgoingMessage.id.desc())).first()
    assert text is not None
    return text.split("Harbour Life: ")[1][:6]


def test_LD_the_old_number_confirms_a_new_one(counter: Counter, store: Store) -> None:
    person = counter.verified("Li Wei")
    said = ask(person, "change_contact", "my phone number", "+1 202 555 0177", "yes")
    assert "old number" in said and person.custom["expects"] == "old_code"
    assert "Phone number: +1 202-555-0177" in person.say(code_sent(store))
    assert customer(store, "C1001").mobile == "+12025550101", "nothing before the consent"
    person.say("yes")
    assert customer(store, "C1001").mobile == "+12025550177"
    assert counter.only().state == "applied" and counter.only().details["before"] == "+12025550101"


def test_LD_a_wrong_code_changes_nothing_and_three_go_to_a_person(counter: Counter, store: Store) -> None:
    person = counter.verified("Li Wei")
    ask(person, "change_contact", "phone", "+1 202 555 0177", "yes")
    wrong = "000000" if code_sent(store) != "000000" else "111111"
    for _ in range(3):
        person.say(wrong)
    assert "handoff" in person.custom
    assert customer(store, "C1001").mobile == "+12025550101" and counter.transactions() == []


def test_LD_without_the_old_phone_a_person_helps(counter: Counter) -> None:
    person = counter.verified("Li Wei")
    assert "Without your old number" in ask(person, "change_contact", "phone", "+1 202 555 0177", "no")
    assert (person.custom["handoff"], person.custom["refused"]) == ("human_service", "old_number_gone")


def test_LD_address_and_e_mail_are_changed(counter: Counter, store: Store) -> None:
    person = counter.verified("Li Wei")
    ask(person, "change_contact", "address", "8 Lake Street, Haidian, Beijing", "yes")
    ask(person, "change_contact", "e-mail", "li@example.org", "yes")
    found = customer(store, "C1001")
    assert (found.address, found.email) == ("8 Lake Street, Haidian, Beijing", "li@example.org")


def test_LD_then_money_within_72_hours_is_called_back_on_the_old_number(
    counter: Counter, store: Store, clock: ManualClock
) -> None:
    person = counter.verified("Wang Fang")
    ask(person, "change_contact", "phone", "+1 202 555 0177", "yes")
    person.say(code_sent(store))
    person.say("yes")
    counter.strengthen(person, "Wang Fang")
    ask(person, "take_policy_loan", "1,000", *SAFE, "yes")
    row = counter.transactions()[-1]
    assert row.state == "waiting_for_callback"
    assert (row.details["because"], row.details["call"]) == (["number_changed"], "+12025550102")
    clock.advance(hours=73)
    with store.writing() as session:
        session.execute(
            update(ServiceTransaction).where(ServiceTransaction.id == row.id).values(state="withdrawn")
        )
    later = counter.anybody()
    later.say("is it in force", "check_policy_status")
    later.prove("880000100201", "1990-07-25", "0022")
    counter.strengthen(later, "Wang Fang")
    ask(later, "take_policy_loan", "1,000", *SAFE, "yes")
    assert counter.transactions()[-1].state == "applied"


def test_PC_premiums_come_from_a_new_account(counter: Counter, store: Store) -> None:
    person = counter.strong("Wang Fang")
    ask(person, "change_payment_account", "bank debit", "Wang Fang", "Bank of Harbour", *SAFE, "yes")
    kept = arrangement(store, "880000100201")
    assert (kept.paid_by, kept.bank, kept.account) == ("debit", "Bank of Harbour", DIGITS)
    with store.reading() as session:
        line = session.scalars(select(AuditEntry).where(AuditEntry.action == "money_out.PC")).one()
    assert line.detail["level"] == 3 and line.detail["account"] == "the account ending 7890"


def test_PC_the_account_of_somebody_else_is_refused(counter: Counter) -> None:
    person = counter.strong("Wang Fang")
    said = ask(person, "change_payment_account", "bank debit", "Chen Bo")
    assert "policyholder's own name" in said and person.custom["refused"] == "not_own_account"
    assert counter.transactions() == []


# --- PP, RF -----------------------------------------------------------------------------------------------


def test_PP_an_order_to_pay_shows_nothing_of_the_policy(counter: Counter, store: Store) -> None:
    person = counter.anybody()
    said = ask(person, "pay_premium", "880000100701")
    assert "9,000" not in said and "Sun" not in said and "Harbour Whole" not in said
    said = person.say("yes")
    assert "9,000" not in said and counter.only().receipt in said
    other = counter.anybody()
    ask(other, "pay_premium", "880000999999")
    told = other.say("yes")
    first, second = counter.transactions()
    assert told.replace(second.receipt, "") == said.replace(first.receipt, ""), (
        "an unknown number looks the same"
    )
    assert (first.state, second.state, second.customer_id) == ("pending", "pending", None)


def test_PP_the_money_that_arrives_pays_the_premium_once(
    counter: Counter, store: Store, clock: ManualClock
) -> None:
    person = counter.verified("Sun Lei")
    assert "CNY 9,000.00" in ask(person, "pay_premium")
    person.say("yes")
    receipt = counter.only().receipt
    with store.writing() as session:
        payments.arrived(session, receipt, Decimal(9000), clock.now(), BY_CODE)
    paid = policy(store, "880000100701")
    assert paid.state is PolicyState.IN_FORCE and paid.next_due == date(2027, 11, 2)
    with pytest.raises(NotPossible), store.writing() as session:
        payments.arrived(session, receipt, Decimal(9000), clock.now(), BY_CODE)
    assert counter.only().state == "applied"


@pytest.mark.parametrize("number", ["880000999999", "880000100401", "880000100301"])
def test_PP_money_that_a_policy_cannot_take_goes_back(
    number: str, counter: Counter, store: Store, clock: ManualClock
) -> None:
    ask(counter.anybody(), "pay_premium", number, "yes")
    with store.writing() as session:
        payments.arrived(session, counter.only().receipt, Decimal(15000), clock.now(), BY_CODE)
    assert counter.only().state == "refused" and counter.only().reason
    with store.reading() as session:
        assert session.scalars(select(PaymentOrder.state)).one() == "returned"


def test_PP_a_lapsed_policy_is_refused_to_its_verified_holder(counter: Counter) -> None:
    person = counter.verified("Chen Jun")
    assert "brought back within two years" in ask(person, "pay_premium")
    assert person.custom["refused"] == "lapsed" and "Bring a lapsed policy back" in person.buttons


def test_PP_extra_money_goes_into_a_universal_life_account(
    counter: Counter, store: Store, clock: ManualClock
) -> None:
    person = counter.verified("Zhao Min")
    assert "adds CNY 4,850.00" in ask(person, "pay_premium", "extra money", "5,000")
    person.say("yes")
    with store.writing() as session:
        payments.arrived(session, counter.only().receipt, Decimal(5000), clock.now(), BY_CODE)
    assert policy(store, "880000100601").account_value == Decimal("95850.00")


def test_RF_a_loan_is_paid_back_interest_first(counter: Counter, store: Store, clock: ManualClock) -> None:
    person = counter.strong("Li Wei")
    assert "You owe CNY 20,273.97" in ask(person, "repay_loan")
    assert "more than the CNY 20,273.97" in person.say("30,000")
    person.say("5,273.97")
    person.say("yes")
    with store.writing() as session:
        payments.arrived(session, counter.only().receipt, Decimal("5273.97"), clock.now(), BY_CODE)
    with store.reading() as session:
        left = session.scalars(select(Loan).where(Loan.repaid_on.is_(None))).one()
    assert (left.principal, left.since) == (Decimal(15000), date(2026, 11, 22))


def test_RF_without_a_loan_it_is_refused(counter: Counter) -> None:
    person = counter.verified("Wang Fang")
    assert "no loan" in ask(person, "repay_loan")
    assert person.custom["refused"] == "no_loan"


def test_RF_a_payer_who_is_not_verified_sees_nothing_of_the_loan(counter: Counter) -> None:
    person = counter.anybody()
    said = ask(person, "repay_loan", "880000100101", "1,000")
    assert "20,273" not in said and "58,000" not in said
    person.say("yes")
    assert counter.only().state == "pending"


# --- RC, WB -----------------------------------------------------------------------------------------------


def test_RC_cover_is_lowered_with_its_loss_shown_and_its_part_paid(counter: Counter, store: Store) -> None:
    person = counter.strong("Sun Lei")
    said = ask(person, "reduce_cover", "200,000", *SAFE)
    for fact in ("CNY 200,000.00 instead of CNY 300,000.00", "you paid CNY 6,000.00", "get CNY 3,666.66",
                 "Your loss: CNY 2,333.34", "CNY 6,000.00 instead of CNY 9,000.00"):  # fmt: skip
        assert fact in said
    person.say("yes")
    after = policy(store, "880000100701")
    assert (after.sum_insured, after.premium, after.cash_value) == (
        Decimal(200_000), Decimal(6000), Decimal("7333.34"),
    )  # fmt: skip
    with store.reading() as session:
        assert session.scalars(select(Payout.amount)).one() == Decimal("3666.66")


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ("600,000", "smaller one"),
        ("9,000", "At least CNY 10,000.00"),
        ("50,000", "would not carry that loan"),
    ],
)
def test_RC_a_sum_that_does_not_fit_is_refused(wanted: str, words: str, counter: Counter) -> None:
    assert words in ask(counter.strong("Li Wei"), "reduce_cover", wanted)
    assert counter.transactions() == []


def test_RC_a_loss_that_cannot_be_told_goes_to_a_person(counter: Counter) -> None:
    person = counter.verified("Zhang Guihua")
    assert "works it out" in ask(person, "reduce_cover")
    assert person.custom["refused"] == "loss_unknown"


def test_WB_money_that_is_ready_is_drawn_after_the_call(
    counter: Counter, store: Store, clock: ManualClock
) -> None:
    person = counter.strong("Zhang Guihua")
    said = ask(person, "withdraw_benefit", "everything", *SAFE)
    assert "CNY 9,600.00" in said and "CNY 5,200.00" in said and "Paid to you: CNY 14,800.00" in said
    person.say("yes")
    assert counter.only().state == "waiting_for_callback" and count(store, Payout) == 0
    with store.writing() as session:
        row = session.scalars(select(ServiceTransaction)).one()
        decision.approve(session, row, clock.now(), actor="agent:amy", descriptions=BY_CODE)
    with store.reading() as session:
        assert session.scalars(select(Payout.amount)).one() == Decimal(14_800)
        assert session.scalars(select(Benefit.paid_on)).one() == date(2026, 11, 22)
    assert policy(store, "880000100301").dividend_balance == 0


def test_WB_dividends_of_a_younger_customer_are_paid_at_once(counter: Counter, store: Store) -> None:
    ask(counter.strong("Li Wei"), "withdraw_benefit", "everything", *SAFE, "yes")
    assert counter.only().state == "applied"
    with store.reading() as session:
        assert session.scalars(select(Payout.amount)).one() == Decimal(3150)


def test_WB_nothing_ready_is_refused(counter: Counter) -> None:
    person = counter.verified("Wang Fang")
    assert "No money is waiting" in ask(person, "withdraw_benefit")
    assert person.custom["refused"] == "nothing_ready"
