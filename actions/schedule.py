"""What is done by the clock: changes that waited for their day, debits, visits, reminders, broken promises.

Any number of processes may run it; each job is leased, so that one of them does it, and each may be repeated.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from actions.claims import deadlines
from actions.learning import collecting, weekly
from actions.reminders import debits, news, planning, sending
from actions.services.transactions import BY_CODE
from actions.servicing import casebook, decision
from actions.servicing.states import State
from actions.visits import invitations, record
from records import papers, secrets
from records.clock import Clock, today
from records.models import Schedule, ServiceTransaction
from records.models.base import opaque_id
from records.settings import settings
from records.store import Store

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
"""Longest time one job may take before another process takes it up."""

AT_ONCE = 50
"""So many changes are carried out in one transaction."""


@dataclass(frozen=True, slots=True)
class Job:
    """Something done again and again."""

    name: str
    every: timedelta
    run: Callable[[Store, Clock, str], int]
    """Does it, in transactions of its own; how many things were done."""


def run_due(
    store: Store, clock: Clock, worker: str | None = None, more: Sequence[Job] = ()
) -> dict[str, int]:
    """Run every job whose time has come and that nobody else is at; what each did.

    `more` are jobs of the floors above.
    """
    worker = worker or opaque_id()
    done: dict[str, int] = {}
    for job in (*JOBS, *more):
        if not _is_due(store, clock, job) or not _take(store, clock, job, worker):
            continue
        done[job.name] = job.run(store, clock, worker)
        _finish(store, clock, job, worker)
    return done


def _plan_visits(store: Store, clock: Clock, _worker: str) -> int:
    with store.writing() as session:
        day, now = today(clock), clock.now()
        ended = record.cancel_ended(session, now)
        missed = record.close_missed(session, day, now)
        return len(record.plan(session, day, now)) + len(missed) + len(ended)


def _invite(store: Store, clock: Clock, _worker: str) -> int:
    key = secrets.get("SESSION_KEY").encode()
    with store.writing() as session:
        return invitations.send(session, today(clock), clock.now(), key, settings().links_url)


def _carry_out(store: Store, clock: Clock, _worker: str) -> int:
    """Carry out what waited for this day, and tell its customers, in one transaction each time."""
    done = 0
    while _has_due_change(store, clock):
        with store.writing() as session:
            now = clock.now()
            receipts = decision.carry_out_due(session, today(clock), now, BY_CODE, limit=AT_ONCE)
            for receipt in receipts:
                row = casebook.by_receipt(session, receipt)
                if row is not None:
                    news.tell_of_change(session, row, now)
        if not receipts:
            break  # another worker has them
        done += len(receipts)
    return done


def _has_due_change(store: Store, clock: Clock) -> bool:
    with store.reading() as session:
        due = select(ServiceTransaction.id).where(
            ServiceTransaction.state == State.PENDING.value, ServiceTransaction.effective_on <= today(clock)
        )
        return session.scalar(due.limit(1)) is not None


def _close_unpaid(store: Store, clock: Clock, _worker: str) -> int:
    with store.writing() as session:
        now = clock.now()
        closed = decision.close_unpaid(session, now, BY_CODE)
        for row in closed:
            news.tell_of_unpaid(session, row, now)
    return len(closed)


def _debit(store: Store, clock: Clock, _worker: str) -> int:
    """Outside a demonstration the insurer's bank debits, and reports what failed."""
    if not settings().demo:
        return 0
    with store.writing() as session:
        return debits.run(session, today(clock), clock.now())


def _plan_reminders(store: Store, clock: Clock, _worker: str) -> int:
    with store.writing() as session:
        made, withdrawn = planning.plan(session, today(clock), clock.now())
    return made + withdrawn


def _send_reminders(store: Store, clock: Clock, worker: str) -> int:
    with store.reading() as session:
        if not sending.has_due(session, clock.now()):
            return 0
    return sending.send_due(store, clock, worker)


def _note_breaches(store: Store, clock: Clock, _worker: str) -> int:
    with store.reading() as session:
        if not deadlines.has_unnoted_breach(session, clock.now()):
            return 0
    with store.writing() as session:
        return len(deadlines.note_breaches(session, clock.now()))


def _forget_files(store: Store, clock: Clock, _worker: str) -> int:
    with store.writing() as session:
        names = papers.forget_stale(session, clock.now())
    for name in names:
        papers.discard(settings().data, name)
    return len(names)


def _report_learning(store: Store, clock: Clock, _worker: str) -> int:
    return int(weekly.report(store, clock, weekly.encoder_in(settings().data / "models")))


def _collect_reviews(store: Store, clock: Clock, _worker: str) -> int:
    return collecting.collect(store, clock)


JOBS = (
    Job("changes", timedelta(minutes=15), _carry_out),
    Job("unpaid", timedelta(hours=1), _close_unpaid),
    Job("debits", timedelta(hours=1), _debit),
    Job("visits", timedelta(minutes=15), _plan_visits),
    Job("invitations", timedelta(minutes=15), _invite),
    Job("reminders", timedelta(minutes=15), _plan_reminders),
    Job("sending", timedelta(seconds=30), _send_reminders),
    Job("breaches", timedelta(minutes=1), _note_breaches),
    Job("files", timedelta(hours=1), _forget_files),
    # Each run reads again what came before in every conversation that goes on: seldom is cheaper.
    Job("reviews", timedelta(minutes=5), _collect_reviews),
    Job("learning report", timedelta(hours=12), _report_learning),
)


def _is_due(store: Store, clock: Clock, job: Job) -> bool:
    with store.reading() as session:
        row = session.get(Schedule, job.name)
        return row is None or _may_run(row, job, clock.now())


def _may_run(row: Schedule, job: Job, now: datetime) -> bool:
    if row.lease_until is not None and row.lease_until > now:
        return False
    return row.done_at is None or now - row.done_at >= job.every


def _take(store: Store, clock: Clock, job: Job, worker: str) -> bool:
    try:
        with store.writing() as session:
            row = _locked(session, job.name)
            if row is not None and not _may_run(row, job, clock.now()):
                return False
            row = row or Schedule(name=job.name)
            row.lease_holder, row.lease_until = worker, clock.now() + LEASE
            session.add(row)
    except IntegrityError:
        return False  # another process ran it for the very first time in this moment
    return True


def _finish(store: Store, clock: Clock, job: Job, worker: str) -> None:
    with store.writing() as session:
        row = _locked(session, job.name)
        if row is not None and row.lease_holder == worker:
            row.lease_holder = row.lease_until = None
            row.done_at = clock.now()


def _locked(session: Session, name: str) -> Schedule | None:
    return session.scalars(select(Schedule).where(Schedule.name == name).with_for_update()).one_or_none()
