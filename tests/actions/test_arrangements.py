"""Arrangements of a policy: rhythm, premium loan, notices, dividends, document, account."""

from datetime import date
from decimal import Decimal

from sqlalchemy import select, update

from actions.services.transactions import BY_CODE
from actions.servicing import decision
from records.clock import ManualClock
from records.models import AuditEntry, Customer, CustomerProfile
from records.store import Store
from tests.actions.decisions import arrangement, policy
from tests.actions.money import DIGITS, SAFE, Counter, ask


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
