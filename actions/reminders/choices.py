"""What customers want to be reminded of, and whether by calls: their choices over the rules' own defaults.

A kind that the law demands knows no choice; calls are never demanded by law.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.reminders.rules import RULES, Consent, Rule
from records import audit
from records.models import ReminderChoice

CALLS = "phone_calls"
"""Kept among the kinds: whether the customer takes calls that we make by ourselves, whatever about."""


class NotOptional(Exception):
    """The law demands this kind: it is neither turned off nor on."""

    code = "not_optional"
    retryable = False


def is_wanted(session: Session, customer_id: int, rule: Rule) -> bool:
    """Whether the kind may be sent to the customer."""
    if rule.consent is Consent.LEGAL:
        return True
    if rule.consent is Consent.CALLS:
        return takes_calls(session, customer_id)
    chosen = _chosen(session, customer_id, rule.kind)
    return rule.consent is Consent.OPT_OUT if chosen is None else chosen


def takes_calls(session: Session, customer_id: int) -> bool:
    """Whether the centre may call: part of the service, until the customer objects."""
    return _chosen(session, customer_id, CALLS) is not False


def wanted_kinds(session: Session, customer_id: int) -> dict[str, bool]:
    """All kinds, and whether each is sent to the customer."""
    rows = session.execute(
        select(ReminderChoice.kind, ReminderChoice.wanted).where(ReminderChoice.customer_id == customer_id)
    )
    chosen = {kind: wanted for kind, wanted in rows}
    return {
        rule.kind: True
        if rule.consent is Consent.LEGAL
        else chosen.get(rule.kind, rule.consent is Consent.OPT_OUT)
        for rule in RULES
    }


def choose(
    session: Session, customer_id: int, rule: Rule, *, wanted: bool, now: datetime, actor: str
) -> None:
    """Turn a kind on or off.

    Raises:
        NotOptional: the law demands it.
    """
    if not rule.is_optional:
        raise NotOptional(rule.kind)
    _keep(session, customer_id, rule.kind, wanted=wanted, now=now)
    audit.note(
        session, now, actor, "reminders.chosen", f"customer:{customer_id}", kind=rule.kind, wanted=wanted
    )


def choose_calls(session: Session, customer_id: int, *, wanted: bool, now: datetime, actor: str) -> None:
    """Note that a customer wants no calls from us, or wants them again."""
    _keep(session, customer_id, CALLS, wanted=wanted, now=now)
    audit.note(session, now, actor, "calls.chosen", f"customer:{customer_id}", wanted=wanted)


def _chosen(session: Session, customer_id: int, kind: str) -> bool | None:
    return session.scalar(
        select(ReminderChoice.wanted).where(
            ReminderChoice.customer_id == customer_id, ReminderChoice.kind == kind
        )
    )


def _keep(session: Session, customer_id: int, kind: str, *, wanted: bool, now: datetime) -> None:
    row = session.scalars(
        select(ReminderChoice).where(ReminderChoice.customer_id == customer_id, ReminderChoice.kind == kind)
    ).one_or_none()
    row = row or ReminderChoice(customer_id=customer_id, kind=kind)
    row.wanted, row.decided_at = wanted, now
    session.add(row)
    session.flush()
