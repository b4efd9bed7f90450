"""Conditions that several transactions share; each says why not, and what can be done instead.

Pure: they look at one case. A condition about the policy holds until the policy is known.
"""

from actions.services.wording import show_date
from actions.servicing.alterations import reinstatement_ends
from actions.servicing.position import Case, Position
from actions.servicing.transaction import Condition, Refusal

LIVING = ("in_force", "grace", "cooling_off", "paid_up")
_OVER = {
    "surrendered": "was surrendered",
    "cancelled": "was cancelled",
    "matured": "has matured",
}


def is_living(*states: str) -> Condition:
    """The policy is in one of these states; by default in any in which it lives."""
    allowed = states or LIVING

    def refuse(case: Case) -> Refusal | None:
        position = case.known_position
        if position is None or position.state in allowed:
            return None
        return _not_living(case, position)

    return Condition("the policy is " + " or ".join(state.replace("_", " ") for state in allowed), refuse)


def _not_living(case: Case, position: Position) -> Refusal:
    if position.state == "lapsed":
        since = f" on {show_date(position.lapsed_on)}" if position.lapsed_on else ""
        ended = position.lapsed_on and case.today > reinstatement_ends(position.lapsed_on)
        if ended:
            return Refusal(
                "lapsed_for_good",
                f"{position.title} lapsed{since}, more than two years ago, so the contract has ended. A "
                "colleague can tell you about its cash value.",
                ("check_cash_value", "talk_to_agent"),
            )
        return Refusal(
            "lapsed",
            f"{position.title} lapsed{since}, so this is not possible. It can be brought back within two "
            "years of the lapse.",
            ("reinstate_policy", "check_cash_value"),
        )
    if position.state == "paid_up":
        return Refusal(
            "paid_up", f"{position.title} is paid up: no more premiums are due on it.", ("check_coverage",)
        )
    words = _OVER.get(position.state, f"is {position.state.replace('_', ' ')}")
    return Refusal(
        position.state, f"{position.title} {words}, so nothing can be changed on it any more.",
        ("check_policy_status",),
    )  # fmt: skip


def loss_is_known(
    doing: str, then: str, ways: tuple[str, ...] = (), *, handoff: str | None = None
) -> Condition:
    """What was paid is on record; without that the loss cannot be shown, and nobody agrees to it unseen.

    `doing` names the act ("giving it up"), `then` says who works the loss out and when.
    """

    def refuse(case: Case) -> Refusal | None:
        position = case.known_position
        if position is None or position.paid is not None:
            return None
        return Refusal(
            "loss_unknown",
            f"I can't see all that was paid on {position.title}, so I can't tell you what {doing} would cost "
            f"you. {then}",
            ways,
            handoff=handoff,
        )

    return Condition("what was paid is on record, so that the loss can be shown", refuse)


def _premium(case: Case) -> Refusal | None:
    position = case.known_position
    if position is None or (position.premium > 0 and position.next_due is not None):
        return None
    return Refusal(
        "nothing_to_pay", f"{position.title} is fully paid: no premium is due on it.", ("check_premium_due",)
    )


PAYS_PREMIUM = Condition("premiums are still to be paid", _premium)


def _value(case: Case) -> Refusal | None:
    position = case.known_position
    if position is None or position.cash_value > 0:
        return None
    return Refusal(
        "no_cash_value",
        f"{position.title} has no cash value at present.",
        ("check_coverage", "talk_to_agent"),
    )


HAS_CASH_VALUE = Condition("the policy has a cash value", _value)
