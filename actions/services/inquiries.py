"""The inquiries into policies: state, cover, premium, cash value, loan, benefits. They read and never write.

Every look is within the verified customer, and audited.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions import identity
from actions.forms.service import Answers, Context, Facts, Outcome, Service
from actions.normalise import words
from actions.reply import Button, intent_button
from actions.services.catalogue import CATALOGUE
from actions.services.interest import loan_interest
from actions.services.policy_choice import policy_field
from actions.services.wording import FREQUENCIES, STATES, listed, money, percent, show_date, when
from records import audit
from records.models import Benefit, Loan, Policy, PolicyState, PremiumPayment, Rider

GRACE = timedelta(days=60)
"""Days after the due date in which an unpaid policy stays in force (Insurance Law, art. 36)."""

ALL = ""
"""Asked about no policy in particular: the one this conversation is about is told, then the others."""

EVERY = "every"
"""Asked about all policies in so many words."""

Look = Callable[[Session, Context, Policy], Outcome]


def inquiry(intent: str, look: Look) -> Service:
    """A service that looks at one policy and answers."""

    def submit(session: Session, context: Context, answers: Answers) -> Outcome:
        policy = identity.policy_of(session, context.customer_id, answers["policy"])
        if policy is None:
            return Outcome("I can't find that among your policies.")
        note_look(session, context, intent, policy.number)
        return look(session, context, policy)

    entry = CATALOGUE[intent]
    return Service(intent, entry.title, submit, (policy_field(),), assurance=entry.assurance)


def note_look(session: Session, context: Context, intent: str, number: str) -> None:
    """The audit line of a look at personal data."""
    customer = context.facts.profile.number if context.facts.profile else ""
    audit.note(
        session,
        context.now,
        f"customer:{customer}",
        f"read.{intent}",
        f"policy:{number}",
        conversation=context.conversation_id,
    )


def natural(*intents: str) -> tuple[Button, ...]:
    """Buttons for what customers usually want next."""
    titles = {
        "check_premium_due": "Premium due",
        "check_coverage": "What am I covered for?",
        "check_cash_value": "Cash value",
        "check_loan_balance": "Loan balance",
        "check_benefits": "Money waiting for me",
        "report_claim": "Report a claim",
        "check_claim_status": "My claims",
        "pay_premium": "Pay it now",
        "reinstate_policy": "Bring it back",
        "withdraw_benefit": "Draw it",
        "repay_loan": "Pay it back",
        "add_claim_document": "Hand in a paper",
        "find_branch": "Find a branch",
        "talk_to_agent": "Talk to a person",
    }
    return tuple(intent_button(titles[intent], intent) for intent in intents)


def _name(policy: Policy) -> str:
    return f"{policy.product.name} ({policy.number})"


def check_policy_status(session: Session, context: Context, answers: Answers) -> Outcome:
    """The state of the policy that was named, or of all of them."""
    number = answers["policy"]
    wanted = [policy for policy in context.facts.policies if number in (ALL, EVERY, policy.number)]
    wanted.sort(key=lambda policy: policy.number != context.facts.policy_number)
    found = [identity.policy_of(session, context.customer_id, policy.number) for policy in wanted]
    policies = [policy for policy in found if policy is not None]
    for policy in policies:
        note_look(session, context, "check_policy_status", policy.number)
    if not policies:
        return Outcome("I find no policy in your name.", natural("talk_to_agent"))
    lines = [_status(policy, context) for policy in policies]
    if len(lines) == 1:
        text = lines[0]
    elif number == ALL and policies[0].number == context.facts.policy_number:
        others = [f"{_name(policy)}, {STATES[policy.state.value]}" for policy in policies[1:]]
        text = f"{lines[0]} You also have {listed(others)}."
    else:
        text = "These are your policies:\n" + "\n".join(f"- {line}" for line in lines)
    lapsed = any(policy.state is PolicyState.LAPSED for policy in policies)
    owing = any(policy.state is PolicyState.GRACE for policy in policies)
    follow = ("reinstate_policy",) if lapsed else ("pay_premium",) if owing else ("check_premium_due",)
    return Outcome(text, natural(*follow, "check_coverage"))


def _status(policy: Policy, context: Context) -> str:
    today = context.facts.today
    text = f"{_name(policy)} is {STATES[policy.state.value]}"
    if policy.state is PolicyState.LAPSED and policy.lapsed_on:
        return text + f" since {show_date(policy.lapsed_on)}."
    if policy.state is PolicyState.GRACE and policy.next_due:
        last = show_date(policy.next_due + GRACE)
        return (
            text
            + f": the premium was due on {show_date(policy.next_due)}. Please pay it by {last} to keep it."
        )
    if policy.state is PolicyState.COOLING_OFF and policy.received_on:
        return text + f", which ends on {show_date(policy.received_on + timedelta(days=15))}."
    if policy.next_due:
        due = when(policy.next_due, today)
        return text + f". It started on {show_date(policy.start)}; the next premium is due on {due}."
    return text + f". It started on {show_date(policy.start)}; nothing more is to be paid."


def _coverage(session: Session, context: Context, policy: Policy) -> Outcome:
    riders = session.scalars(select(Rider).where(Rider.policy_id == policy.id)).all()
    text = f"{_name(policy)}: the sum insured is {money(policy.sum_insured)}."
    if riders:
        text += f" It includes {listed([rider.product.name for rider in riders])}."
    else:
        text += " It has no riders."
    if policy.state is PolicyState.LAPSED:
        text += " Please note: the policy has lapsed, so there is no cover at present."
        return Outcome(text, natural("reinstate_policy"))
    return Outcome(text, natural("report_claim", "check_premium_due"))


def _premium_due(session: Session, context: Context, policy: Policy) -> Outcome:
    today = context.facts.today
    paid = session.execute(
        select(PremiumPayment.amount, PremiumPayment.paid_on)
        .where(PremiumPayment.policy_id == policy.id)
        .order_by(PremiumPayment.paid_on.desc())
        .limit(1)
    ).first()
    last = f" Your last payment, {money(paid.amount)}, arrived on {show_date(paid.paid_on)}." if paid else ""
    if policy.state is PolicyState.LAPSED:
        text = f"{_name(policy)} has lapsed: no premium is due. It can be brought back within two years."
        return Outcome(text + last, natural("reinstate_policy"))
    if policy.next_due is None or policy.premium == 0:
        return Outcome(
            f"Nothing is due on {_name(policy)}: it is fully paid." + last, natural("check_benefits")
        )
    amount = f"{money(policy.premium)} {FREQUENCIES.get(policy.frequency, policy.frequency)}"
    due = when(policy.next_due, today)
    if policy.next_due < today:
        text = (
            f"{_name(policy)}: the premium of {money(policy.premium)} was due on {due}. Your cover goes on "
            f"until {show_date(policy.next_due + GRACE)}; please pay by then."
        )
        return Outcome(text + last, natural("pay_premium", "check_coverage"))
    text = f"{_name(policy)}: you pay {amount}. The next {money(policy.premium)} are due on {due}."
    return Outcome(text + last, natural("pay_premium"))


def _cash_value(session: Session, context: Context, policy: Policy) -> Outcome:
    if policy.cash_value == 0:
        return Outcome(f"{_name(policy)} has no cash value at present.", natural("check_coverage"))
    text = f"The cash value of {_name(policy)} is {money(policy.cash_value)} today."
    owed = _owed(session, context, policy)
    if owed:
        text += f" A loan of {money(owed)} with interest would be taken off it."
    if policy.account_value is not None:
        rate = f", earning {percent(policy.account_rate)} a year" if policy.account_rate is not None else ""
        text += f" The account stands at {money(policy.account_value)}{rate}."
    return Outcome(text, natural("check_loan_balance") if owed else natural("check_benefits"))


def _owed(session: Session, context: Context, policy: Policy) -> Decimal:
    loans = session.scalars(select(Loan).where(Loan.policy_id == policy.id, Loan.repaid_on.is_(None)))
    return sum(
        (
            loan.principal + loan_interest(loan.principal, loan.rate, loan.since, context.facts.today)
            for loan in loans
        ),
        Decimal(0),
    )


def _loan_balance(session: Session, context: Context, policy: Policy) -> Outcome:
    today = context.facts.today
    loans = session.scalars(
        select(Loan).where(Loan.policy_id == policy.id, Loan.repaid_on.is_(None)).order_by(Loan.since)
    ).all()
    if not loans:
        return Outcome(f"There is no loan on {_name(policy)}.", natural("check_cash_value"))
    lines = []
    for loan in loans:
        interest = loan_interest(loan.principal, loan.rate, loan.since, today)
        lines.append(
            f"{money(loan.principal)} since {show_date(loan.since)} at {percent(loan.rate)} a year, "
            f"and {money(interest)} interest up to today"
        )
    text = f"On {_name(policy)} you owe {money(_owed(session, context, policy))} today: {listed(lines)}."
    return Outcome(text, natural("repay_loan", "check_cash_value"))


def _benefits(session: Session, context: Context, policy: Policy) -> Outcome:
    today = context.facts.today
    open_benefits = session.scalars(
        select(Benefit)
        .where(Benefit.policy_id == policy.id, Benefit.paid_on.is_(None))
        .order_by(Benefit.payable_on)
    ).all()
    lines = [
        f"{money(benefit.amount)} {benefit.kind} money, "
        + ("ready since " if benefit.payable_on <= today else "payable on ")
        + show_date(benefit.payable_on)
        for benefit in open_benefits
    ]
    if policy.dividend_balance:
        lines.append(f"{money(policy.dividend_balance)} dividends")
    if not lines:
        return Outcome(f"No money is waiting for you on {_name(policy)}.", natural("check_cash_value"))
    return Outcome(
        f"On {_name(policy)} there is: {listed(lines)}.", natural("withdraw_benefit", "check_cash_value")
    )


def _which(text: str, facts: Facts) -> str | None:
    named: str | None = _ONE.scan(text, facts) if _ONE.scan else None
    if named is None and _EVERY.intersection(words(text)):
        return EVERY
    return named


_ONE = policy_field()
_EVERY = frozenset({"all", "both", "every", "each", "policies"})
STATUS = Service(
    "check_policy_status",
    CATALOGUE["check_policy_status"].title,
    check_policy_status,
    (replace(_ONE, known=lambda _facts: ALL, scan=_which),),
    assurance=2,
)
INQUIRIES = (
    inquiry("check_coverage", _coverage),
    inquiry("check_premium_due", _premium_due),
    inquiry("check_cash_value", _cash_value),
    inquiry("check_loan_balance", _loan_balance),
    inquiry("check_benefits", _benefits),
)
