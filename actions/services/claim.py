"""The first notice of loss: from the customer's story to a claim number and the papers that are needed.

Recording decides nothing about the claim: people do. One form makes one claim.
"""

import re

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from actions.claims import casefile, telling
from actions.claims.illnesses import serious_illness, show_illness
from actions.forms.service import Answers, Context, Facts, Field, Outcome, Service
from actions.normalise import (
    Choice,
    Tense,
    read_date,
    read_person,
    read_phone,
    read_yes_no,
    show_date,
    show_phone,
    words,
)
from actions.services.claim_answers import (
    CONCERNED,
    RELATIONS,
    happened,
    known_phone,
    known_policy,
    read_hospital,
    read_kind,
    read_place,
    read_policy,
    read_relation,
    read_text,
    scan_date,
    scan_phone,
    scan_policy,
    scan_relation,
    scan_story,
)
from actions.services.claim_papers import CHOICES, KINDS, kind_in, papers_for
from actions.services.inquiries import natural
from records import audit
from records.models import Claim, Policy

YES_NO = (Choice("yes", "Yes"), Choice("no", "No"))


def _gently(answers: Answers) -> bool:
    return answers.get("kind") == "death"


def _opening(text: str) -> str:
    if kind_in(text) == "death":
        return "I am very sorry for your loss. I'll ask only what is needed; take all the time you want."
    return (
        "I'm sorry to hear that. I'll take it down with you; it takes about two minutes. "
        'You can say "cancel" or ask for a person at any time.'
    )


def _name_prompt(answers: Answers, _facts: Facts) -> str:
    if _gently(answers):
        return "What was the full name of the person who passed away?"
    own = answers.get("reporter") == "self"
    return "What is your full name?" if own else "What is the full name of the person it happened to?"


def _date_prompt(answers: Answers, _facts: Facts) -> str:
    if _gently(answers):
        return "On what day was it? If you are not sure, the nearest day you know is fine."
    if answers.get("kind") == "illness":
        return "On what day was the diagnosis made?"
    if answers.get("kind") == "hospital_stay":
        return "On what day did the hospital stay begin?"
    return "On what day did it happen?"


def _read_back(answers: Answers, facts: Facts) -> str:
    lines = [f"Claim for: {KINDS[answers['kind']]}"]
    relation = answers.get("reporter") or answers.get("relation")
    person = (
        f" ({CONCERNED[relation]})" if relation and not (_gently(answers) and relation == "other") else ""
    )
    lines.append(f"Person: {answers['insured_name']}{person}")
    lines.append(f"Policy: {answers['policy'] or 'to be looked up by us'}")
    lines.append(f"Date: {show_date(answers['date'])}")
    if answers.get("place"):
        lines.append(f"Place: {answers['place']}")
    if answers.get("diagnosis"):
        first = " (first diagnosis)" if answers.get("first_diagnosis") else ""
        lines.append(f"Illness: {answers['diagnosis']}{first}")
    if answers.get("story"):
        lines.append(f"What happened: {_shortened(answers['story'])}")
    if answers.get("hospital"):
        lines.append(f"Hospital: {answers['hospital']}")
    lines.append(f"Your phone: {show_phone(answers['phone'])}")
    return "Let me read that back:\n" + "\n".join(f"- {line}" for line in lines) + "\nIs that right?"


def _shortened(text: str) -> str:
    return text if len(text) <= 300 else text[:297].rstrip() + "..."


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


def _policy_choices(facts: Facts) -> tuple[Choice, ...]:
    return tuple(Choice(policy.number, policy.title) for policy in facts.policies)


def _none_of_self(relation: str | None) -> str | None:
    return None if relation == "self" else relation


def _scan_diagnosis(text: str, _facts: Facts) -> str | None:
    name = serious_illness(text)
    return show_illness(name) if name else None


def _read_first(text: str) -> bool:
    said = " ".join(words(text))
    if re.search(r"\b(?:first time|never before|first diagnosis)\b", said) and not said.startswith("no"):
        return not re.search(r"\bnot (?:the |my |a )?first", said)
    if re.search(r"\b(?:second time|came back|come back|again|relapse|recurr\w+|before)\b", said):
        return False
    return read_yes_no(text)


def _show_kind(value: str, _facts: Facts) -> str:
    return KINDS.get(value, value)


CLAIM = Service(
    intent="report_claim",
    title="report a claim",
    submit=report_claim,
    assurance=1,
    confirm=_read_back,
    opening=_opening,
    fields=(
        Field(
            name="kind",
            title="kind of claim",
            prompt="What is it about?",
            read=read_kind,
            help="Pick what fits best; a colleague sorts out the details.",
            why="The papers we need depend on it.",
            choices=lambda _facts: CHOICES,
            aliases=("kind", "type", "type of claim"),
            scan=lambda text, _facts: kind_in(text),
            show=_show_kind,
        ),
        Field(
            name="reporter",
            title="person concerned",
            prompt="Who is it about?",
            read=read_relation,
            help="It can be you, or somebody else whom you write for.",
            why="So that we know whom to ask for papers.",
            choices=lambda _facts: RELATIONS,
            aliases=("person", "relation"),
            scan=scan_relation,
            when=lambda answers: not _gently(answers),
        ),
        Field(
            # Taken from the story where it says so: whoever reports a death is asked only what is needed.
            name="relation",
            title="relation",
            prompt="What was the person to you? You need not say.",
            read=read_relation,
            help="For example your mother, or a friend.",
            why="So that my colleague knows with whom they speak.",
            choices=lambda _facts: RELATIONS[1:],
            optional=True,
            aliases=("person",),
            scan=lambda text, facts: _none_of_self(scan_relation(text, facts)),
            known=lambda _facts: "other",
            when=_gently,
        ),
        Field(
            name="insured_name",
            title="name",
            prompt=_name_prompt,
            read=lambda text, _facts: read_person(text),
            help="The name as it stands in the policy.",
            why="To find the right policy and person.",
            free=True,
            aliases=("name of the insured", "full name"),
            when=lambda answers: "reporter" in answers or _gently(answers),
        ),
        Field(
            name="policy",
            title="policy number",
            prompt="What is the policy number? If you don't have it, just skip this.",
            read=read_policy,
            help="It has 12 digits and stands on every letter from us. Without it we look it up.",
            why="It saves us looking for the policy.",
            optional=True,
            choices=_policy_choices,
            aliases=("policy",),
            entities=("policy_number",),
            scan=scan_policy,
            known=known_policy,
        ),
        Field(
            name="date",
            title="date",
            prompt=_date_prompt,
            read=lambda text, facts: read_date(text, facts.today, Tense.PAST),
            help='For example 3 March 2026, or "yesterday".',
            why="Cover depends on the day it happened.",
            aliases=("day", "when"),
            scan=scan_date,
            check=happened,
        ),
        Field(
            name="place",
            title="place",
            prompt="Where did it happen? A city or an address is enough.",
            read=read_place,
            help="For example: at home in Chengdu, or on the way to work.",
            why="It is part of the report every claim needs.",
            free=True,
            aliases=("location", "where"),
            when=lambda answers: answers.get("kind") in ("accident", "disability"),
        ),
        Field(
            name="diagnosis",
            title="illness",
            prompt="Which illness was diagnosed? Please name it as the doctor does.",
            read=lambda text, facts: read_text(text, facts)[:200],
            help="The name of the illness as it stands in the medical report.",
            why="Some serious illnesses are decided within one working day.",
            free=True,
            aliases=("diagnosis", "disease"),
            scan=_scan_diagnosis,
            when=lambda answers: answers.get("kind") == "illness",
        ),
        Field(
            name="first_diagnosis",
            title="first diagnosis",
            prompt="Was this illness diagnosed for the first time?",
            read=lambda text, _facts: _read_first(text),
            help="Yes, if it was never diagnosed before; no, if it has come back or was known already.",
            why="The fast decision is for a first diagnosis.",
            choices=lambda _facts: YES_NO,
            aliases=("first time",),
            when=lambda answers: (
                bool(serious_illness(answers.get("diagnosis") or "")) and answers.get("kind") == "illness"
            ),
        ),
        Field(
            name="story",
            title="what happened",
            prompt="What happened? Please tell me in your own words.",
            read=read_text,
            help="A few sentences are enough: what happened, and how the person is now.",
            why="So that the colleague who decides has the whole picture.",
            free=True,
            aliases=("description", "story"),
            scan=scan_story,
            when=lambda answers: not _gently(answers),
        ),
        Field(
            name="hospital",
            title="hospital",
            prompt="Which hospital or doctor treated it? You can skip this.",
            read=read_hospital,
            help="The name of the hospital is enough.",
            why="So that we can ask there for records, with your consent.",
            optional=True,
            free=True,
            aliases=("clinic", "doctor"),
            when=lambda answers: answers.get("kind") != "death",
        ),
        Field(
            name="phone",
            title="phone number",
            prompt="On which number can we call you?",
            read=lambda text, _facts: read_phone(text),
            help="With country code if it is not a Chinese number, for example +1 202 555 0101.",
            why="A colleague calls you about the claim.",
            aliases=("phone", "number", "telephone"),
            entities=("phone",),
            scan=scan_phone,
            known=known_phone,
            show=lambda value, _facts: show_phone(value),
        ),
    ),
)
