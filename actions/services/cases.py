"""How far claims are. Reads only.

A claim of somebody else is answered like one that does not exist.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.claims import casefile, telling
from actions.forms.service import Answers, Context, Facts, Field, Outcome, Service
from actions.normalise import Misread, read_claim_number
from actions.services.catalogue import CATALOGUE
from actions.services.claim_papers import KINDS
from actions.services.inquiries import natural, note_look
from actions.services.wording import listed, money, show_date
from records.models import Claim, Policy

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
    lines = [_claim(session, claim, context.now) for claim in claims]
    text = lines[0] if len(lines) == 1 else "Your latest claims:\n" + "\n".join(f"- {line}" for line in lines)
    ways = ["add_claim_document"] if any(claim.missing for claim in claims) else []
    ways += ["talk_to_agent"] if any(claim.status == "refused" for claim in claims) else []
    return Outcome(text, natural(*ways), claim=claims[0].number if len(claims) == 1 else None)


def _claim(session: Session, claim: Claim, now: datetime) -> str:
    kind = KINDS.get(claim.kind, claim.kind.replace("_", " "))
    text = f"Claim {claim.number} ({kind}, reported on {show_date(claim.reported_at.date())}) "
    text += _STATUS.get(claim.status, claim.status.replace("_", " "))
    if claim.status == "paid" and claim.amount is not None:
        text += f": {money(claim.amount)}"
    if claim.status == "refused" and claim.decision_reason:
        text += f": {claim.decision_reason.rstrip('.')}"
    if claim.missing:
        text += f". Still missing: {listed(claim.missing)}"
    if claim.promised:
        text += f" (you will send: {listed(claim.promised)})"
    text += "."
    if claim.status in casefile.DECIDED:
        return text
    if claim.decision_due is None:
        case, against = casefile.look_at(session, claim)
        more = telling.eligibility(claim, case, against, proven=True)
    else:
        more = telling.clock(claim, now)
    return f"{text} {more}" if more else text


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
