"""Policy loans: taking one (LN), and paying it back (RF).

A loan is never above its limit, and never paid out where a person must call first.
"""

from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from actions.normalise import Misread
from actions.services.wording import money, percent
from actions.servicing import calculations, payments
from actions.servicing.amounts import Wish, amount_field
from actions.servicing.calculations import LOAN_RATE
from actions.servicing.conditions import HAS_CASH_VALUE, is_living
from actions.servicing.interlock import PAYOUT_TIME, QUESTIONS, MoneyOut
from actions.servicing.payouts import living_policy_of, order_payout
from actions.servicing.position import Case
from actions.servicing.standing import position_of
from actions.servicing.states import NotPossible
from actions.servicing.transaction import Condition, Refusal, Transaction, Waiting, amount_of
from records.clock import CENTRE_ZONE
from records.models import Loan, ServiceTransaction


def _limit(case: Case) -> Decimal | None:
    return case.known_position.loan_limit(case.today) if case.known_position else None


def _how_much(case: Case) -> str:
    limit = _limit(case)
    if limit is None:
        return "How much would you like to borrow?"
    return f"You can borrow up to {money(limit)} on {case.position.title}. How much shall it be?"


def _within_limit(value: Decimal, case: Case) -> None:
    limit = _limit(case)
    if limit is None or value <= limit:
        return
    owed = case.position.owed(case.today)
    less = f", less the {money(owed)} that you owe already" if owed else ""
    raise Misread(
        "over_limit",
        f"That is more than the limit: you can borrow at most {money(limit)}, which is 80 percent of the "
        f"cash value of {money(case.position.cash_value)}{less}.",
    )


def _something_left(case: Case) -> Refusal | None:
    limit = _limit(case)
    if limit is None or limit > 0:
        return None
    position = case.position
    return Refusal(
        "nothing_left",
        f"On {position.title} you owe {money(position.owed(case.today))}; with a cash value of "
        f"{money(position.cash_value)} nothing more can be borrowed.",
        ("repay_loan", "check_loan_balance"),
    )


def _loan_lines(case: Case) -> tuple[str, ...]:
    amount, owed = case.answers["amount"], case.position.owed(case.today)
    before = f", {money(owed)} of it from before" if owed else ""
    return (
        f"Loan on {case.position.title}: {money(amount)}",
        f"Interest: {percent(LOAN_RATE)} a year, by the day; {money(calculations.yearly_interest(amount))} "
        "in a full year",
        f"Your debt will be {money(owed + amount)}{before}",
    )


def pay_out_loan(session: Session, row: ServiceTransaction, now: datetime) -> None:
    """The debt, and the order to pay; the limit is looked at again.

    Raises:
        NotPossible: the limit has become smaller since it was asked for.
    """
    policy = living_policy_of(session, row)
    today = now.astimezone(CENTRE_ZONE).date()
    limit = position_of(session, policy).loan_limit(today)
    if amount_of(row) > limit:
        raise NotPossible("over_limit", f"At most {money(limit)} can be borrowed now.")
    session.add(Loan(policy_id=policy.id, principal=amount_of(row), rate=LOAN_RATE, since=today))
    order_payout(session, row, policy, now)


TAKE_LOAN = Transaction(
    intent="take_policy_loan",
    fields=(
        amount_field(
            Wish(
                prompt=_how_much,
                base=_limit,
                refuse=_within_limit,
                help='An amount like 12,000. "All of it" means the highest possible loan.',
                why="So that I can work out the interest and what you will owe.",
            )
        ),
        *QUESTIONS,
    ),
    conditions=(
        is_living(),
        HAS_CASH_VALUE,
        Condition("at most 80 % of the cash value, older loans and their interest included", _something_left),
    ),
    lines=_loan_lines,
    money=lambda case: MoneyOut(
        case.answers["amount"],
        calculations.ZERO,
        case.answers["account"],
        "Loan and interest are taken off whatever the policy pays; if they grow as large as the cash value, "
        "the cover stops",
    ),
    callback=True,
    details=lambda case: {"amount": str(case.answers["amount"])},
    next_steps=lambda _case: (
        PAYOUT_TIME + " You can pay the loan back at any time, in part or whole, without a fee."
    ),
    effect=pay_out_loan,
)


def _owed(case: Case) -> Decimal | None:
    return case.known_position.owed(case.today) if case.known_position else None


def _how_much_back(case: Case) -> str:
    owed = _owed(case)
    if owed is None:
        return "How much would you like to pay back?"
    return f"You owe {money(owed)} on {case.position.title} today, with interest. How much will you pay?"


def _not_more_than_owed(value: Decimal, case: Case) -> None:
    owed = _owed(case)
    if owed is not None and value > owed:
        raise Misread("more_than_owed", f"That is more than the {money(owed)} you owe today.")


def _has_loan(case: Case) -> Refusal | None:
    if case.known_position is None or case.known_position.debts:
        return None
    return Refusal("no_loan", f"There is no loan on {case.position.title}.", ("check_cash_value",))


REPAY_LOAN = Transaction(
    intent="repay_loan",
    who="anybody who knows the policy number",
    policy=payments.payer_policy(),
    fields=(
        amount_field(
            Wish(
                prompt=_how_much_back,
                base=_owed,
                refuse=_not_more_than_owed,
                help='An amount like 5,000. If you are verified, "all of it" means everything owed today.',
                why="So that the order to pay says the right amount.",
            )
        ),
    ),
    conditions=(Condition("there is a loan, as far as the payer may know", _has_loan),),
    sole=False,
    lines=lambda case: (
        f"Pay back: {money(case.answers['amount'])}",
        f"Loan on policy {case.answers['policy']}; interest is paid first, then the loan itself",
    ),
    details=lambda case: {
        "purpose": payments.LOAN,
        "policy": case.answers["policy"],
        "to_pay": str(case.answers["amount"]),
    },
    waits=lambda _case: Waiting("your payment"),
    next_steps=lambda _case: (
        "Please pay by card in the app, or by transfer to the company account printed on your notices. Give "
        "the receipt number as the reference. Never pay to a private account. If the loan cannot take the "
        "money, it goes back."
    ),
    prepare=payments.order,
    undo=payments.close,
)
