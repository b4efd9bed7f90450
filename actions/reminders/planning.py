"""Planning: every occasion gets its reminder in time, once, however often and by however many it is planned.

What is no longer true is withdrawn before it is sent.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from actions.reminders import silence
from actions.reminders.occasions import Occasion, Window
from actions.reminders.rules import ALL, RULES, Rule, rule_of
from records.clock import CENTRE_ZONE
from records.models import Reminder

PLANNED, SENT, SUPPRESSED, WITHDRAWN, HEARD = "planned", "sent", "suppressed", "withdrawn", "heard"
MORNING = time(9)
"""When reminders of a day are due at the insurer's place."""


def plan(session: Session, today: date, now: datetime) -> tuple[int, int]:
    """Make what is due and missing, withdraw what is no longer true; how many of each."""
    true = {key: (rule, occasion) for rule, occasion, key in _due(session, today)}
    planned = select(Reminder).where(Reminder.state == PLANNED).order_by(Reminder.id).with_for_update()
    rows = {row.key: row for row in session.scalars(planned)}
    withdrawn = 0
    for key, row in rows.items():
        if key not in true:
            row.state = WITHDRAWN
            withdrawn += 1
        else:
            rule, occasion = true[key]
            row.text = rule.fill(rule.text, occasion.words)
    earlier = _states(session, [key for key in true if key not in rows])
    heard = _states(session, [heard_key(rule, occasion) for rule, occasion in true.values()])
    made = 0
    for key, (rule, occasion) in true.items():
        if key in rows or (rule.is_optional and heard_key(rule, occasion) in heard):
            continue
        if key not in earlier:
            made += _add(session, key, rule, occasion, now)
        elif earlier[key] == WITHDRAWN:
            # It has become true again before anybody was told.
            session.execute(update(Reminder).where(Reminder.key == key).values(state=PLANNED, due_at=now))
            made += 1
    session.flush()
    return made, withdrawn


def for_customer(session: Session, customer_id: int, today: date) -> list[tuple[Rule, Occasion]]:
    """Everything that concerns a customer now, whether it was sent or not; the nearest first."""
    found = [
        (rule, occasion)
        for rule in RULES
        for occasion in rule.find(
            session, Window(today, today + timedelta(days=rule.ahead_days), customer_id)
        )
    ]
    return sorted(found, key=lambda pair: (pair[1].on, pair[0].kind))


def is_true(session: Session, reminder: Reminder, today: date) -> bool:
    """Whether what a reminder says still holds, however long ago it was planned."""
    return any(key == reminder.key for _, key in _of_rule(session, rule_of(reminder.kind), today, reminder))


def heard_key(rule: Rule, occasion: Occasion) -> str:
    """Name of the record that the customer has heard of the occasion."""
    return f"{rule.kind}:{occasion.about}:heard"


def confirm(session: Session, found: list[tuple[Rule, Occasion]], now: datetime) -> None:
    """The customer has heard these: an optional one is not sent any more, one of the law still is."""
    for rule, occasion in found:
        prefix = f"{rule.kind}:{occasion.about}:"
        rows = session.scalars(
            select(Reminder).where(
                Reminder.customer_id == occasion.customer_id, Reminder.key.startswith(prefix, autoescape=True)
            )
        ).all()
        for row in rows:
            row.confirmed_at = row.confirmed_at or now
            if row.state == PLANNED and rule.is_optional:
                row.state = WITHDRAWN
        if all(row.key != heard_key(rule, occasion) for row in rows):
            session.add(_row(heard_key(rule, occasion), rule, occasion, now, HEARD, confirmed_at=now))
    session.flush()


def _due(session: Session, today: date) -> Iterator[tuple[Rule, Occasion, str]]:
    for rule in ALL:
        for occasion, key in _of_rule(session, rule, today):
            yield rule, occasion, key


def _of_rule(
    session: Session, rule: Rule, today: date, only: Reminder | None = None
) -> Iterator[tuple[Occasion, str]]:
    customer_id = only.customer_id if only is not None else None
    window = Window(today, today + timedelta(days=max(*rule.lead_days, 0)), customer_id)
    for occasion in rule.find(session, window):
        lead = rule.due_lead(occasion.on, today)
        if lead is None:
            continue
        if rule.unanswered is None or silence.holds(session, rule.unanswered, occasion, today):
            yield occasion, f"{rule.kind}:{occasion.about}:{lead}"


def _states(session: Session, keys: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for start in range(0, len(keys), 500):
        part = keys[start : start + 500]
        rows = session.execute(select(Reminder.key, Reminder.state).where(Reminder.key.in_(part)))
        found |= {key: state for key, state in rows}
    return found


def _add(session: Session, key: str, rule: Rule, occasion: Occasion, now: datetime) -> int:
    try:
        with session.begin_nested():
            session.add(_row(key, rule, occasion, now, PLANNED))
    except IntegrityError:
        return 0  # somebody else planned it in this moment
    return 1


def _row(
    key: str, rule: Rule, occasion: Occasion, now: datetime, state: str, confirmed_at: datetime | None = None
) -> Reminder:
    local = now.astimezone(CENTRE_ZONE)
    morning = datetime.combine(local.date(), MORNING, CENTRE_ZONE)
    return Reminder(
        key=key,
        customer_id=occasion.customer_id,
        policy_id=occasion.policy_id,
        kind=rule.kind,
        about_on=occasion.on,
        due_at=now if rule.urgent else max(local, morning),
        text=rule.fill(rule.text, occasion.words),
        state=state,
        confirmed_at=confirmed_at,
    )
