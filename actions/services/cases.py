"""How far things are: claims, and changes the customer asked for. Reads only.

A claim of somebody else is answered like one that does not exist.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.forms.service import Answers, Context, Facts, Field, Outcome, Service
from actions.normalise import Misread, read_claim_number
from actions.services.catalogue import CATALOGUE
from actions.services.claim_papers import KINDS
from actions.services.inquiries import natural, note_look
from actions.services.wording import listed, money, show_date
from records.models import Claim, Policy, ServiceTransaction

SHOWN = 5
ANY = ""
"""No claim in particular: the latest are told."""

_STATUS = {
    "reported": "has been reported and is being looked at",
    "documents_missing": "is waiting for papers",
    "in_review": "is being examined",
    "approved": "is approved and will be paid",
    "paid": "is paid",
    "refused": "was refused",
    "closed": "is closed",
}
_STATES = {
    "received": "received",
    "pending": "being worked on",
    "waiting": "waiting for a colleague's decision",
    "approved": "approved",
    "refused": "refused",
    "done": "done",
    "cancelled": "cancelled",
}


def check_claim_status(session: Session, context: Context, answers: Answers) -> Outcome:
    """The claim that was named, or the latest ones."""
    mine = (
        select(Claim)
        .join(Policy, Policy.id == Claim.policy_id)
        .where(Policy.holder_id == context.customer_id)
        .order_by(Claim.reported_at.desc())
        .limit(SHOWN)
    )
    number = answers["claim"]
    claims = session.scalars(mine.where(Claim.number == number) if number else mine).unique().all()
    if not claims and number:
        return Outcome("I can't find that claim among yours.", natural("talk_to_agent"))
    if not claims:
        return Outcome("I find no claim of yours.", natural("report_claim"))
    for claim in claims:
        note_look(session, context, "check_claim_status", claim.policy_number)
    lines = [_claim(claim) for claim in claims]
    text = lines[0] if len(lines) == 1 else "Your latest claims:\n" + "\n".join(f"- {line}" for line in lines)
    waiting = any(claim.missing for claim in claims)
    buttons = natural("add_claim_document") if waiting else ()
    return Outcome(text, buttons, claim=claims[0].number if len(claims) == 1 else None)


def _claim(claim: Claim) -> str:
    kind = KINDS.get(claim.kind, claim.kind.replace("_", " "))
    text = f"Claim {claim.number} ({kind}, reported on {show_date(claim.reported_at.date())}) "
    text += _STATUS.get(claim.status, claim.status.replace("_", " "))
    if claim.status == "paid" and claim.amount is not None:
        text += f": {money(claim.amount)}"
    if claim.missing:
        text += f". Still missing: {listed(claim.missing)}"
    return text + "."


def check_transaction_status(session: Session, context: Context, _answers: Answers) -> Outcome:
    """The latest changes the customer asked for."""
    rows = session.scalars(
        select(ServiceTransaction)
        .where(ServiceTransaction.customer_id == context.customer_id)
        .order_by(ServiceTransaction.created_at.desc())
        .limit(SHOWN)
    ).all()
    names = {entry.code: entry.title for entry in CATALOGUE.values() if entry.code}
    if not rows:
        return Outcome("I find no change that you asked for.", natural("talk_to_agent"))
    note_look(session, context, "check_transaction_status", "all")
    lines = [
        f"{row.receipt}: {names.get(row.service, row.service)}, {show_date(row.created_at.date())}, "
        f"{_STATES.get(row.state, row.state)}"
        for row in rows
    ]
    return Outcome("Your latest requests:\n" + "\n".join(f"- {line}" for line in lines))


def _scan_claim(text: str, _facts: Facts) -> str | None:
    try:
        return read_claim_number(text)
    except Misread:
        return None


CLAIM_STATUS = Service(
    "check_claim_status",
    CATALOGUE["check_claim_status"].title,
    check_claim_status,
    (
        Field(
            name="claim",
            title="claim number",
            prompt="Which claim is it?",
            read=lambda text, _facts: read_claim_number(text),
            entities=("claim_number",),
            scan=_scan_claim,
            known=lambda _facts: ANY,
        ),
    ),
    assurance=2,
)
TRANSACTION_STATUS = Service(
    "check_transaction_status",
    CATALOGUE["check_transaction_status"].title,
    check_transaction_status,
    assurance=2,
)
