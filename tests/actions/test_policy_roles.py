"""Who holds a policy and who gets its benefits: changed when agents agree, and stopped where it is a scam."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from actions.servicing.decision import Decided
from actions.servicing.states import NotPossible
from handoff import packet
from handoff.reasons import Reason
from records.models import AuditEntry, Beneficiary, Conversation, PolicyArrangement
from records.store import Store
from tests.actions.decisions import approve, insure_another, latest, policy, refuse
from tests.actions.money import Counter, ask

WL, CI, WANG = "880000100101", "880000100102", "880000100201"
NO_SCAM = ("no", "no")
WANG_FANG = ("Wang Fang", "310101199007250022", "+1 202 555 0102", "wife")
STRANGER = ("Gao Lan", "110101198803070047", "+1 202 555 0177", "my daughter")


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
