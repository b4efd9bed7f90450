"""News outside a conversation: what became of a request that was not decided while the customer was there.

Told once for each thing that happened, never at night, and without anything personal beyond the receipt.
"""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.services.catalogue import CATALOGUE
from actions.servicing.states import State
from records import audit, calendar, outbox
from records.models import Customer, CustomerProfile, ServiceTransaction, Way

GOOD_FOR = timedelta(days=3)
SUBJECT = "Your request to Harbour Life"

_TITLES = {entry.code: entry.title for entry in CATALOGUE.values() if entry.code}
_HOW = " Questions? Write in our chat or call 95500. We never ask for codes or passwords."


def tell_of_change(session: Session, row: ServiceTransaction, now: datetime) -> bool:
    """Tell the customer that a change which waited for its day was made, or why it was not."""
    title = _TITLES.get(row.service, row.service)
    if row.state == State.APPLIED.value:
        text = f"your request {row.receipt} ({title}) was carried out today."
    else:
        text = (
            f"your request {row.receipt} ({title}) could not be carried out by itself. A colleague looks at "
            "it and gets in touch with you."
        )
    return tell(session, row, f"change:{row.receipt}:{row.state}", text, now)


def tell_of_unpaid(session: Session, row: ServiceTransaction, now: datetime) -> bool:
    """Tell the customer that a request was closed because its payment did not come in time."""
    title = _TITLES.get(row.service, row.service)
    text = (
        f"your payment for request {row.receipt} ({title}) did not come in time, so the request is closed "
        "and nothing has changed. You may ask for it again at any time."
    )
    return tell(session, row, f"change:{row.receipt}:{row.state}", text, now)


def tell(session: Session, row: ServiceTransaction, key: str, text: str, now: datetime) -> bool:
    """Write news of a request to its customer; False where there is nobody to tell, or it was told."""
    customer = session.get(Customer, row.customer_id) if row.customer_id is not None else None
    if customer is None:
        return False
    due_at = calendar.next_opening(now)
    way, recipient = _address(session, customer)
    written = outbox.put(
        session, way, recipient, f"Harbour Life: {text}{_HOW}", now, key=key, purpose="request_news",
        subject=SUBJECT, customer_id=customer.id, due_at=due_at, good_until=due_at + GOOD_FOR,
    )  # fmt: skip
    if written:
        audit.note(
            session, now, "system", "request.told", f"transaction:{row.receipt}", key=key, way=way.value
        )
    return written


def _address(session: Session, customer: Customer) -> tuple[Way, str]:
    """By e-mail to who wishes that and has an address, else by text message."""
    wish = session.scalar(select(CustomerProfile.notices).where(CustomerProfile.customer_id == customer.id))
    if wish == Way.EMAIL.value and customer.email:
        return Way.EMAIL, customer.email
    return Way.SMS, customer.mobile
