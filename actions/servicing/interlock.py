"""The interlock before money leaves: own account, scam questions, loss in money, a person's call, evidence.

Holds whatever the service is. Nothing here lowers what a description asks; it only adds.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.forms.service import Context, Facts, Field
from actions.normalise import Choice, Misread, read_yes_no
from actions.services.wording import money
from actions.servicing.position import Case, Person, positions
from records.models import AuditEntry

CALL_ABOVE = Decimal(100_000)
"""Above this amount a person calls back before money leaves (insurer's facts: loan_call_back)."""

CALL_FROM_AGE = 60
"""From this age on a person calls back before money leaves (elderly_age)."""

PAYOUT_TIME = "The money arrives within 5 working days."
SCAM_NAMES = ("approached", "handed_over")
SCAM_WARNING = (
    "Thank you for telling me. I have stopped this to protect you: nothing was changed and nothing is paid. "
    "People who push others to borrow on a policy or to give it up, or who ask for codes and papers, are "
    "very often frauds. Please pay nothing, sign nothing and give nobody a code. A colleague will now look "
    "at it with you."
)
_DIGITS = re.compile(r"\d(?:[\s-]?\d)*")
_YES_NO = (Choice("yes", "Yes"), Choice("no", "No"))


@dataclass(frozen=True, slots=True)
class MoneyOut:
    """Money that leaves by a transaction."""

    amount: Decimal
    loss: Decimal
    """What the customer loses by it, in money."""

    account: str
    warning: str = ""
    """What else it does: a debt, an end of cover."""


def holds(paid_out: MoneyOut, person: Person) -> tuple[str, ...]:
    """Why a person must call before this money leaves; empty when nothing stands against it."""
    reasons = (
        # With what was ordered lately: two halves of a large sum are a large sum.
        (paid_out.amount + person.paid_out_lately > CALL_ABOVE, "amount"),
        (person.age >= CALL_FROM_AGE, "age"),
        (person.number_changed, "number_changed"),
    )
    return tuple(name for present, name in reasons if present)


def lines(paid_out: MoneyOut, holder: str) -> list[str]:
    """What the customer must see before consenting."""
    found = [f"Paid to you: {money(paid_out.amount)}, to {masked(paid_out.account)}"]
    found.append(f"The account must be in your own name ({holder}); nobody else is paid")
    found.append(f"Your loss: {money(paid_out.loss)}" if paid_out.loss else "Your loss: none")
    return [*found, paid_out.warning] if paid_out.warning else found


def evidence(
    session: Session,
    context: Context,
    case: Case,
    paid_out: MoneyOut | None,
    reasons: tuple[str, ...],
    read_back: str,
) -> Mapping[str, Any]:
    """All that speaks for the customer's will, for the one audit line."""
    proof = session.scalar(
        select(AuditEntry.detail)
        .where(
            AuditEntry.subject == f"conversation:{context.conversation_id}",
            AuditEntry.action == "identity.verified",
        )
        .order_by(AuditEntry.id.desc())
        .limit(1)
    )
    sums = {"amount": str(paid_out.amount), "loss": str(paid_out.loss)} if paid_out is not None else {}
    account = paid_out.account if paid_out is not None else case.answers.get("account")
    return {
        "level": context.facts.level,
        "proof": (proof or {}).get("method", ""),
        **sums,
        "account": masked(account) if account else "",
        "scam_answers": {name: bool(case.answers.get(name)) for name in SCAM_NAMES},
        "age": case.person.age,
        "number_changed": case.person.number_changed,
        "holds": list(reasons),
        "consented_to": read_back,
    }


def masked(account: str) -> str:
    """An account as it is shown: its last four digits."""
    return f"the account ending {account[-4:]}"


def read_account(text: str, facts: Facts) -> str:
    """The digits of a bank account or card; four digits mean one that is on file.

    Raises:
        Misread: not_an_account, several.
    """
    found = {re.sub(r"\D", "", run) for run in _DIGITS.findall(text)}
    on_file = {account[-4:]: account for account in _accounts(facts)}
    if len(found) == 1 and (ending := next(iter(found))) in on_file:
        return on_file[ending]
    own = {policy.number for policy in facts.policies}
    long = {run for run in found if 8 <= len(run) <= 30 and run not in own}
    if len(long) > 1:
        raise Misread("several", "I see more than one number. Which account is it?")
    if not long:
        raise Misread(
            "not_an_account", "I need the number of your bank account or card: 8 to 30 digits, please."
        )
    return long.pop()


def _accounts(facts: Facts) -> tuple[str, ...]:
    found = [account for one in positions(facts) for account in (one.payout_account, one.account) if account]
    return tuple(dict.fromkeys(found))


def _used_last(facts: Facts) -> str | None:
    """The one account that money went to before; None where there are several, or none."""
    found = {one.payout_account for one in positions(facts) if one.payout_account} or {*_accounts(facts)}
    return found.pop() if len(found) == 1 else None


ACCOUNT = Field(
    name="account",
    title="account",
    prompt="To which bank account in your own name shall the money go? Please give its number.",
    read=read_account,
    help="The number of your bank card or account. It must be in your own name.",
    why="We pay only to the policyholder's own account, so that nobody else can draw your money.",
    choices=lambda facts: tuple(
        Choice(account[-4:], f"Account ending {account[-4:]}") for account in _accounts(facts)
    ),
    aliases=("bank account", "bank card", "card"),
    before=lambda facts: _used_last(facts),
    show=lambda value, _facts: masked(str(value)),
)
APPROACHED = Field(
    name="approached",
    title="contacted by others",
    prompt="Before money leaves, two questions to protect you. Did anybody call, write or visit and "
    "advise you to do this, or offer to do it for you?",
    read=lambda text, _facts: read_yes_no(text),
    help="For example somebody who promises more interest, or your money back in full for a fee.",
    why="Many people have lost their savings to callers who sounded helpful.",
    choices=lambda _facts: _YES_NO,
    fresh=True,
)
HANDED_OVER = Field(
    name="handed_over",
    title="codes or papers given away",
    prompt="And have you given anybody a code, your bank card, your identity card or a view of your screen?",
    read=lambda text, _facts: read_yes_no(text),
    help="Harbour Life never asks for any of these.",
    why="With them somebody else could take your money.",
    choices=lambda _facts: _YES_NO,
    fresh=True,
)
QUESTIONS = (ACCOUNT, APPROACHED, HANDED_OVER)
"""What every transaction asks by which money leaves."""

SCAM_QUESTIONS = (APPROACHED, HANDED_OVER)
