"""The same conversation on SQLite and on PostgreSQL."""

from sqlalchemy import select

from actions import identity
from actions.dialogue import Dialogue
from actions.identity import tokens
from actions.identity.links import Purpose
from actions.identity.passkeys import Outcome
from actions.identity.tokens import Verdict
from actions.services.branches import PLACES
from records.clock import ManualClock, today
from records.demo import told
from records.models import Claim, Form
from records.store import Store
from tests.actions.conftest import KEY, START
from tests.actions.customer import new_customer
from tests.actions.passkey_page import Page, asked, make_passkey
from tests.actions.test_claim import ANSWERS
from tests.actions.test_codes import ask_for_code, code_of, other_than
from tests.actions.test_tokens import CHECKS, token


def test_identity_inquiry_claim_and_repetition_work_on_both(any_store: Store, clock: ManualClock) -> None:
    PLACES.names = ()
    with any_store.writing() as session:
        told.add(session, today(clock))
    dialogue = Dialogue(any_store, clock, assurance_minutes=30, key=KEY, index=None)
    person = new_customer(any_store, clock, dialogue)
    person.say("how much do I owe", "check_loan_balance")
    assert "match those details" in person.prove(ending="9999")
    assert "CNY 20,273.97" in person.prove()
    assert "Chengdu Service Office" in person.say("branch in Chengdu", "find_branch")
    person.say("report a claim", "report_claim")
    asked = dict(
        zip(
            ("kind", "reporter", "insured_name", "date", "place", "story", "hospital", "phone"),
            ANSWERS,
            strict=True,
        )
    )
    while (name := person.custom["expects"]) != "@confirm":
        person.say(asked[name])
    person.say("yes", "affirm")
    first = person.last
    person.count -= 1
    person.say("yes", "affirm")
    assert person.last == first
    with any_store.reading() as session:
        assert (
            len(session.scalars(select(Claim).where(Claim.conversation_id == person.conversation_id)).all())
            == 1
        )
        assert set(session.scalars(select(Form.status))) == {"done"}


def test_code_token_and_passkey_work_on_both(any_store: Store, clock: ManualClock) -> None:
    with any_store.writing() as session:
        told.add(session, today(clock))
    dialogue = Dialogue(any_store, clock, assurance_minutes=30, key=KEY, index=None)
    person = new_customer(any_store, clock, dialogue)
    ask_for_code(person)
    person.say(other_than(code_of(any_store)))
    assert "Li Wei" in person.say(code_of(any_store))
    device = make_passkey(any_store, clock, person)
    page = Page(any_store, clock, person).open(Purpose.STEP_UP)
    answer = device.get(asked(page))
    assert page.answer(answer) is Outcome.DONE
    with any_store.writing() as session:
        given = (session, person.conversation_id)
        assert tokens.apply(*given, token(acr=3), CHECKS, START) is Verdict.HELD
        assert tokens.apply(*given, token(sub="C1002"), CHECKS, START) is Verdict.CONFLICT
        assert identity.level(*given, clock.now()) == 0
