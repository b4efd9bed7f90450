"""What agents look up: canned replies that fill in nothing but names, articles, and past conversations."""

import re

import pytest

from handoff import canned
from handoff.authorization import Principal
from handoff.canned import BrokenReply, Canned
from handoff.desks import Desks, desks
from handoff.refusals import Forbidden, UnfitSearch
from records.models import AgentId, Role
from records.signals import Signals
from tests.handoff.conftest import AMY, BEN, DORA, PRESENCE_SECONDS, Floor


@pytest.fixture
def centre(floor: Floor) -> Desks:
    return desks(floor.store, floor.clock, Signals(), PRESENCE_SECONDS)


def test_every_reply_of_the_file_reads_well_filled_and_empty() -> None:
    known = dict.fromkeys(canned.FALLBACKS, "KNOWN")
    for one in canned.replies():
        for filled in (canned.fill(one, known), canned.fill(one, {})):
            assert "{" not in filled.text and "  " not in filled.text, filled
            assert not re.search(r"[ ,][,.?!]|^,|, [.?!]", filled.text), filled
        assert canned.fill(one, known).missing == ()


@pytest.mark.parametrize(
    "name", ["{agent}", "{0.__class__}", "<img src=x onerror=alert(1)>", "{{case}}", "%s"]
)
def test_what_is_filled_in_is_never_looked_at_again(name: str) -> None:
    filled = canned.fill(
        Canned("x", "X", "Hello {customer}, {agent} here."), {"customer": name, "agent": "Amy"}
    )
    assert filled.text == f"Hello {name}, Amy here."


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "- {id: a, title: A, text: 'Hello {password}'}",
        "- {id: a, title: A}",
        "- {id: a, title: A, text: B}\n- {id: a, title: A, text: B}",
    ],
)
def test_a_broken_file_stops_the_start(text: str) -> None:
    with pytest.raises(BrokenReply):
        canned.read(text)


def test_an_expression_is_no_placeholder() -> None:
    (one,) = canned.read("- {id: a, title: A, text: 'Hello {customer.mobile} {customer!r}'}")
    assert canned.fill(one, {"customer": "Li Wei"}).text == "Hello {customer.mobile} {customer!r}"


async def test_replies_are_filled_with_what_is_known(floor: Floor, centre: Desks) -> None:
    customer = floor.customer()
    staff = floor.staff(AMY)
    talk = floor.hand_over(conversation_id=floor.talk("Hello", customer_id=customer, assurance=2))
    floor.assign()
    floor.accept(staff["amy"], talk)
    amy = floor.log_in("amy")
    (greeting,) = [one for one in await centre.lookup.canned(amy, talk) if one.id == "greeting"]
    assert greeting.text.startswith("Hello Li Wei, my name is Amy Gao.") and greeting.missing == ()
    assert {one.id for one in await centre.lookup.canned(amy, talk, "paper CLIP")} == {"papers"}
    floor.staff(BEN)
    with pytest.raises(Forbidden):
        await centre.lookup.canned(floor.log_in("ben"), talk)


async def test_articles_are_found_by_their_words(floor: Floor, centre: Desks) -> None:
    floor.staff(AMY)
    found = await centre.lookup.articles(floor.log_in("amy"), "how long is the cooling-off period")
    assert found[0].id == "cooling_off_period" and found[0].passages
    assert await centre.lookup.articles(floor.log_in("amy"), "xyzzy") == ()


async def test_a_supervisor_finds_by_name_number_and_words_and_it_is_audited(
    floor: Floor, centre: Desks
) -> None:
    customer = floor.customer()
    talk = floor.talk("My umbrella is 100% broken", customer_id=customer, assurance=2)
    floor.talk("Nothing to do with it")
    floor.staff(DORA)
    dora = floor.log_in("dora")
    for query in ("li wei", "c1001", "umbrella", "100% broken"):
        (found,) = await centre.lookup.past(dora, query)
        assert (found.conversation_id, found.title, found.customer_number) == (talk, "Li Wei", "C1001")
    assert "umbrella" in found.excerpt
    # Signs of the pattern language are letters like others.
    assert await centre.lookup.past(dora, "%%%") == ()
    assert len(floor.audited("searched")) == 5
    assert floor.audited("list_viewed") == [("agent:dora", "customer:C1001")] * 4
    for unfit in ("  ab ", "x" * 101):
        with pytest.raises(UnfitSearch):
            await centre.lookup.past(dora, unfit)


async def test_an_agent_finds_their_own_and_what_their_customer_said_before(
    floor: Floor, centre: Desks
) -> None:
    customer = floor.customer()
    before = floor.talk("The umbrella, first time", customer_id=customer, assurance=2)
    unproven = floor.talk("The umbrella of somebody who claims to be them", customer_id=customer, assurance=0)
    staff = floor.staff(AMY)
    amy = floor.log_in("amy")
    assert await centre.lookup.past(amy, "umbrella") == ()
    with pytest.raises(Forbidden):
        await centre.lookup.read_past(amy, before)
    now = floor.hand_over(conversation_id=floor.talk("Again", customer_id=customer, assurance=2))
    floor.assign()
    floor.accept(staff["amy"], now)
    (found,) = await centre.lookup.past(amy, "umbrella")
    assert found.conversation_id == before
    talk = await centre.lookup.read_past(amy, before)
    assert talk.entries[0].body["text"] == "The umbrella, first time"
    assert ("agent:amy", f"conversation:{before}") in floor.audited("conversation_viewed")
    with pytest.raises(Forbidden):
        await centre.lookup.read_past(amy, unproven)
    standing = floor.standing(now)
    await centre.switchboard.resolve(amy, now, "solved", "", epoch=standing.epoch)
    # Their own stays theirs; the customer's others do not.
    assert {one.conversation_id for one in await centre.lookup.past(amy, "again")} == {now}
    assert await centre.lookup.past(amy, "umbrella") == ()


def test_values_know_nothing_of_an_unproven_customer(floor: Floor) -> None:
    customer = floor.customer()
    talk = floor.talk("Hello", customer_id=customer, assurance=0)
    who = Principal(AgentId(1), "amy", "Amy Gao", Role.AGENT)
    with floor.store.reading() as session:
        assert canned.values_of(session, talk, who)["customer"] == ""
