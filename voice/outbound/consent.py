"""Whether and when a customer may be called by the centre itself.

Visits by link and reminders in writing are other matters: an objection to calls does not touch them.
"""

from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from actions.reminders import choices
from records import calendar
from records.clock import CENTRE_ZONE

FROM = time(9)
"""Not before, though people answer from eight."""


def may_call(session: Session, customer_id: int) -> bool:
    """Whether the customer has not objected."""
    return choices.takes_calls(session, customer_id)


def choose(session: Session, customer_id: int, *, wanted: bool, now: datetime, actor: str) -> None:
    """Note that a customer wants no calls, or wants them again."""
    choices.choose_calls(session, customer_id, wanted=wanted, now=now, actor=actor)


def is_permitted(moment: datetime) -> bool:
    """Whether the centre may call at this moment: by day, and not on public holidays."""
    local = moment.astimezone(CENTRE_ZONE)
    return local.time() >= FROM and calendar.is_open(moment) and not _is_holiday(local.date())


def next_permitted(moment: datetime) -> datetime:
    """The moment itself, or the first one after it at which the centre may call."""
    if is_permitted(moment):
        return moment
    day = moment.astimezone(CENTRE_ZONE).date()
    while True:
        opening = datetime.combine(day, FROM, CENTRE_ZONE)
        if opening > moment and is_permitted(opening):
            return opening
        day += timedelta(days=1)


def _is_holiday(day: date) -> bool:
    # A weekday that is no working day is a public holiday; on ordinary weekends people are at home.
    return day.weekday() < 5 and not calendar.is_working_day(day)
