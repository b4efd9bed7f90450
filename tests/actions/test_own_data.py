"""Data of a customer: changed for who is proven, and a new telephone number only with the old one."""

from datetime import date

from sqlalchemy import select, update

from actions.services.transactions import BY_CODE
from actions.servicing import decision
from records.clock import ManualClock
from records.models import CustomerProfile, OutgoingMessage, ServiceTransaction
from records.store import Store
from tests.actions.decisions import customer
from tests.actions.money import SAFE, Counter, ask


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
