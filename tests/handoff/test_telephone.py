"""Agents' telephone numbers, and who may take a call."""

import pytest
from sqlalchemy import select

from handoff import accounts, offers, presence, queue
from handoff.accounts import AgentSpec
from handoff.reasons import Reason
from handoff.refusals import NoTelephone, UnfitNumber, UnknownLogin
from records import ledger
from records.clock import ManualClock
from records.models import Agent, AuditEntry, CallState, ConversationId, PhoneCall, Role
from records.store import Store

AMY = AgentSpec("amy", "Amy Gao", Role.AGENT, ("inquiry",), ("en",), "Beijing", 3)


@pytest.fixture
def offered(store: Store, clock: ManualClock) -> tuple[int, ConversationId]:
    """A call that waits, offered to an agent without a number."""
    with store.writing() as session:
        now = clock.now()
        accounts.create_agents(session, [AMY], now)
        agent_id = session.scalars(select(Agent.id)).one()
        presence.set_available(session, agent_id, True, now)
        conversation_id, _ = ledger.open_conversation(session, "phone", now)
        session.add(
            PhoneCall(
                sid="CA1", conversation_id=conversation_id, direction="inbound", caller="+1", called="+2",
                state=CallState.QUEUED, started_at=now, changed_at=now,
            )
        )  # fmt: skip
        queue.hand_over(session, ledger.lock(session, conversation_id), Reason.ASKED_FOR, now)
        made = offers.assign(session, now, offer_seconds=30, presence_seconds=45)
        assert [one.conversation_id for one in made] == [conversation_id]
        return agent_id, conversation_id


def accept(store: Store, clock: ManualClock, offered: tuple[int, ConversationId]) -> None:
    with store.writing() as session:
        offers.accept(session, *offered, clock.now())


def test_an_agent_without_a_number_cannot_take_a_caller_on_the_line(
    store: Store, clock: ManualClock, offered: tuple[int, ConversationId]
) -> None:
    with pytest.raises(NoTelephone):
        accept(store, clock, offered)
    with store.writing() as session:
        accounts.set_phone(session, "amy", "+1 202 555 0181", clock.now())
    accept(store, clock, offered)


def test_a_caller_who_has_gone_needs_no_number(
    store: Store, clock: ManualClock, offered: tuple[int, ConversationId]
) -> None:
    with store.writing() as session:
        session.get_one(PhoneCall, "CA1").state = CallState.ENDED
    accept(store, clock, offered)


def test_a_number_is_kept_in_one_form_and_the_change_is_audited(
    store: Store, clock: ManualClock, offered: tuple[int, ConversationId]
) -> None:
    with store.writing() as session:
        assert accounts.set_phone(session, "amy", "138 0013 8000", clock.now()) == "+8613800138000"
        assert accounts.set_phone(session, "amy", " ", clock.now()) is None
        with pytest.raises(UnfitNumber):
            accounts.set_phone(session, "amy", "call me", clock.now())
        with pytest.raises(UnknownLogin):
            accounts.set_phone(session, "nobody", "+12025550181", clock.now())
        changes = select(AuditEntry.detail).where(AuditEntry.action == "phone_changed")
        assert [one["known"] for one in session.scalars(changes)] == [True, False]
