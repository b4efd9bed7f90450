"""What a customer is, as an agent decides: name, identity number, birth date, occupation."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from actions.servicing.decision import Decided
from actions.servicing.states import NotPossible
from records.models import CustomerProfile, Payout, PolicyArrangement, ServiceTransaction
from records.store import Store
from tests.actions.customer import Customer
from tests.actions.decisions import (
    approve,
    change,
    customer,
    insure_another,
    latest,
    pay,
    policy,
    refuse,
    riders,
    to_pay,
)
from tests.actions.money import Counter, ask

WANG = "880000100201"


def test_CD_a_name_waits_for_an_agent_and_then_counts(counter: Counter, store: Store) -> None:
    person = counter.strong("Li Wei")
    said = ask(person, "change_key_identity", "my name", "Li Weiming")
    assert "Li Weiming instead of Li Wei" in said and "official proof" in said
    said = person.say("yes")
    row = counter.only()
    assert (row.service, row.state) == ("CD", "waiting_for_agent")
    assert row.receipt in said and "decides by 30 November 2026" in said and "Nothing is changed yet" in said
    assert (person.custom["handoff"], person.custom["receipt"]) == ("human_service", row.receipt)
    assert customer(store, "C1001").name == "Li Wei"
    assert "decision (by 30 November 2026)" in ask(person, "check_transaction_status")
    assert approve(counter, row.receipt) is Decided.CARRIED_OUT
    assert customer(store, "C1001").name == "Li Weiming" and counter.only().state == "applied"
    with pytest.raises(NotPossible):
        approve(counter, row.receipt, "ben")


def test_CD_an_identity_number_brings_its_birth_date(counter: Counter, store: Store) -> None:
    person = counter.strong("Wang Fang")
    said = ask(person, "change_key_identity", "identity number", "310101 19900726 0022")
    assert "born on 26 July 1990" in said and "199007" not in said
    person.say("yes")
    approve(counter, latest(counter).receipt)
    now = customer(store, "C1002")
    assert (now.id_no, now.birth, now.sex) == ("310101199007260022", date(1990, 7, 26), "f")


def test_CD_birth_date_and_sex_are_set(counter: Counter, store: Store) -> None:
    person = counter.strong("Wang Fang")
    said = ask(person, "change_key_identity", "date of birth", "24 July 1990")
    assert "premium of your policies may be worked out again" in said
    person.say("yes")
    approve(counter, latest(counter).receipt)
    ask(person, "change_key_identity", "sex", "male", "yes")
    approve(counter, latest(counter).receipt)
    assert (customer(store, "C1002").birth, customer(store, "C1002").sex) == (date(1990, 7, 24), "m")


def test_CD_soon_after_a_new_telephone_number_it_goes_to_a_person(counter: Counter) -> None:
    person = counter.strong("Wang Fang")
    _new_number(counter, person)
    said = ask(person, "change_key_identity")
    assert "72 hours" in said and person.custom["refused"] == "number_changed"
    assert person.custom["handoff"] == "human_service" and person.custom["service"] == "CD"
    assert "CD" not in {row.service for row in counter.transactions()}


def test_CD_what_is_on_file_already_is_no_change(counter: Counter) -> None:
    person = counter.strong("Li Wei")
    assert "on file already" in ask(person, "change_key_identity", "sex", "male")


def test_CD_a_number_of_somebody_else_is_found_by_the_agent_and_not_told_before(
    counter: Counter, store: Store
) -> None:
    person = counter.strong("Li Wei")
    said = ask(person, "change_key_identity", "identity number", "310101199007250022", "yes")
    assert "Wang" not in said
    with pytest.raises(NotPossible, match="Another customer"):
        approve(counter, counter.only().receipt)
    assert customer(store, "C1001").id_no == "110101198503120011"
    assert counter.only().state == "waiting_for_agent"
    refuse(counter, counter.only().receipt, "The number is not the one on your identity card.")
    assert "not the one on your identity card" in ask(person, "check_transaction_status")


def _new_number(counter: Counter, person: Customer) -> None:
    """What a change of number leaves behind."""
    with counter.store.writing() as session:
        session.add(
            ServiceTransaction(
                receipt="SR2026000900", service="LD", customer_id=customer(counter.store, "C1002").id,
                state="applied", details={"what": "phone", "before": "+12025550102"},
                created_at=counter.clock.now(), decided_at=counter.clock.now(),
                conversation_id=person.conversation_id, form_version=900,
            )
        )  # fmt: skip


def test_IO_a_more_dangerous_job_costs_more_from_the_day_its_premium_has_come(
    counter: Counter, store: Store
) -> None:
    person = counter.verified("Wang Fang")
    said = ask(person, "change_occupation", "crane driver", "scaffolds and heights", "1 November 2026")
    assert "CNY 9,000.00 instead of CNY 7,200.00" in said and "CNY 887.67 more" in said
    person.say("yes")
    receipt = counter.only().receipt
    assert approve(counter, receipt) is Decided.WAITS_FOR_PAYMENT
    assert counter.only().state == "waiting_for_payment" and policy(store, WANG).premium == 7200
    assert "your payment of CNY 887.67 until 7 December 2026" in ask(person, "check_transaction_status")
    assert to_pay(counter, receipt) == Decimal("887.67")
    pay(counter, receipt, Decimal("887.67"))
    assert counter.only().state == "applied" and policy(store, WANG).premium == 9000
    with store.reading() as session:
        job = session.scalars(select(CustomerProfile)).one()
    assert (job.occupation, job.occupation_class) == ("crane driver", 5)


def test_IO_a_safer_job_pays_the_unused_part_back_to_the_account_on_file(
    counter: Counter, store: Store
) -> None:
    _has_job(store, "C1002", "crane driver", 5)
    change(store, WANG, premium=Decimal(9000))
    person = counter.verified("Wang Fang")
    ask(person, "change_occupation", "bank clerk", "1 November 2026", "yes")
    receipt = counter.only().receipt
    with pytest.raises(NotPossible, match="No account"):
        approve(counter, receipt)
    assert policy(store, WANG).premium == 9000 and counter.only().state == "waiting_for_agent"
    with store.writing() as session:
        session.merge(PolicyArrangement(policy_id=policy(store, WANG).id, account="62220000111122223333"))
    assert approve(counter, receipt) is Decided.CARRIED_OUT
    assert policy(store, WANG).premium == 7200
    with store.reading() as session:
        payout = session.scalars(select(Payout)).one()
    assert (payout.amount, payout.account, payout.holder) == (
        Decimal("887.67"), "62220000111122223333", "Wang Fang",
    )  # fmt: skip


def test_IO_accident_shield_ends_in_class_6(counter: Counter, store: Store) -> None:
    person = counter.verified("Sun Lei")
    said = ask(person, "change_occupation", "diver", "6", "1 November 2026")
    assert "Accident Shield does not take this class" in said
    person.say("yes")
    approve(counter, counter.only().receipt)  # the premium is overdue already: nothing is left of the period
    assert riders(store, "880000100701") == [] and policy(store, "880000100701").premium == 13500


def test_IO_a_customer_who_is_not_insured_is_refused(counter: Counter, store: Store) -> None:
    insure_another(store, WANG, "C1001")
    person = counter.verified("Wang Fang")
    assert "on your own life" in ask(person, "change_occupation")
    assert person.custom["refused"] == "not_insured" and counter.transactions() == []


def test_IO_a_job_in_the_future_is_taken_when_it_has_begun(counter: Counter) -> None:
    said = ask(counter.verified("Wang Fang"), "change_occupation", "nurse", "1 March 2027")
    assert "once you have begun" in said


def test_IO_the_same_job_is_no_change_and_an_agent_may_see_another_class(
    counter: Counter, store: Store
) -> None:
    _has_job(store, "C1002", "nurse", 1)
    person = counter.verified("Wang Fang")
    ask(person, "change_occupation", "nurse")
    assert person.custom["refused"] == "same"
    ask(person, "change_occupation", "head nurse", "1 November 2026", "yes")
    refuse(counter, counter.only().receipt, "Your work on the ambulance is class 3.")
    assert counter.only().state == "refused" and policy(store, WANG).premium == 7200
    assert "class 3" in ask(person, "check_transaction_status")


def _has_job(store: Store, number: str, job: str, level: int) -> None:
    with store.writing() as session:
        session.add(
            CustomerProfile(customer_id=customer(store, number).id, occupation=job, occupation_class=level)
        )
