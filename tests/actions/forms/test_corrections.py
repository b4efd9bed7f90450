"""Correction and change of mind: any earlier answer, at any later question of any service."""

import pytest
from sqlalchemy import select

from actions.services.registry import SERVICES
from records.models import ServiceTransaction
from tests.actions.forms.rehearsal import Moment, Rehearsal, custom_of

PROOF = ("identifier", "birth", "id_ending")
CONFIRMED = [name for name, service in SERVICES.items() if service.confirm]


def earlier(moment: Moment, rehearsal: Rehearsal) -> list[str]:
    """The questions answered before that can be named: of the service, and without a code's own rules."""
    service = SERVICES[moment.service]
    asked = rehearsal.walk(moment.service).asked
    before = asked[: asked.index(str(moment.asked))]
    fields = [service.field(name) for name in before]
    return [field.name for field in fields if field is not None and field.on_answer is None]


@pytest.mark.parametrize("service", SERVICES)
def test_any_earlier_answer_is_asked_again_where_it_is_named(service: str, rehearsal: Rehearsal) -> None:
    walk = rehearsal.walk(service)
    for moment in walk.questions:
        if moment.asked in PROOF:
            continue
        for name in earlier(moment, rehearsal):
            customer = rehearsal.at(moment)
            field = SERVICES[service].field(name)
            assert field is not None
            said = customer.say(f"sorry, I made a mistake, change the {field.title}", "correct_answer", 0.95)
            where = (moment.asked, name, said)
            assert customer.custom.get("expects") == name, where
            rehearsal.give(customer, walk, name)
            assert customer.custom.get("expects") == moment.asked, where
            if moment.asked == "@confirm":
                rehearsal.finish(customer, walk)
                assert customer.custom.get("receipt") == custom_of(walk.end.last).get("receipt"), where


@pytest.mark.parametrize("service", CONFIRMED)
def test_no_at_the_read_back_lets_every_answer_be_changed(service: str, rehearsal: Rehearsal) -> None:
    walk = rehearsal.walk(service)
    moment = next(one for one in walk.questions if one.asked == "@confirm")
    customer = rehearsal.at(moment)
    read_back = customer.last["messages"][-1]["text"]
    customer.say("no", "deny")
    assert customer.custom["expects"] == "@change"
    titles = customer.buttons
    for name in earlier(moment, rehearsal):
        field = SERVICES[service].field(name)
        assert field is not None and field.title.capitalize() in titles
        customer = rehearsal.at(moment)
        customer.say("no", "deny")
        customer.press(field.title.capitalize())
        assert customer.custom["expects"] == name
        rehearsal.give(customer, walk, name)
        assert customer.last["messages"][-1]["text"] == read_back, name


@pytest.mark.parametrize("service", CONFIRMED)
def test_yes_but_sends_nothing(service: str, rehearsal: Rehearsal) -> None:
    moment = next(one for one in rehearsal.walk(service).questions if one.asked == "@confirm")
    for name in earlier(moment, rehearsal):
        customer = rehearsal.at(moment)
        field = SERVICES[service].field(name)
        assert field is not None
        customer.say(f"yes but change the {field.title}", "affirm", 0.9)
        assert customer.custom["expects"] == name
        with rehearsal.store.reading() as session:
            assert session.scalar(select(ServiceTransaction.id)) is None


@pytest.mark.parametrize("service", CONFIRMED)
@pytest.mark.parametrize("text", ["forget it", "cancel", "no, stop this"])
def test_a_change_of_mind_at_the_read_back_ends_it(service: str, text: str, rehearsal: Rehearsal) -> None:
    customer = rehearsal.question(service, "@confirm")
    assert "stopped" in customer.say(text, "cancel_task", 0.9)
    assert customer.last["loop"] is False
    with rehearsal.store.reading() as session:
        assert session.scalar(select(ServiceTransaction.id)) is None
    # And one may begin it anew, and come to the same end.
    walk = rehearsal.walk(service)
    customer.say("please", service)
    rehearsal.finish(customer, walk)
    assert customer.custom.get("receipt") == custom_of(walk.end.last).get("receipt")
