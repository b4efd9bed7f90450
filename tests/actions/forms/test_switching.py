"""Another service in the middle, and back: at every question of every service."""

import pytest
from sqlalchemy import func, select

from actions.services.registry import SERVICES
from records.models import Form
from tests.actions.customer import Customer
from tests.actions.forms.rehearsal import Rehearsal, Walk, custom_of

PROOF = ("identifier", "birth", "id_ending")


def other(service: str) -> str:
    return "check_claim_status" if service != "check_claim_status" else "check_policy_status"


def leave(customer: Customer, walk: Walk, rehearsal: Rehearsal) -> None:
    """Ask for another service, and answer what it asks until it is over."""
    customer.say("show me something else first", other(walk.service), 0.97)
    for _ in PROOF:
        if customer.custom.get("expects") in PROOF:
            rehearsal.give(customer, walk, customer.custom["expects"])


@pytest.mark.parametrize("service", SERVICES)
def test_the_form_is_put_aside_and_goes_on_to_the_same_end(service: str, rehearsal: Rehearsal) -> None:
    walk = rehearsal.walk(service)
    for moment, customer in rehearsal.questions(service):
        leave(customer, walk, rehearsal)
        if customer.custom["expects"] == "@resume":
            customer.say("yes", "affirm")
        asked = customer.custom.get("expects")
        if asked is None:
            # The proof was all that was missing: with it the service came to its end.
            assert moment.asked in PROOF
            continue
        after = walk.asked[walk.asked.index(str(moment.asked)) :]
        # Nothing that was answered is asked again; what was proven meanwhile need not be.
        assert asked == moment.asked or (moment.asked in PROOF and asked in after), moment.asked
        if moment.asked in ("identifier", "@strengthen", "@confirm"):
            rehearsal.finish(customer, walk)
            assert customer.custom.get("receipt") == custom_of(walk.end.last).get("receipt"), moment.asked


@pytest.mark.parametrize("service", SERVICES)
def test_what_was_put_aside_can_be_let_go(service: str, rehearsal: Rehearsal) -> None:
    walk = rehearsal.walk(service)
    for moment, customer in rehearsal.questions(service):
        leave(customer, walk, rehearsal)
        if customer.custom.get("expects") != "@resume":
            continue  # it went on by itself, within the same turn
        customer.say("no", "deny")
        assert customer.last["loop"] is False, moment.asked
        with rehearsal.store.reading() as session:
            states = session.scalars(select(Form.status).order_by(Form.version)).all()
        assert states[0] == "cancelled", moment.asked


@pytest.mark.parametrize("service", [one for one in SERVICES if SERVICES[one].assurance < 2])
def test_cancelling_the_second_service_leaves_the_first(service: str, rehearsal: Rehearsal) -> None:
    for moment, customer in rehearsal.questions(service):
        customer.say("show me all my policies", "check_policy_status", 0.97)
        said = customer.say("cancel", "cancel_task")
        assert said.count("stopped") == 1, moment.asked
        assert customer.last["loop"] is True


@pytest.mark.parametrize("service", [one for one in SERVICES if SERVICES[one].assurance < 2])
def test_beginning_what_was_put_aside_takes_it_up(service: str, rehearsal: Rehearsal) -> None:
    for moment, customer in rehearsal.questions(service):
        customer.say("show me all my policies", "check_policy_status", 0.97)
        customer.say("and now what I wanted at first, please", service, 0.97)
        assert customer.custom["expects"] == moment.asked
        with rehearsal.store.reading() as session:
            assert session.scalar(select(func.count()).select_from(Form)) == 2
