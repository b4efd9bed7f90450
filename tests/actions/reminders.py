"""Reminders as they are planned, sent and stored, for tests of each."""

from datetime import UTC, date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.reminders import planning
from records import ledger
from records.clock import ManualClock, today
from records.models import OutgoingMessage, Policy, Reminder, ServiceTransaction
from records.store import Store

TODAY = date(2026, 11, 22)
NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
LI, WANG, ZHANG, CHEN, LIU, ZHAO, SUN, ZHOU = range(1, 9)


def policy(session: Session, number: str) -> Policy:
    """A policy, to be looked at or changed."""
    return session.scalars(select(Policy).where(Policy.number == number)).unique().one()


def plan(store: Store, clock: ManualClock) -> tuple[int, int]:
    """Plan what there is to remind of: how many were made, how many withdrawn."""
    with store.writing() as session:
        return planning.plan(session, today(clock), clock.now())


def states(store: Store) -> dict[str, str]:
    """What has become of each reminder, by its key."""
    with store.reading() as session:
        return {key: state for key, state in session.execute(select(Reminder.key, Reminder.state))}


def outgoing(store: Store) -> list[str]:
    """Keys of the messages in the outbox, oldest first."""
    with store.reading() as session:
        return list(session.scalars(select(OutgoingMessage.key).order_by(OutgoingMessage.id)))


def ask_for(session: Session, service: str, moment: datetime, number: int, state: str = "received") -> None:
    """A request of Zhao Min, as the records hold it."""
    conversation_id, _ = ledger.open_conversation(session, "chat", moment)
    session.add(
        ServiceTransaction(
            receipt=f"{service}{number:04d}", service=service, customer_id=ZHAO, state=state, details={},
            created_at=moment, conversation_id=conversation_id, form_version=number,
        )
    )  # fmt: skip
