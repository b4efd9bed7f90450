"""The changes of persons that an agent decides: identity, occupation, policyholder, beneficiaries."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from actions.dialogue import Dialogue
from actions.services.catalogue import CATALOGUE
from actions.services.transactions import BY_CODE, TRANSACTIONS
from actions.servicing.decision import Decided
from actions.servicing.states import NotPossible
from handoff import packet
from handoff.reasons import Reason
from records.clock import ManualClock
from records.models import (
    AuditEntry,
    Beneficiary,
    Conversation,
    CustomerProfile,
    Payout,
    PolicyArrangement,
    ServiceTransaction,
)
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

WL, CI, WANG = "880000100101", "880000100102", "880000100201"
NO_SCAM = ("no", "no")
WANG_FANG = ("Wang Fang", "310101199007250022", "+1 202 555 0102", "wife")
STRANGER = ("Gao Lan", "110101198803070047", "+1 202 555 0177", "my daughter")


@pytest.fixture
def counter(store: Store, clock: ManualClock, dialogue: Dialogue) -> Counter:
    return Counter(store, clock, dialogue)


def test_every_service_of_the_catalogue_with_a_code_is_built() -> None:
    assert {entry.code for entry in CATALOGUE.values() if entry.code} == set(BY_CODE)
    assert len(TRANSACTIONS) == len(BY_CODE) >= 23


# --- CD ---------------------------------------------------------------------------------------------------


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


# --- IO ---------------------------------------------------------------------------------------------------


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


# --- AE ---------------------------------------------------------------------------------------------------


def test_AE_the_policy_goes_to_another_customer_when_two_agents_agree(counter: Counter, store: Store) -> None:
    person = counter.strong("Li Wei")
    said = ask(person, "change_policyholder", *WANG_FANG, *NO_SCAM)
    assert "belongs to Wang Fang instead of Li Wei" in said and "You consent to it" in said
    assert "give away its cash value of CNY 58,000.00" in said and "both identity documents" in said
    person.say("yes")
    receipt = counter.only().receipt
    assert approve(counter, receipt, "amy") is Decided.WAITS_FOR_SECOND
    assert policy(store, WL).holder.number == "C1001"
    assert approve(counter, receipt, "cara") is Decided.CARRIED_OUT
    assert policy(store, WL).holder.number == "C1002" and counter.only().state == "applied"
    former = counter.verified("Li Wei")
    assert WL not in former.say("my policies", "check_policy_status")


def test_AE_somebody_new_becomes_a_customer_and_old_accounts_are_forgotten(
    counter: Counter, store: Store
) -> None:
    with store.writing() as session:
        session.merge(
            PolicyArrangement(policy_id=policy(store, CI).id, account="62220000111122223333", paid_by="debit")
        )
    person = counter.strong("Li Wei")
    person.say("my critical care policy please", "change_policyholder")
    for answer in (*STRANGER, *NO_SCAM, "yes"):
        person.say(answer)
    assert approve(counter, counter.only().receipt) is Decided.CARRIED_OUT
    holder = policy(store, CI).holder
    assert (holder.name, holder.birth, holder.sex, holder.mobile) == (
        "Gao Lan", date(1988, 3, 7), "f", "+12025550177",
    )  # fmt: skip
    with store.reading() as session:
        kept = session.get_one(PolicyArrangement, policy(store, CI).id)
    assert (kept.account, kept.paid_by) == ("", "invoice")


def test_AE_without_the_consent_of_the_insured_person_it_is_refused(counter: Counter, store: Store) -> None:
    insure_another(store, WANG, "C1005")
    person = counter.strong("Wang Fang")
    said = ask(person, "change_policyholder", *STRANGER)
    assert "Does Liu Yang, the insured person, consent" in said
    assert "would not be valid" in person.say("no")
    assert person.custom["refused"] == "no_consent" and counter.transactions() == []


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        (("Gao Lan", "110101201203070047"), "at least 18"),
        (("Gao Lan", "110101198503120011"), "your own number"),
        (("Gao Lan", "12345"), "18 characters"),
    ],
)
def test_AE_a_number_that_cannot_be_is_asked_again(
    answers: tuple[str, ...], words: str, counter: Counter
) -> None:
    assert words in ask(counter.strong("Li Wei"), "change_policyholder", *answers)


def test_AE_a_friend_has_no_interest_in_the_life(counter: Counter) -> None:
    person = counter.strong("Li Wei")
    said = ask(person, "change_policyholder", *WANG_FANG[:3], "a friend")
    assert "close interest" in said and person.custom["refused"] == "no_interest"
    assert "Change the beneficiaries" in person.buttons


def test_AE_not_while_another_request_is_open_and_not_when_an_agent_refuses(
    counter: Counter, store: Store
) -> None:
    person = counter.strong("Wang Fang")
    ask(person, "change_premium_frequency", "monthly", "yes")
    said = ask(person, "change_policyholder")
    assert latest(counter).receipt in said and person.custom["refused"] == "other_request_open"
    li_wei = counter.strong("Li Wei")
    ask(li_wei, "change_policyholder", *STRANGER, *NO_SCAM, "yes")
    refuse(counter, latest(counter).receipt, "The consent could not be confirmed.")
    assert policy(store, WL).holder.number == "C1001"


# --- BC ---------------------------------------------------------------------------------------------------


def test_BC_new_beneficiaries_take_the_place_of_the_old_ones(counter: Counter, store: Store) -> None:
    person = counter.strong("Li Wei")
    said = ask(person, "change_beneficiary")
    assert "At present: Li Na 100 percent" in said
    person.say("Li Na, my wife, 60 percent and Li Bo, my son, 40 percent")
    person.say("110101198803070047 and 110101201203070033")
    for answer in NO_SCAM:
        said = person.say(answer)
    assert "Li Na (spouse): 60%, the number ending 0047" in said and "Together 100 percent" in said
    person.say("yes")
    receipt = counter.only().receipt
    assert [one.name for one in policy(store, WL).beneficiaries] == ["Li Na"]
    assert approve(counter, receipt) is Decided.CARRIED_OUT
    found = [(one.name, one.share, one.relation, one.id_no) for one in policy(store, WL).beneficiaries]
    assert found == [
        ("Li Na", Decimal(60), "spouse", "110101198803070047"),
        ("Li Bo", Decimal(40), "child", "110101201203070033"),
    ]


def test_BC_shares_that_do_not_sum_to_100_are_refused(counter: Counter) -> None:
    person = counter.strong("Li Wei")
    said = ask(person, "change_beneficiary", "Li Na 60 percent, Li Bo 30 percent")
    assert "sum to 90 percent" in said and person.custom["expects"] == "shares"
    assert counter.transactions() == []


def test_BC_without_the_consent_of_the_insured_person_it_is_refused(counter: Counter, store: Store) -> None:
    insure_another(store, WANG, "C1005")
    person = counter.strong("Wang Fang")
    ask(person, "change_beneficiary", "Wang Hao, my brother, everything", "skip")
    assert person.custom["expects"] == "consent"
    person.say("no")
    assert person.custom["refused"] == "no_consent" and counter.transactions() == []


def test_BC_missing_relations_are_asked_for(counter: Counter) -> None:
    person = counter.strong("Li Wei")
    said = ask(person, "change_beneficiary", "Li Na and Li Bo half each")
    assert "What are they to the insured person: Li Na, Li Bo?" in said
    said = person.say("Li Na is my wife and Li Bo my son")
    assert person.custom["expects"] == "id_numbers"


def test_BC_the_same_people_are_no_change(counter: Counter) -> None:
    person = counter.strong("Li Wei")
    ask(person, "change_beneficiary", "Li Na, my wife, 100 percent")
    assert person.custom["refused"] == "same"


def test_BC_an_approval_that_no_longer_fits_changes_nothing_and_an_agent_may_refuse(
    counter: Counter, store: Store
) -> None:
    person = counter.strong("Li Wei")
    ask(person, "change_beneficiary", "Li Bo, my son, everything", "skip", *NO_SCAM, "yes")
    receipt = counter.only().receipt
    with store.writing() as session:
        session.add(Beneficiary(policy_id=policy(store, WL).id, name="Somebody", share=Decimal(1)))
    with pytest.raises(NotPossible, match="changed since"):
        approve(counter, receipt)
    assert {one.name for one in policy(store, WL).beneficiaries} == {"Li Na", "Somebody"}
    refuse(counter, receipt, "Please ask again with all names.")
    assert counter.only().state == "refused"


@pytest.mark.parametrize("intent", ["change_policyholder", "change_beneficiary"])
def test_scam_stops_it_and_the_evidence_is_one_line(intent: str, counter: Counter, store: Store) -> None:
    answers = STRANGER if intent == "change_policyholder" else ("Li Bo, my son, everything", "skip")
    person = counter.strong("Li Wei")
    ask(person, intent, *answers, "yes")
    assert person.custom["handoff"] == "scam" and counter.transactions() == []
    ask(counter.strong("Li Wei"), intent, *answers, *NO_SCAM, "yes")
    with store.reading() as session:
        lines = session.scalars(select(AuditEntry).where(AuditEntry.action.startswith("money_out."))).all()
    assert len(lines) == 1 and lines[0].detail["level"] == 3
    assert lines[0].detail["scam_answers"] == {"approached": False, "handed_over": False}


def test_the_agent_finds_everything_in_the_packet(counter: Counter, store: Store) -> None:
    person = counter.strong("Li Wei")
    ask(person, "change_beneficiary", "Li Bo, my son, everything", "skip", *NO_SCAM, "yes")
    with store.writing() as session:
        conversation = session.get_one(Conversation, person.conversation_id)
        found = packet.build(session, conversation, Reason.HUMAN_SERVICE, counter.clock.now())
    filled = {slot.name: slot.value for slot in found.filled}
    assert filled["shares"] == "Li Bo (child): 100%" and filled["consent"] == "yes"
    assert found.missing == () and found.identity.level == 3
    assert [one.number for one in found.outcomes] == [counter.only().receipt]
