"""What customers want to be reminded of: their choices over the rules' own defaults.

A kind that the law demands knows no choice.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.reminders.rules import RULES, Consent, Rule
from records import audit
from records.models import ReminderChoice


class NotOptional(Exception):
    """The law demands this kind: it is neither turned off nor on."""

    code = "not_optional"
    retryable = False


def is_wanted(session: Session, customer_id: int, rule: Rule) -> bool:
    """Whether the kind may be sent to the customer."""
    if rule.consent is Consent.LEGAL:
        return True
    chosen = session.scalar(
        select(ReminderChoice.wanted).where(
            ReminderChoice.customer_id == customer_id, ReminderChoice.kind == rule.kind
        )
    )
    return rule.consent is Consent.OPT_OUT if chosen is None else chosen


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
    row = session.scalars(
        select(ReminderChoice).where(
            ReminderChoice.customer_id == customer_id, ReminderChoice.kind == rule.kind
        )
    ).one_or_none()
    row = row or ReminderChoice(customer_id=customer_id, kind=rule.kind)
    row.wanted, row.decided_at = wanted, now
    session.add(row)
    session.flush()
    audit.note(
        session, now, actor, "reminders.chosen", f"customer:{customer_id}", kind=rule.kind, wanted=wanted
    )
