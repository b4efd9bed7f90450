"""The case desk: who may look and act, and that every customer who was shown is on the audit."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from actions.claims import deadlines
from handoff import accounts
from handoff.authorization import Permission, Reach, reach_of
from handoff.casedesk import Casedesk
from handoff.casework import Pulses
from handoff.refusals import Forbidden, NotLoggedIn, UnknownCase
from handoff.sources import local_date
from records.models import AuditEntry, Claim, Role, ServiceTransaction
from records.signals import PEOPLE, Signals
from tests.handoff import cases
from tests.handoff.conftest import AMY, BEN, DORA, Floor
from tests.handoff.test_decisions import asked

Call = Callable[[Casedesk, str], Awaitable[Any]]

CALLS: dict[str, Call] = {
    "pulse": lambda desk, token: desk.pulse(token),
    "read_work": lambda desk, token: desk.read_work(token),
    "read_cases": lambda desk, token: desk.read_cases(token),
    "open_request": lambda desk, token: desk.open_request(token, "SR2026000001"),
    "open_claim": lambda desk, token: desk.open_claim(token, "CL20260001"),
    "approve": lambda desk, token: desk.approve(token, "SR2026000001"),
    "refuse": lambda desk, token: desk.refuse(token, "SR2026000001", "No"),
    "ask_for_more": lambda desk, token: desk.ask_for_more(token, "SR2026000001", "More"),
    "take_up": lambda desk, token: desk.take_up(token, "SR2026000001"),
    "pay_claim": lambda desk, token: desk.pay_claim(token, "CL20260001", "1", {}),
    "agree_to_claim": lambda desk, token: desk.agree_to_claim(token, "CL20260001"),
    "refuse_claim": lambda desk, token: desk.refuse_claim(token, "CL20260001", "No"),
    "ask_for_paper": lambda desk, token: desk.ask_for_paper(token, "CL20260001", "One", "Why"),
    "mark_direct": lambda desk, token: desk.mark_direct(token, "CL20260001", True),
}


@pytest.fixture
def desk(floor: Floor) -> Casedesk:
    return Casedesk(floor.store, floor.clock, Signals(), Pulses())


def log_in(floor: Floor, login: str) -> str:
    token = accounts.log_in(floor.store, login, floor.passwords[login], floor.clock)
    assert token is not None
    return token


def looks(floor: Floor, action: str) -> list[tuple[str, str]]:
    with floor.store.reading() as session:
        lines = session.scalars(select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id))
        return [(line.actor, line.subject) for line in lines]


@pytest.mark.parametrize("name", CALLS)
async def test_without_a_living_session_nothing_is_shown_or_done(
    floor: Floor, desk: Casedesk, name: str
) -> None:
    asked(floor, cases.loan)
    for token in ("", "made up"):
        with pytest.raises(NotLoggedIn):
            await CALLS[name](desk, token)


@pytest.mark.parametrize("name", CALLS)
async def test_the_table_of_permissions_alone_decides(
    floor: Floor, desk: Casedesk, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    floor.staff(AMY)
    token = log_in(floor, "amy")
    monkeypatch.setattr("handoff.authorization._TABLE", {})
    with pytest.raises(Forbidden):
        await CALLS[name](desk, token)


def test_agents_and_supervisors_decide_on_every_case() -> None:
    for role in (Role.AGENT, Role.SUPERVISOR):
        for permission in (Permission.READ_CASES, Permission.DECIDE):
            assert reach_of(role, permission) is Reach.ALL


async def test_a_list_leaves_one_line_for_each_customer_and_page(floor: Floor, desk: Casedesk) -> None:
    floor.staff(AMY)
    token = log_in(floor, "amy")
    customer = floor.customer()
    conversation = floor.talk("Please", customer_id=customer, assurance=3)
    with floor.store.writing() as session:
        for _ in range(2):
            cases.loan(session, conversation, customer, floor.clock.now())
    work = await desk.read_work(token)
    assert len(work.requests) == 2 and looks(floor, "list_viewed") == [("agent:amy", "customer:C1001")]
    await desk.read_work(token, work.customers)
    assert len(looks(floor, "list_viewed")) == 1
    await desk.read_cases(token)
    assert looks(floor, "list_viewed") == [("agent:amy", "customer:C1001")]
    await desk.read_work(token)
    assert len(looks(floor, "list_viewed")) == 2


async def test_opening_a_case_leaves_its_line(floor: Floor, desk: Casedesk) -> None:
    floor.staff(AMY)
    token = log_in(floor, "amy")
    _, receipt = asked(floor, cases.loan)
    with floor.store.writing() as session:
        policy = cases.policy(session, session.scalars(select(ServiceTransaction.customer_id)).one() or 0,
                              floor.clock.now())  # fmt: skip
        number = cases.claim(session, None, policy, floor.clock.now()).number
    await desk.open_request(token, receipt)
    await desk.open_claim(token, number)
    assert looks(floor, "request_viewed") == looks(floor, "claim_viewed") == [("agent:amy", "customer:C1001")]
    for missing in (desk.open_request(token, "SR1"), desk.open_claim(token, "CL1")):
        with pytest.raises(UnknownCase):
            await missing


async def test_requests_beside_a_conversation_are_for_who_holds_it_and_supervisors(
    floor: Floor, desk: Casedesk
) -> None:
    amy = floor.staff(AMY)["amy"]
    customer = floor.customer()
    conversation = floor.talk("A loan", customer_id=customer, assurance=3)
    floor.hand_over(conversation_id=conversation)
    floor.assign()
    floor.accept(amy, conversation)
    floor.staff(BEN, DORA)
    with floor.store.writing() as session:
        receipt = cases.loan(session, conversation, customer, floor.clock.now())
    for login in ("amy", "dora"):
        (found,) = await desk.requests_in(log_in(floor, login), conversation)
        assert found.receipt == receipt
    with pytest.raises(Forbidden):
        await desk.requests_in(log_in(floor, "ben"), conversation)


async def test_a_decision_rings_the_conversation_in_which_it_was_told(floor: Floor) -> None:
    floor.staff(AMY)
    signals = Signals()
    desk = Casedesk(floor.store, floor.clock, signals, Pulses())
    conversation, receipt = asked(floor, cases.loan)
    with signals.watching(conversation) as told, signals.watching(PEOPLE) as people:
        await desk.refuse(log_in(floor, "amy"), receipt, "Too soon")
        assert told.is_set() and people.is_set()


async def test_the_pulse_counts_what_waits_and_names_broken_promises(floor: Floor, desk: Casedesk) -> None:
    floor.staff(AMY)
    token = log_in(floor, "amy")
    conversation, _ = asked(floor, cases.loan)
    with floor.store.writing() as session:
        holder = session.scalars(select(ServiceTransaction.customer_id)).one() or 0
        policy = cases.policy(session, holder, floor.clock.now())
        number = cases.claim(session, conversation, policy, floor.clock.now()).number
        cases.claim(session, conversation, policy, floor.clock.now(), "a paper")
    pulse = await desk.pulse(token)
    assert (pulse.to_decide, pulse.breaches) == (2, ())
    floor.clock.advance(days=2)
    with floor.store.writing() as session:
        assert deadlines.note_breaches(session, floor.clock.now()) == [number]
        assert deadlines.note_breaches(session, floor.clock.now()) == []
    (breach,) = (await desk.pulse(log_in(floor, "amy"))).breaches
    assert (breach.number, breach.is_one_day) == (number, True)


async def test_the_four_lists_of_the_casework(floor: Floor, desk: Casedesk) -> None:
    floor.staff(AMY)
    token = log_in(floor, "amy")
    customer, now = floor.customer(), floor.clock.now()
    conversation = floor.talk("Hello", customer_id=customer, assurance=3)
    today = local_date(now)
    with floor.store.writing() as session:
        policies = [cases.policy(session, customer, now) for _ in range(3)]
        late = cases.visit(session, policies[0], today - timedelta(days=1))
        cases.visit(session, policies[1], today + timedelta(days=2))
        cases.visit(session, policies[2], today + timedelta(days=12))
        cases.ticket(session, late, "Hm, <b>nobody</b> told me that", now)
        number = cases.claim(session, conversation, policies[0], now, "a paper").number
        claim_id = session.scalars(select(Claim.id)).one()
        first = cases.paper(session, conversation, now, claim_id=claim_id, title="bank card", taken_at=now).id
        newest = cases.paper(session, conversation, now + timedelta(minutes=1)).id
    found = await desk.read_cases(token)
    assert [(row.number, row.missing) for row in found.claims] == [(number, ("a paper",))]
    assert [visit.days_left for visit in found.visits] == [-1, 2]
    (ticket,) = found.tickets
    assert (ticket.words, ticket.stance, ticket.is_late) == ("Hm, <b>nobody</b> told me that", "doubt", True)
    assert [(paper.id, paper.about) for paper in found.papers] == [(newest, ""), (first, number)]
    assert found.papers[1].kind == "PDF, 214 kB"
