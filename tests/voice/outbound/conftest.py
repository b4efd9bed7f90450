"""A customer with a new policy, whose return visit was sent by link two days ago."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from actions.visits import record
from records.clock import ManualClock, today
from records.demo import told
from records.models import Policy, PolicyState, ReturnVisit
from records.store import Store
from tests.voice.call.house import START

LIU = "880000100501"


@pytest.fixture
def people(store: Store) -> Store:
    with store.writing() as session:
        day = today(ManualClock(START))
        told.add(session, day)
        policy = session.scalars(select(Policy).where(Policy.number == LIU)).one()
        policy.state, policy.received_on = PolicyState.COOLING_OFF, day - timedelta(days=5)
        record.plan(session, day, START)
        session.flush()
        for visit in session.scalars(select(ReturnVisit)).unique():
            if visit.policy_id == policy.id:
                visit.linked_at = START - timedelta(days=2)
            else:
                session.delete(visit)
    return store


@pytest.fixture
def mobile(people: Store) -> str:
    with people.reading() as session:
        return session.scalars(select(Policy).where(Policy.number == LIU)).one().holder.mobile
