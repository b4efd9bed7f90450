"""One-time codes: to the number on file, for five minutes, once; and nothing to be learnt from them."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from actions import identity
from actions.dialogue import Dialogue
from actions.identity import codes
from actions.identity.codes import Confirmed, Request
from records import outbox
from records.clock import ManualClock
from records.models import AuditEntry, Conversation, Customer, Dispatch, OneTimeCode, OutgoingMessage
from records.store import Store
from tests.actions.customer import Customer as Person
from tests.actions.customer import new_customer
from tests.statements import heard

LI_WEI = "+12025550101"


def code_of(store: Store) -> str:
    """The code in the newest SMS."""
    with store.reading() as session:
        found = re.search(r"\d{6}", outbox.newest(session)[0].text)
    assert found
    return found.group()


def sent(store: Store) -> list[OutgoingMessage]:
    with store.reading() as session:
        return [one for one in outbox.newest(session) if one.purpose == "one_time_code"]


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def request(store: Store, clock: ManualClock, person: Person, purpose: str = "change_contact") -> Request:
    with store.writing() as session:
        customer_id = session.scalar(select(Customer.id).where(Customer.number == "C1001"))
        assert customer_id is not None
        asked = codes.request(session, person.conversation_id, customer_id, purpose, clock.now())
        return asked.outcome


def confirm(
    store: Store, clock: ManualClock, person: Person, text: str, purpose: str = "change_contact"
) -> Confirmed:
    with store.writing() as session:
        return codes.confirm(session, person.conversation_id, purpose, text, clock.now())


def level(store: Store, clock: ManualClock, person: Person) -> int:
    with store.reading() as session:
        return identity.level(session, person.conversation_id, clock.now())


# ---- for other services ----


def test_the_right_code_counts_once(li_wei: Person, store: Store, clock: ManualClock) -> None:
    assert request(store, clock, li_wei) is Request.SENT
    code = code_of(store)
    assert confirm(store, clock, li_wei, f"it is {code[:3]} {code[3:]}") is Confirmed.YES
    assert confirm(store, clock, li_wei, code) is Confirmed.EXPIRED


def test_it_goes_to_the_number_on_file(li_wei: Person, store: Store, clock: ManualClock) -> None:
    request(store, clock, li_wei)
    (message,) = sent(store)
    assert (message.recipient, message.secret, message.state) == (LI_WEI, True, Dispatch.WAITING)
    assert message.good_until == clock.now() + timedelta(minutes=5)


def test_it_is_kept_as_a_keyed_hash_only(li_wei: Person, store: Store, clock: ManualClock) -> None:
    request(store, clock, li_wei)
    code = code_of(store)
    with store.reading() as session:
        row = session.scalars(select(OneTimeCode)).one()
        audit = str([entry.detail for entry in session.scalars(select(AuditEntry))])
    assert len(row.code_hash) == 64 and code not in row.code_hash
    assert code not in audit and LI_WEI not in audit


def test_it_is_worth_nothing_after_five_minutes(li_wei: Person, store: Store, clock: ManualClock) -> None:
    request(store, clock, li_wei)
    clock.advance(minutes=5)
    assert confirm(store, clock, li_wei, code_of(store)) is Confirmed.EXPIRED


def test_only_the_newest_works_and_a_minute_lies_between(
    li_wei: Person, store: Store, clock: ManualClock
) -> None:
    request(store, clock, li_wei)
    first = code_of(store)
    clock.advance(seconds=59)
    assert request(store, clock, li_wei) is Request.TOO_SOON
    clock.advance(seconds=1)
    assert request(store, clock, li_wei) is Request.SENT
    second = code_of(store)
    assert confirm(store, clock, li_wei, first) is (Confirmed.YES if first == second else Confirmed.NO)
    assert confirm(store, clock, li_wei, second) is Confirmed.YES


def test_a_code_is_for_one_purpose_in_one_conversation(
    li_wei: Person, store: Store, clock: ManualClock, dialogue: Dialogue
) -> None:
    request(store, clock, li_wei)
    code = code_of(store)
    assert confirm(store, clock, li_wei, code, "passkey") is Confirmed.EXPIRED
    other = new_customer(store, clock, dialogue)
    assert confirm(store, clock, other, code) is Confirmed.EXPIRED
    assert confirm(store, clock, li_wei, code) is Confirmed.YES


def test_three_wrong_answers_spend_a_code(li_wei: Person, store: Store, clock: ManualClock) -> None:
    request(store, clock, li_wei)
    code = code_of(store)
    tries = [confirm(store, clock, li_wei, other_than(code)) for _ in range(codes.TRIES)]
    assert tries == [Confirmed.NO, Confirmed.NO, Confirmed.EXHAUSTED]
    assert confirm(store, clock, li_wei, code) is Confirmed.EXHAUSTED


def test_new_codes_do_not_give_endless_tries(li_wei: Person, store: Store, clock: ManualClock) -> None:
    wrong = 0
    while wrong < codes.WRONG_IN_CONVERSATION:
        assert request(store, clock, li_wei) is Request.SENT
        for _ in range(codes.TRIES - 1):
            confirm(store, clock, li_wei, other_than(code_of(store)))
            wrong += 1
        clock.advance(minutes=2)
    request(store, clock, li_wei)
    assert confirm(store, clock, li_wei, code_of(store)) is Confirmed.EXHAUSTED


def test_a_conversation_gets_so_many_codes_a_day(li_wei: Person, store: Store, clock: ManualClock) -> None:
    for _ in range(codes.SENDS_IN_CONVERSATION):
        assert request(store, clock, li_wei) is Request.SENT
        clock.advance(minutes=1)
    assert request(store, clock, li_wei) is Request.EXHAUSTED
    clock.advance(hours=24)
    assert request(store, clock, li_wei) is Request.SENT


def test_a_number_gets_so_many_codes_a_day_over_all_conversations(
    store: Store, clock: ManualClock, dialogue: Dialogue
) -> None:
    for _ in range(codes.SENDS_TO_NUMBER):
        assert request(store, clock, new_customer(store, clock, dialogue)) is Request.SENT
        clock.advance(minutes=1)
    assert request(store, clock, new_customer(store, clock, dialogue)) is Request.EXHAUSTED
    assert len(sent(store)) == codes.SENDS_TO_NUMBER


def test_a_number_is_barred_after_wrong_answers_anywhere(
    store: Store, clock: ManualClock, dialogue: Dialogue
) -> None:
    wrong = 0
    while wrong < codes.WRONG_OF_NUMBER:
        attacker = new_customer(store, clock, dialogue)
        request(store, clock, attacker)
        for _ in range(2):
            confirm(store, clock, attacker, other_than(code_of(store)))
            wrong += 1
        clock.advance(minutes=2)
    last = new_customer(store, clock, dialogue)
    request(store, clock, last)
    assert confirm(store, clock, last, code_of(store)) is Confirmed.NO


def test_a_code_of_a_customer_who_left_is_worth_nothing(
    li_wei: Person, store: Store, clock: ManualClock
) -> None:
    request(store, clock, li_wei)
    with store.writing() as session:
        other = session.scalar(select(Customer.id).where(Customer.number == "C1002"))
        assert other is not None
        identity.raise_to(session, li_wei.conversation_id, 2, other, clock.now(), how="knowledge")
    assert confirm(store, clock, li_wei, code_of(store)) is Confirmed.NO


def test_without_a_number_on_file_nothing_is_sent(li_wei: Person, store: Store, clock: ManualClock) -> None:
    with store.writing() as session:
        session.execute(update(Customer).values(mobile=""))
    assert request(store, clock, li_wei) is Request.NO_NUMBER
    assert not sent(store)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("123456", "123456"),
        ("the code is 123-456, thanks", "123456"),
        ("012 345", "012345"),
        ("one two three four five six", "123456"),
        ("double one two three four five", "112345"),
        ("12345", None),
        ("1234567", None),
        ("880000100101", None),
        ("123456 or 654321", None),
        ("no idea", None),
        ("", None),
    ],
)
def test_codes_are_read_as_people_give_them(text: str, code: str | None) -> None:
    assert codes.read_code(text) == code


# ---- instead of the questions ----


def ask_for_code(person: Person, identifier: str = "880000100101") -> str:
    person.say("is my policy in force", "check_policy_status")
    person.say(identifier)
    return person.press("Send me a code instead")


@pytest.mark.parametrize("identifier", ["880000100101", "+1 202 555 0101"])
def test_a_code_verifies_without_questions(
    identifier: str, someone: Person, store: Store, clock: ManualClock
) -> None:
    ask_for_code(someone, identifier)
    assert someone.custom["expects"] == "code"
    said = someone.say(code_of(store))
    assert "Thank you, Li Wei." in said and "880000100101" in said
    assert level(store, clock, someone) == 2
    with store.reading() as session:
        proof = session.scalars(select(AuditEntry).where(AuditEntry.action == "identity.verified")).one()
    assert proof.detail["method"] == "code"


@pytest.mark.parametrize(
    "text", ["send me a code", "can you text me a code please?", "code", "I'd like a code by SMS instead"]
)
@pytest.mark.parametrize("answered", [0, 1, 2])
def test_a_code_can_be_asked_for_in_words_at_every_question(
    text: str, answered: int, someone: Person, store: Store, clock: ManualClock
) -> None:
    someone.say("is my policy in force", "check_policy_status")
    for answer in ("880000100101", "1985-03-12")[:answered]:
        someone.say(answer)
    someone.say(text, "report_scam", 0.97)
    if someone.custom["expects"] == "identifier":
        someone.say("880000100101")
    assert someone.custom["expects"] == "code"
    someone.say(code_of(store))
    assert level(store, clock, someone) == 2


def test_a_wrong_code_is_asked_again_and_the_third_goes_to_a_person(
    someone: Person, store: Store, clock: ManualClock
) -> None:
    ask_for_code(someone)
    wrong = other_than(code_of(store))
    assert "not the code" in someone.say(wrong)
    assert someone.custom["expects"] == "code"
    someone.say(wrong)
    someone.say(wrong)
    assert someone.custom["handoff"] == "verification_failed"
    assert level(store, clock, someone) == 0


def test_wrong_codes_and_wrong_answers_are_counted_together(someone: Person, store: Store) -> None:
    someone.say("is my policy in force", "check_policy_status")
    someone.prove("880000100101", "1985-03-12", "9999")
    someone.say("880000100101")
    someone.press("Send me a code instead")
    wrong = other_than(code_of(store))
    someone.say(wrong)
    someone.say(wrong)
    assert someone.custom["handoff"] == "verification_failed"


def test_an_old_code_is_replaced_by_a_new_one(someone: Person, store: Store, clock: ManualClock) -> None:
    ask_for_code(someone)
    first = code_of(store)
    clock.advance(minutes=6)
    assert "no longer valid" in someone.say(first)
    assert len(sent(store)) == 2
    someone.say(code_of(store))
    assert level(store, clock, someone) == 2


def test_a_new_code_can_be_asked_for_after_a_minute(
    someone: Person, store: Store, clock: ManualClock
) -> None:
    ask_for_code(someone)
    assert "a moment ago" in someone.press("Send a new code")
    assert len(sent(store)) == 1
    clock.advance(minutes=1)
    someone.say("I did not get it, send a new code")
    assert len(sent(store)) == 2
    someone.say(code_of(store))
    assert level(store, clock, someone) == 2


def test_the_questions_can_be_answered_after_all(someone: Person, store: Store, clock: ManualClock) -> None:
    ask_for_code(someone)
    someone.press("Answer questions instead")
    assert someone.custom["expects"] == "birth"
    someone.say("1985-03-12")
    someone.say("0011")
    assert level(store, clock, someone) == 2


def test_a_question_in_the_middle_sends_no_second_code(someone: Person, store: Store) -> None:
    ask_for_code(someone)
    someone.say("What is a waiting period, please?", "ask_question", 0.95)
    assert someone.custom["expects"] == "code"
    assert len(sent(store)) == 1


def test_known_and_unknown_sound_the_same_and_run_the_same_statements(
    store: Store, clock: ManualClock, dialogue: Dialogue
) -> None:
    runs: list[tuple[list[str], list[str]]] = []
    for identifier in ("880000100101", "880000999999", "+1 202 555 0102", "+1 202 555 0199"):
        person = new_customer(store, clock, dialogue)
        person.say("is my policy in force", "check_policy_status")
        person.say(identifier)
        with heard(store) as statements:
            said = [person.press("Send me a code instead"), person.say("000000"), person.say("111111")]
        runs.append((said, statements))
    assert all(said == runs[0][0] for said, _ in runs)
    assert all(statements == runs[0][1] for _, statements in runs)
    with store.reading() as session:
        void = session.scalar(
            select(func.count()).select_from(OutgoingMessage).where(OutgoingMessage.state == Dispatch.VOID)
        )
    assert (len(sent(store)), void) == (2, 2)


def test_that_a_number_had_enough_codes_is_not_told_to_a_stranger(
    store: Store, clock: ManualClock, dialogue: Dialogue
) -> None:
    said = set()
    for _ in range(codes.SENDS_TO_NUMBER + 2):
        said.add(ask_for_code(new_customer(store, clock, dialogue)))
        clock.advance(minutes=1)
    assert len(said) == 1
    assert len(sent(store)) == codes.SENDS_TO_NUMBER


def test_a_number_of_several_customers_proves_none_of_them(
    someone: Person, store: Store, clock: ManualClock
) -> None:
    with store.writing() as session:
        session.execute(update(Customer).where(Customer.number == "C1002").values(mobile=LI_WEI))
    ask_for_code(someone, "+1 202 555 0101")
    assert someone.custom["expects"] == "code"
    assert not sent(store)
    someone.press("Answer questions instead")
    someone.say("1985-03-12")
    assert "Li Wei" in someone.say("0011")


def test_another_policy_after_the_code_was_sent_needs_another_code(
    someone: Person, store: Store, clock: ManualClock
) -> None:
    ask_for_code(someone)
    clock.advance(minutes=1)
    someone.say("sorry, I meant policy 880000100201", "correct_answer", 0.95)
    assert sent(store)[0].recipient == "+12025550102"
    someone.say(code_of(store))
    with store.reading() as session:
        row = session.get_one(Conversation, someone.conversation_id)
        customer = session.get_one(Customer, row.customer_id)
    assert (customer.number, row.policy_number) == ("C1002", "880000100201")


def test_a_level_one_service_offers_no_code(someone: Person) -> None:
    someone.say("I want to report a claim", "report_claim")
    assert "Send me a code instead" not in someone.buttons
    someone.say("send me a code")
    assert someone.custom["expects"] == "identifier"
