"""How premiums are paid: rhythm (PF), automatic premium loan (AG), and paying now (PP).

A change of rhythm waits for the anniversary; an order to pay shows nothing of the policy.
"""

import re
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from actions.forms.service import Facts
from actions.normalise import Choice, Misread
from actions.services.wording import money, show_date
from actions.servicing import calculations, payments
from actions.servicing.amounts import Wish, amount_field
from actions.servicing.calculations import GRACE_DAYS
from actions.servicing.choices import choice_field
from actions.servicing.conditions import HAS_CASH_VALUE, PAYS_PREMIUM, is_living
from actions.servicing.payouts import arrangement_of, living_policy_of
from actions.servicing.position import Case, positions
from actions.servicing.transaction import Condition, Refusal, Transaction, Waiting
from records.models import ServiceTransaction

RHYTHMS = (
    Choice("yearly", "Yearly", ("year", "annual", "annually", "once a year", "every year")),
    Choice("half_yearly", "Half-yearly", ("half yearly", "half year", "twice a year", "every six months",
                                          "semi-annually")),
    Choice("quarterly", "Quarterly", ("quarter", "four times a year", "every three months", "every quarter")),
    Choice("monthly", "Monthly", ("month", "every month", "each month", "per month")),
)  # fmt: skip
_NAMES = {choice.value: choice.title.lower() for choice in RHYTHMS}


def _instalment(case: Case) -> Decimal:
    position = case.position
    return calculations.instalment(
        calculations.yearly_premium(position.premium, position.frequency), case.answers["frequency"]
    )


def _anniversary(case: Case) -> date:
    return calculations.anniversary_after(case.position.start, case.today)


def _other_rhythm(value: str, case: Case) -> None:
    if case.known_position is not None and case.known_position.frequency == value:
        raise Misread("same", f"You pay {_NAMES[value]} already. Which rhythm would you like instead?")


def _rhythm_prompt(case: Case) -> str:
    if case.known_position is None:
        return "How often would you like to pay?"
    now = f"{money(case.position.premium)} {_NAMES[case.position.frequency]}"
    return f"You pay {now}. How often would you like to pay?"


def _rhythm_lines(case: Case) -> tuple[str, ...]:
    position, wanted = case.position, case.answers["frequency"]
    now = calculations.paid_in_a_year(position.premium, position.frequency)
    then = calculations.paid_in_a_year(_instalment(case), wanted)
    difference = then - now
    more = f"{money(abs(difference))} {'more' if difference > 0 else 'less'}" if difference else "the same"
    return (
        f"{position.title}: {_NAMES[wanted]} instead of {_NAMES[position.frequency]}",
        f"Each payment: {money(_instalment(case))} instead of {money(position.premium)}",
        f"In a year: {money(then)} instead of {money(now)}, {more}",
        f"From the policy anniversary on {show_date(_anniversary(case))}",
    )


def plan_rhythm(session: Session, row: ServiceTransaction, _now: datetime) -> None:
    """Note the new rhythm beside the contract; the contract keeps the old one until the anniversary."""
    assert row.policy_id is not None  # noqa: S101 - the service asks for a policy
    arrangement = arrangement_of(session, row.policy_id)
    arrangement.next_frequency = row.details["frequency"]
    arrangement.next_frequency_on = date.fromisoformat(row.details["from"])


def forget_rhythm(session: Session, row: ServiceTransaction, _now: datetime) -> None:
    """Take the plan back."""
    assert row.policy_id is not None  # noqa: S101 - the service asks for a policy
    arrangement = arrangement_of(session, row.policy_id)
    arrangement.next_frequency, arrangement.next_frequency_on = "", None


def change_rhythm(session: Session, row: ServiceTransaction, now: datetime) -> None:
    """The anniversary has come."""
    policy = living_policy_of(session, row)
    # From the premium of today: cover may have been lowered since it was asked for.
    yearly = calculations.yearly_premium(policy.premium, policy.frequency)
    policy.frequency = row.details["frequency"]
    policy.premium = calculations.instalment(yearly, policy.frequency)
    forget_rhythm(session, row, now)


FREQUENCY = Transaction(
    intent="change_premium_frequency",
    fields=(
        choice_field(
            "frequency",
            "rhythm",
            _rhythm_prompt,
            RHYTHMS,
            why="The price of each payment depends on it.",
            refuse=_other_rhythm,
            aliases=("frequency", "how often"),
        ),
    ),
    conditions=(is_living("in_force", "grace", "cooling_off"), PAYS_PREMIUM),
    lines=_rhythm_lines,
    details=lambda case: {
        "frequency": case.answers["frequency"],
        "premium": str(_instalment(case)),
        "from": _anniversary(case).isoformat(),
    },
    waits=lambda case: Waiting(
        f"the policy anniversary on {show_date(_anniversary(case))}", _anniversary(case)
    ),
    next_steps=lambda _case: "Until then you pay as before, and you can withdraw the change.",
    prepare=plan_rhythm,
    undo=forget_rhythm,
    effect=change_rhythm,
)

SWITCH = (
    Choice("on", "Switch it on", ("switch on", "turn on", "activate", "enable", "yes", "on")),
    Choice("off", "Switch it off", ("switch off", "turn off", "deactivate", "disable", "no", "off")),
)


def _other_switch(value: str, case: Case) -> None:
    position = case.known_position
    if position is not None and position.auto_premium_loan == (value == "on"):
        raise Misread(
            "same", f"It is {value} already; I can only switch it {'off' if value == 'on' else 'on'}."
        )


def _switch_lines(case: Case) -> tuple[str, ...]:
    position = case.position
    if case.answers["switch"] == "off":
        return (
            f"{position.title}: switch the automatic premium loan off",
            f"A premium that is still unpaid {GRACE_DAYS} days after its due date then makes the policy "
            "lapse",
        )
    spare = position.cash_value - position.owed(case.today)
    enough = "covers" if spare >= position.premium else "does not cover"
    return (
        f"{position.title}: switch the automatic premium loan on",
        f"At the end of the {GRACE_DAYS} days of grace the cash value lends a missed premium: "
        f"{money(position.premium)} at 5% a year",
        f"Today the free cash value of {money(max(calculations.ZERO, spare))} {enough} a premium",
    )


def switch(session: Session, row: ServiceTransaction, _now: datetime) -> None:
    """Set it."""
    living_policy_of(session, row).auto_premium_loan = row.details["switch"] == "on"


AUTO_LOAN = Transaction(
    intent="set_auto_premium_loan",
    fields=(
        choice_field(
            "switch",
            "automatic premium loan",
            "Shall the cash value pay a premium that you missed? I can switch that on or off.",
            SWITCH,
            why="It decides what happens when a premium stays unpaid.",
            refuse=_other_switch,
            aliases=("on or off",),
            scanned=False,
        ),
    ),
    conditions=(is_living("in_force", "grace", "cooling_off"), PAYS_PREMIUM, HAS_CASH_VALUE),
    lines=_switch_lines,
    details=lambda case: {"switch": case.answers["switch"]},
    next_steps=lambda _case: "It counts from now on. You can change it back at any time, free of charge.",
    effect=switch,
)

_EXTRA = re.compile(
    r"\b(?:top[ -]?up|extra|additional|add (?:money )?to (?:my |the )?account|add money)\b", re.I
)
PURPOSES = (
    Choice(payments.PREMIUM, "The premium", ("premium", "due", "what is due", "regular")),
    Choice(payments.EXTRA, "Extra money into the account", ("extra", "top up", "add", "additional", "more")),
)


def _has_account(facts: Facts) -> bool:
    return any(position.account_value is not None for position in positions(facts))


def _known_purpose(facts: Facts) -> str | None:
    return None if _has_account(facts) else payments.PREMIUM


def _scan_purpose(text: str, _facts: Facts) -> str | None:
    return payments.EXTRA if _EXTRA.search(text) else None


def _takes_extra(case: Case) -> Refusal | None:
    position = case.known_position
    if (
        position is None
        or case.answers.get("purpose") != payments.EXTRA
        or position.account_value is not None
    ):
        return None
    return Refusal(
        "no_account",
        f"{position.title} has no account to which money can be added; only a universal-life policy has one. "
        "You can ask for more cover instead.",
        ("add_cover", "pay_premium"),
    )


def _takes_premium(case: Case) -> Refusal | None:
    return None if case.answers.get("purpose") == payments.EXTRA else PAYS_PREMIUM.refuse(case)


def _to_pay(case: Case) -> Decimal | None:
    """What the order says; None is "whatever is due", told to nobody who is not verified."""
    if case.answers["purpose"] == payments.EXTRA:
        amount: Decimal = case.answers["extra"]
        return amount
    return case.known_position.premium if case.known_position else None


def _payment_lines(case: Case) -> tuple[str, ...]:
    amount = _to_pay(case)
    position = case.known_position
    if case.answers["purpose"] == payments.EXTRA:
        assert amount is not None  # noqa: S101 - it was asked
        return (
            f"Extra money into policy {case.answers['policy']}: {money(amount)}",
            f"After the entry charge of 3% it adds {money(calculations.credited(amount))}",
        )
    if position is None or position.next_due is None or amount is None:
        return (f"Order to pay the premium that is due on policy {case.answers['policy']}",)
    return (f"Premium of {position.title}, due on {show_date(position.next_due)}: {money(amount)}",)


PAY = Transaction(
    intent="pay_premium",
    who="anybody who knows the policy number",
    policy=payments.payer_policy(),
    fields=(
        replace(
            choice_field(
                "purpose",
                "purpose",
                "Is it the premium, or extra money into the account?",
                PURPOSES,
                why="A premium and extra money are booked differently.",
                aliases=("kind",),
            ),
            known=_known_purpose,
            scan=_scan_purpose,
        ),
        amount_field(
            Wish(
                name="extra",
                prompt=lambda _case: "How much would you like to add?",
                base=lambda _case: None,
                help="An amount like 5,000.",
                why="So that the order to pay says the right amount.",
                when=lambda answers: answers.get("purpose") == payments.EXTRA,
            )
        ),
    ),
    conditions=(
        is_living("in_force", "grace", "cooling_off", "paid_up"),
        Condition(
            "a premium is still to be paid, or the policy has an account for extra money", _takes_premium
        ),
        Condition("extra money: only into a universal-life account", _takes_extra),
    ),
    sole=False,
    lines=_payment_lines,
    details=lambda case: {
        "purpose": case.answers["purpose"],
        "policy": case.answers["policy"],
        "to_pay": None if (amount := _to_pay(case)) is None else str(amount),
    },
    waits=lambda _case: Waiting("your payment"),
    next_steps=lambda _case: (
        "Please pay by card in the app, or by transfer to the company account printed on your premium "
        "notice. Give the receipt number as the reference. Never pay in cash and never to a private account. "
        "If the policy cannot take the money, it goes back."
    ),
    prepare=payments.order,
    undo=payments.close,
)
