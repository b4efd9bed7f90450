"""Who receives the death benefit (BC): names, shares that sum to 100 percent, consent of the insured person.

Counts only from the day on which an agent, and for older customers a second one, has agreed.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from actions.forms.service import Answers, Facts, Field
from actions.normalise import Misread
from actions.services.consent import CONSENT, CONSENTED, PAPER, consent_line
from actions.services.id_number import find_id_numbers, hidden
from actions.services.shares import WHOLE, parsed, read_relations, read_shares
from actions.servicing.conditions import is_living
from actions.servicing.four_eyes import four_eyes
from actions.servicing.interlock import SCAM_QUESTIONS
from actions.servicing.payouts import living_policy_of
from actions.servicing.position import Case, Position
from actions.servicing.standing import position_of
from actions.servicing.states import NotPossible
from actions.servicing.transaction import Condition, Refusal, Transaction
from records.models import Beneficiary, ServiceTransaction

_KINDS = ("whole_life", "term_life", "critical_illness", "annuity", "universal_life", "unit_linked")


def _pays_on_death(case: Case) -> Refusal | None:
    position = case.known_position
    if position is None or position.kind in _KINDS:
        return None
    return Refusal(
        "no_beneficiary",
        f"{position.title} pays to the insured person alone, so it has no beneficiary.",
        ("check_coverage",),
    )


def _prompt(answers: Answers, facts: Facts) -> str:
    position = Case(answers, facts).known_position
    now = f" At present: {_named(position)}." if position is not None and position.beneficiaries else ""
    return (
        f"Who shall receive the death benefit, and which share?{now} Please name everybody, with shares that "
        "sum to 100 percent."
    )


def _named(position: Position) -> str:
    return ", ".join(f"{name} {share.normalize():f} percent" for name, share in position.beneficiaries)


def _relation_is_missing(answers: Answers) -> bool:
    shares = answers.get("shares")
    return shares is not None and any(not share.relation for share in parsed(shares))


def _ask_relation(answers: Answers, _facts: Facts) -> str:
    missing = [share.name for share in parsed(answers.get("shares", "")) if not share.relation]
    if len(missing) == 1:
        return f"What is {missing[0]} to the insured person?"
    return f"What are they to the insured person: {', '.join(missing)}?"


def _with_relations(text: str, answers: Answers, _facts: Facts) -> str:
    return read_relations(text, parsed(answers.get("shares", "")))


def _final(answers: Answers) -> str:
    """The shares with all relations."""
    return str(answers.get("relations") or answers["shares"])


def _read_numbers(text: str, _facts: Facts) -> str:
    found = find_id_numbers(text)
    if not found:
        raise Misread("not_an_id_number", "I need identity numbers of 18 characters, or say skip for now.")
    return " ".join(found)


def _one_for_each(value: str, answers: Answers, _facts: Facts) -> None:
    shares = answers.get("shares")
    if shares is not None and len(value.split()) != len(parsed(shares)):
        raise Misread(
            "not_one_each",
            f"I need {len(parsed(shares))} of them, one for each person and in the same order, or say skip.",
        )


def _same(case: Case) -> Refusal | None:
    position, shares = case.known_position, case.answers.get("shares")
    if position is None or shares is None:
        return None
    wanted = {(share.name.casefold(), share.percent) for share in parsed(shares)}
    if wanted != {(name.casefold(), share) for name, share in position.beneficiaries}:
        return None
    return Refusal("same", "That is how it stands already, so nothing has to change.", ("check_coverage",))


def _lines(case: Case) -> tuple[str, ...]:
    position, numbers = case.position, (case.answers.get("id_numbers") or "").split()
    before = f" (until now: {_named(position)})" if position.beneficiaries else " (until now: nobody)"
    shares = parsed(_final(case.answers))
    rows = [str(share) for share in shares]
    if numbers:
        rows = [f"{row}, {hidden(number)}" for row, number in zip(rows, numbers, strict=True)]
    return (
        f"Death benefit of {position.title}{before}:",
        *rows,
        f"Together {sum((share.percent for share in shares), Decimal(0)).normalize():f} percent",
        consent_line(case),
        "I need a photo of the identity document of each person",
    )


def _details(case: Case) -> dict[str, Any]:
    numbers = (case.answers.get("id_numbers") or "").split()
    shares = parsed(_final(case.answers))
    return {
        "beneficiaries": [
            {
                "name": share.name,
                "share": str(share.percent),
                "relation": share.relation,
                "id_no": numbers[at] if numbers else "",
            }
            for at, share in enumerate(shares)
        ],
        "before": _before(case.position),
        "consent": "the policyholder" if case.position.insured_is_holder else case.position.insured_name,
    }


def _before(position: Position) -> list[list[str]]:
    return sorted([name, str(share.normalize())] for name, share in position.beneficiaries)


def name_beneficiaries(session: Session, row: ServiceTransaction, _now: datetime) -> None:
    """The new beneficiaries take the place of the old ones.

    Raises:
        NotPossible: the policy is over, or its beneficiaries have been changed since.
    """
    policy = living_policy_of(session, row)
    if _before(position_of(session, policy)) != row.details["before"]:
        raise NotPossible("changed", "The beneficiaries have been changed since.")
    wanted = row.details["beneficiaries"]
    if sum((Decimal(one["share"]) for one in wanted), Decimal(0)) != WHOLE:
        raise NotPossible("not_100", "The shares do not sum to 100 percent.")
    session.execute(delete(Beneficiary).where(Beneficiary.policy_id == policy.id))
    session.add_all(
        Beneficiary(
            policy_id=policy.id,
            name=one["name"],
            share=Decimal(one["share"]),
            relation=one["relation"],
            id_no=one["id_no"],
        )
        for one in wanted
    )
    session.flush()
    session.expire(policy, ["beneficiaries"])


BENEFICIARIES = Transaction(
    intent="change_beneficiary",
    fields=(
        Field(
            name="shares",
            title="beneficiaries and shares",
            prompt=_prompt,
            read=lambda text, _facts: read_shares(text),
            help="For example: Li Na, my wife, 60 percent and Li Bo, my son, 40 percent.",
            why="Only who is named in the policy receives its death benefit at once.",
            free=True,
            aliases=("beneficiaries", "beneficiary", "shares", "share"),
        ),
        Field(
            name="relations",
            title="relation",
            prompt=_ask_relation,
            read=lambda text, _facts: text,
            resolve=_with_relations,
            help="For example: Li Na is my wife, Li Bo is my son.",
            why="It tells two people of the same name apart.",
            free=True,
            aliases=("relations",),
            when=_relation_is_missing,
        ),
        Field(
            name="id_numbers",
            title="identity numbers",
            prompt="What are their identity numbers, in the same order? You can skip this for now.",
            read=_read_numbers,
            check=_one_for_each,
            help="18 characters each, from the identity cards.",
            why="So that the right person is paid one day.",
            optional=True,
            aliases=("identity number",),
        ),
        CONSENT,
        *SCAM_QUESTIONS,
    ),
    papers=("identity documents of the beneficiaries", PAPER),
    conditions=(
        is_living(),
        Condition("the policy pays on death", _pays_on_death),
        Condition("the shares sum to exactly 100 percent", lambda _case: None),
        CONSENTED,
        Condition("the beneficiaries differ from those on file", _same),
    ),
    lines=_lines,
    details=_details,
    four_eyes=four_eyes(),
    next_steps=lambda case: (
        "Please hand in photos of their identity documents"
        + ("" if case.position.insured_is_holder else " and the signed consent of the insured person")
        + " here or at a branch. The new beneficiaries count from the day on which we confirm them."
    ),
    effect=name_beneficiaries,
)
