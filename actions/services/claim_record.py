"""The record of a first notice of loss: a claim with its number and the papers that are needed.

One form makes one claim, however often it is submitted. Recording decides nothing: people do.
"""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from actions.claims import casefile, telling
from actions.claims.illnesses import serious_illness
from actions.forms.service import Answers, Context, Outcome
from actions.normalise import show_phone
from actions.services.claim_papers import papers_for
from actions.services.inquiries import natural
from records import audit
from records.models import Claim, Policy


def report_claim(session: Session, context: Context, answers: Answers) -> Outcome:
    """Record the claim once, and say what comes next."""
    claim = session.scalars(
        select(Claim).where(
            Claim.conversation_id == context.conversation_id, Claim.form_version == context.version
        )
    ).one_or_none()
    if claim is None:
        claim = _record(session, context, answers)
    papers = "\n".join(f"- {paper}" for paper in papers_for(claim.kind, claim.illness))
    if claim.kind == "death":
        text = (
            f"Thank you. It is recorded as {claim.number}, and you need do nothing more today. "
            f"A colleague will now be with you and help you with every step. Later we will need:\n{papers}"
        )
        return Outcome(text, claim=claim.number, handoff="death_claim")
    case, against = casefile.assess(session, claim)
    own = any(policy.number == claim.policy_number for policy in context.facts.policies)
    speed = telling.eligibility(claim, case, against, proven=own)
    text = (
        f"Your claim is reported. Its number is {claim.number}. A colleague looks at it within one "
        f"working day and "
        f"calls you on {show_phone(claim.contact_phone)}. {speed + ' ' if speed else ''}"
        f"Please keep these papers ready:\n{papers}"
    )
    return Outcome(text, natural("add_claim_document", "check_claim_status"), claim=claim.number)


def _record(session: Session, context: Context, answers: Answers) -> Claim:
    number = answers["policy"]
    policy_id = session.scalar(select(Policy.id).where(Policy.number == number)) if number else None
    year = context.facts.today.year
    illness = serious_illness(answers.get("diagnosis") or "")
    kind = "critical_illness" if illness else answers["kind"]
    claim = Claim(
        number=next_number(session, year),
        policy_id=policy_id,
        policy_number=number or "",
        kind=kind,
        illness=illness,
        first_diagnosis=answers.get("first_diagnosis"),
        status="reported",
        reported_at=context.now,
        happened_on=answers["date"],
        place=answers.get("place") or "",
        description=answers.get("story") or "",
        hospital=answers.get("hospital") or "",
        insured_name=answers["insured_name"],
        reporter=answers.get("reporter") or answers.get("relation") or "other",
        contact_phone=answers["phone"],
        missing=list(papers_for(kind, illness)),
        conversation_id=context.conversation_id,
        form_version=context.version,
    )
    session.add(claim)
    session.flush()
    casefile.assess(session, claim)
    audit.note(
        session,
        context.now,
        "bot",
        "claim.reported",
        f"claim:{claim.number}",
        conversation=context.conversation_id,
        kind=claim.kind,
        scheme=claim.scheme,
        against=claim.scheme_reason,
    )
    return claim


def next_number(session: Session, year: int) -> str:
    """The next free claim number of the year; two at once are told apart by the unique column."""
    prefix = f"CL{year}"
    last: str | None = session.scalar(
        select(Claim.number)
        .where(Claim.number.startswith(prefix))
        .order_by(func.length(Claim.number).desc(), Claim.number.desc())
        .limit(1)
    )
    count = int(last[len(prefix) :]) if last else 0
    return f"{prefix}{count + 1:04d}"
