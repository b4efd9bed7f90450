"""How premiums are paid and from which account (PC): only from the policyholder's own."""

import re
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from actions.forms.service import Answers, Facts, Field
from actions.normalise import Choice, read_name, words
from actions.services.wording import show_date
from actions.servicing.choices import choice_field
from actions.servicing.conditions import PAYS_PREMIUM, is_living
from actions.servicing.interlock import ACCOUNT, SCAM_QUESTIONS, masked
from actions.servicing.payouts import arrangement_of
from actions.servicing.position import Case
from actions.servicing.transaction import Condition, Refusal, Transaction
from records.models import ServiceTransaction

WAYS = (
    Choice("debit", "Automatic bank debit", ("debit", "direct debit", "bank debit", "automatic", "account")),
    Choice("invoice", "I pay each premium myself", ("myself", "by hand", "transfer", "card", "manually")),
)  # fmt: skip
_WAYS = {choice.value: choice.title for choice in WAYS}


def _by_debit(answers: Answers) -> bool:
    return answers.get("way") == "debit"


_MINE = re.compile(r"(?:(?:it is|it's|its|in|under|to) )*(?:mine|me|myself|my own|my name|my own name|i am)")


def _read_holder(text: str, facts: Facts) -> str:
    """A name; "in my own name" is the policyholder's."""
    own = facts.profile is not None and _MINE.fullmatch(" ".join(words(text)))
    return facts.profile.name if own and facts.profile is not None else read_name(text)


def _own(case: Case) -> Refusal | None:
    holder, person = case.answers.get("holder"), case.known_person
    if holder is None or person is None or not _by_debit(case.answers):
        return None
    if sorted(words(holder)) == sorted(words(person.name)):
        return None
    return Refusal(
        "not_own_account",
        "The account must be in the policyholder's own name, so I can't take this one. Somebody else may pay "
        "a single premium for you; or the policy can be given another policyholder, with a colleague.",
        ("pay_premium", "change_payment_account", "change_policyholder"),
    )


def _lines(case: Case) -> tuple[str, ...]:
    position = case.position
    lines = [f"{position.title}: {_WAYS[case.answers['way']].lower()}"]
    if _by_debit(case.answers):
        lines.append(
            f"From {masked(case.answers['account'])} at {case.answers['bank']}, held by {case.person.name}"
        )
    if position.next_due is not None:
        lines.append(f"The next premium is due on {show_date(position.next_due)}")
    return tuple(lines)


def set_account(session: Session, row: ServiceTransaction, _now: datetime) -> None:
    """Set the way of paying and, for a debit, the account."""
    assert row.policy_id is not None  # noqa: S101 - the service asks for a policy
    arrangement = arrangement_of(session, row.policy_id)
    arrangement.paid_by = row.details["way"]
    arrangement.bank, arrangement.account = row.details.get("bank") or "", row.details.get("debit_from") or ""


PAYMENT_ACCOUNT = Transaction(
    intent="change_payment_account",
    fields=(
        choice_field(
            "way",
            "way of paying",
            "How would you like to pay your premiums?",
            WAYS,
            why="A debit needs an account.",
            aliases=("way",),
        ),
        Field(
            name="holder",
            title="account holder",
            prompt="In whose name is the account?",
            read=_read_holder,
            help="The full name as the bank has it.",
            why="Premiums are debited only from the policyholder's own account.",
            free=True,
            aliases=("holder", "name"),
            when=_by_debit,
        ),
        Field(
            name="bank",
            title="bank",
            prompt="At which bank?",
            read=lambda text, _facts: read_name(text)[:60],
            help="The name of the bank is enough.",
            why="So that the debit reaches it.",
            free=True,
            when=_by_debit,
        ),
        replace(ACCOUNT, prompt="What is the number of the account or card?", when=_by_debit),
        *SCAM_QUESTIONS,
    ),
    conditions=(
        is_living("in_force", "grace", "cooling_off"),
        PAYS_PREMIUM,
        Condition("the account holder is the policyholder", _own),
    ),
    lines=_lines,
    details=lambda case: {
        "way": case.answers["way"],
        "bank": case.answers.get("bank"),
        "debit_from": case.answers.get("account"),
        "before": masked(case.position.account) if case.position.account else "",
    },
    next_steps=lambda case: (
        "The new account counts for debits from 3 working days on; an earlier one still comes from the old "
        "account."
        if _by_debit(case.answers)
        else "You get a notice before each premium. Please pay only into the company account printed on it."
    ),
    effect=set_account,
)
