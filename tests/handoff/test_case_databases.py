"""Deciding and listing on both databases: the same statements, the same answers."""

from datetime import timedelta

from handoff import casework, claims, decisions, requests, verdicts
from handoff.sources import local_date
from records.clock import ManualClock
from records.store import Store
from tests.handoff import cases
from tests.handoff.conftest import AMY, BEN, Floor
from tests.handoff.test_decisions import carry_out
from tests.handoff.test_verdicts import act


def test_a_day_of_casework_on_both_databases(any_store: Store, clock: ManualClock) -> None:
    floor = Floor(any_store, clock)
    floor.staff(AMY, BEN)
    customer, now = floor.customer(), clock.now()
    conversation = floor.talk("Please", customer_id=customer, assurance=3)
    with any_store.writing() as session:
        receipt = cases.surrender(session, conversation, customer, now)
        policy = cases.policy(session, customer, now)
        number = cases.claim(session, conversation, policy, now).number
        visit = cases.visit(session, policy, local_date(now) - timedelta(days=1))
        cases.ticket(session, visit, "Nobody told me", now)
        cases.paper(session, conversation, now, receipt=receipt, title="bank card", taken_at=now)
    with any_store.reading() as session:
        assert casework.pulse(session, now).to_decide == 2
        listed = casework.read(session, now)
    assert [len(one) for one in (listed.claims, listed.visits, listed.tickets, listed.papers)] == [1, 1, 1, 1]
    carry_out(floor, decisions.approve, "amy", receipt)
    carry_out(floor, decisions.approve, "ben", receipt)
    act(floor, verdicts.pay, "amy", number, "200000", {"Li Wei": cases.ACCOUNT})
    clock.advance(days=2)
    with any_store.reading() as session:
        (breach,) = casework.pulse(session, clock.now()).breaches
        assert breach.number == number and requests.waiting(session, clock.now()) == ()
    act(floor, verdicts.agree, "ben", number)
    with any_store.reading() as session:
        assert claims.open_claims(session, clock.now()) == ()
    assert len(floor.texts(conversation)) == 2
