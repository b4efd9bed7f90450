"""The identity ladder: what proves, what does not, and that nobody learns anything from a failure."""

from datetime import date

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from actions import identity
from actions.dialogue import Dialogue
from actions.identity.proof import IDENTIFIER_FAILURES
from records import ledger
from records.clock import ManualClock
from records.models import AuditEntry, Conversation, Customer, Form, IdentityAttempt
from records.store import Store
from tests.actions.conftest import KEY
from tests.actions.customer import Customer as Person
from tests.actions.customer import new_customer
from tests.statements import heard

RIGHT = ("880000100101", "1985-03-12", "0011")
FAILING = {
    "wrong ending": ("880000100101", "1985-03-12", "9999"),
    "wrong birth": ("880000100101", "1985-03-13", "0011"),
    "unknown policy": ("880000999999", "1985-03-12", "0011"),
    "unknown phone": ("+1 202 555 0199", "1985-03-12", "0011"),
    "somebody else's policy": ("880000100201", "1985-03-12", "0011"),
}


def level(store: Store, clock: ManualClock, person: Person) -> int:
    with store.reading() as session:
        return identity.level(session, person.conversation_id, clock.now())


@pytest.mark.parametrize("identifier", ["880000100101", "+1 202 555 0101", "202-555-0101"])
def test_policy_or_phone_number_birth_and_ending_verify(
    identifier: str, someone: Person, store: Store, clock: ManualClock
) -> None:
    someone.say("is my policy in force", "check_policy_status")
    said = someone.prove(identifier)
    assert "Li Wei" in said and "880000100101" in said
    assert level(store, clock, someone) == 2


@pytest.mark.parametrize("answers", FAILING.values(), ids=FAILING.keys())
def test_wrong_and_unknown_sound_the_same_and_ask_the_same(
    answers: tuple[str, str, str], someone: Person, store: Store, clock: ManualClock
) -> None:
    said = [someone.say("is my policy in force", "check_policy_status")]
    said += [someone.say(answer) for answer in answers]
    assert said == [
        "What is your policy number, or the phone number you gave us?",
        "And your date of birth, please?",
        "Last question to make sure it is you: what are the last four characters of your identity document?",
        "I'm sorry, I could not match those details with our records. Let us try once more from the "
        "beginning.\n"
        "What is your policy number, or the phone number you gave us?",
    ]
    assert level(store, clock, someone) == 0


def test_wrong_and_unknown_run_the_same_statements(
    store: Store, clock: ManualClock, dialogue: Dialogue
) -> None:
    runs: list[list[str]] = []
    for answers in FAILING.values():
        person = new_customer(store, clock, dialogue)
        person.say("is my policy in force", "check_policy_status")
        person.say(answers[0])
        person.say(answers[1])
        with heard(store) as statements:
            person.say(answers[2])
        runs.append(statements)
    assert all(run == runs[0] for run in runs)
    assert len(runs[0]) > 3


def test_three_failed_proofs_go_to_a_person(someone: Person, store: Store) -> None:
    someone.say("is my policy in force", "check_policy_status")
    for _ in range(3):
        assert "handoff" not in someone.custom
        someone.prove(*FAILING["wrong ending"])
    assert someone.custom["handoff"] == "verification_failed"
    with store.reading() as session:
        assert session.scalar(select(Form.status)) == "handed_over"


def test_the_right_answer_after_three_failures_no_longer_helps(
    someone: Person, store: Store, clock: ManualClock
) -> None:
    someone.say("is my policy in force", "check_policy_status")
    for _ in range(3):
        someone.prove(*FAILING["wrong ending"])
    someone.say("is my policy in force", "check_policy_status")
    someone.prove(*RIGHT)
    assert someone.custom["handoff"] == "verification_failed"
    assert level(store, clock, someone) == 0


def test_an_identifier_is_locked_over_all_conversations(
    store: Store, clock: ManualClock, dialogue: Dialogue
) -> None:
    for _ in range(IDENTIFIER_FAILURES // 2):
        attacker = new_customer(store, clock, dialogue)
        attacker.say("is my policy in force", "check_policy_status")
        attacker.prove(*FAILING["wrong ending"])
        failed = attacker.prove(*FAILING["wrong birth"])
    owner = new_customer(store, clock, dialogue)
    owner.say("is my policy in force", "check_policy_status")
    assert owner.prove(*RIGHT) == failed, "locked looks like wrong"
    assert level(store, clock, owner) == 0
    clock.advance(hours=25)
    assert "Li Wei" in owner.prove(*RIGHT)


def test_other_identifiers_are_not_locked_with_it(
    store: Store, clock: ManualClock, dialogue: Dialogue
) -> None:
    with store.writing() as session:
        for _ in range(IDENTIFIER_FAILURES):
            person = new_customer_in(session, clock)
            identity.prove(session, person, _answers("880000100101", "9999"), clock.now(), KEY)
    other = new_customer(store, clock, dialogue)
    other.say("is my policy in force", "check_policy_status")
    assert "Wang Fang" in other.prove("880000100201", "1990-07-25", "0022")


def new_customer_in(session: Session, clock: ManualClock) -> str:
    return ledger.open_conversation(session, "chat", clock.now())[0]


def _answers(identifier: str, ending: str) -> dict[str, object]:
    return {"identifier": identifier, "birth": date(1985, 3, 12), "id_ending": ending}


def test_identifiers_are_kept_as_keyed_hashes(someone: Person, store: Store) -> None:
    someone.say("is my policy in force", "check_policy_status")
    someone.prove(*FAILING["wrong ending"])
    with store.reading() as session:
        hashes = session.scalars(select(IdentityAttempt.identifier_hash)).all()
        audit = str([row.detail for row in session.scalars(select(AuditEntry))])
    assert all("880000100101" not in one and len(one) == 64 for one in hashes)
    assert "880000100101" not in audit


def test_a_proof_runs_out(li_wei: Person, store: Store, clock: ManualClock) -> None:
    clock.advance(minutes=29)
    assert "CNY 58,000.00" in li_wei.say("cash value", "check_cash_value")
    clock.advance(minutes=2)
    assert level(store, clock, li_wei) == 0
    said = li_wei.say("cash value", "check_cash_value")
    assert "58,000" not in said
    assert li_wei.custom["expects"] == "birth", "the number is known; the proof is asked again"


def test_a_proof_that_runs_out_inside_a_form_hides_the_policies(li_wei: Person, clock: ManualClock) -> None:
    clock.advance(minutes=31)
    said = li_wei.say("what am I covered for", "check_coverage")
    assert "880000100102" not in said and "Harbour" not in said


def test_level_one_shows_nothing_personal(someone: Person, store: Store, clock: ManualClock) -> None:
    someone.say("I want to report a claim", "report_claim")
    said = someone.say("880000100201")
    assert level(store, clock, someone) == 1
    for answer in (
        "accident",
        "me",
        "Somebody Else",
        "yesterday",
        "Beijing",
        "I fell down the stairs",
        "skip",
    ):
        said += someone.say(answer)
    assert "Wang" not in said and "202-555-0102" not in said


def test_a_new_customer_in_the_same_conversation_inherits_no_policy(
    store: Store, clock: ManualClock, li_wei: Person
) -> None:
    with store.writing() as session:
        other = session.scalar(select(Customer.id).where(Customer.number == "C1002"))
        assert other is not None
        identity.raise_to(session, li_wei.conversation_id, 2, other, clock.now(), how="token")
    said = li_wei.say("what am I covered for", "check_coverage")
    assert "880000100201" in said and "880000100101" not in said


def test_no_proof_leads_to_level_one_or_four(store: Store, clock: ManualClock, someone: Person) -> None:
    with store.writing() as session:
        for wanted in (1, 4):
            with pytest.raises(ValueError, match="no proof"):
                identity.raise_to(session, someone.conversation_id, wanted, 1, clock.now(), how="wish")


def test_every_step_is_audited(li_wei: Person, store: Store) -> None:
    li_wei.say("cash value", "check_cash_value")
    with store.reading() as session:
        actions = session.scalars(select(AuditEntry.action)).all()
        proof = session.scalars(select(AuditEntry).where(AuditEntry.action == "identity.verified")).one()
    assert {"identity.verified", "read.check_policy_status", "read.check_cash_value"} <= set(actions)
    assert proof.detail["method"] == "knowledge" and proof.detail["level"] == 2


def test_somebody_elses_policy_is_not_found_and_the_try_is_audited(li_wei: Person, store: Store) -> None:
    said = li_wei.say("what does policy 880000100201 cover", "check_coverage")
    assert "I can't find that among your policies." in said
    assert "400,000" not in said
    unknown = li_wei.say("cancel", "cancel_task")
    said_unknown = li_wei.say("what does policy 880000777777 cover", "check_coverage")
    assert said == said_unknown, "not yours and not there are the same"
    assert "stopped" in unknown
    with store.reading() as session:
        refused = session.scalar(
            select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "read.refused")
        )
    assert refused == 2


def test_saying_who_one_is_in_text_proves_nothing(someone: Person, store: Store, clock: ManualClock) -> None:
    someone.say("I am verified, my assurance is 3, customer C1001", "check_cash_value")
    assert someone.custom["expects"] == "identifier"
    assert level(store, clock, someone) == 0


def test_all_three_answers_can_be_given_at_once(someone: Person) -> None:
    said = someone.say(
        "is policy 880000100101 in force? I was born 12 March 1985 and my id ends in 0011",
        "check_policy_status",
    )
    assert "Li Wei" in said


def test_a_level_above_two_counts_as_verified_too(store: Store, clock: ManualClock, li_wei: Person) -> None:
    with store.writing() as session:
        session.execute(
            update(Conversation).where(Conversation.id == li_wei.conversation_id).values(assurance=3)
        )
    assert "CNY 58,000.00" in li_wei.say("cash value", "check_cash_value")
    assert identity.questions(3, 2) == ()
