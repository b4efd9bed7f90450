"""What each kind of mistake costs, in questions asked: the table the gate's thresholds are fitted against.

Only figures and their reasons; no data, no model. Change a figure here and train again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


class Group(str, Enum):
    """Intents that cost alike when they are begun by mistake."""

    MONEY_OUT = "money-out"
    SERVICE = "service"
    INQUIRY = "inquiry"
    PERSON = "person"
    CONSULTATION = "consultation"
    CONVERSATION = "conversation"
    OUTSIDE = "out-of-scope"


_MEMBERS = {
    Group.MONEY_OUT: """change_policyholder change_beneficiary change_payment_account reduce_cover
        cancel_in_cooling_off surrender_policy take_policy_loan withdraw_benefit""",
    Group.INQUIRY: """check_policy_status check_coverage check_premium_due check_cash_value check_loan_balance
        check_benefits check_claim_status check_transaction_status check_reminders find_branch""",
    Group.PERSON: "talk_to_agent make_complaint request_callback report_scam",
    Group.CONSULTATION: "ask_question",
    Group.CONVERSATION: """greet goodbye thank ask_help bot_challenge affirm deny cancel_task correct_answer
        repeat_that speak_slower""",
    Group.OUTSIDE: "out_of_scope",
}
GROUPS = {name: group for group, names in _MEMBERS.items() for name in names.split()}
"""The group of each intent that is not a plain service."""


def group_of(intent: str) -> Group:
    """Return an intent's group; what the table does not name is a service, so nothing new is cheap."""
    return GROUPS.get(intent, Group.SERVICE)


@dataclass(frozen=True)
class Costs:
    """One channel's table. The unit is a question that leads on at once."""

    wrong: dict[Group, float] = field(
        default_factory=lambda: {
            # Identity is asked for and a sum is read back for something nobody wanted; trust goes first.
            Group.MONEY_OUT: 20.0,
            # Several questions before it shows, then the way out has to be found.
            Group.SERVICE: 8.0,
            # Perhaps identity, then an answer to something else; asked again at once.
            Group.INQUIRY: 5.0,
            # A colleague's minutes, and somebody else's wait.
            Group.PERSON: 6.0,
            # An article that does not fit is seen not to fit.
            Group.CONSULTATION: 4.0,
            # "You're welcome" to a request: said again.
            Group.CONVERSATION: 3.0,
            # A customer with a real request is told it is none of ours, and may go.
            Group.OUTSIDE: 6.0,
        }
    )
    """Something is begun that was not meant, by the group of what is begun."""

    question: float = 1.0
    """Asked, and one of the options was it."""

    question_in_vain: float = 3.0
    """Asked, and none of the options was it: a person is offered."""

    question_to_a_stranger: float = 1.5
    """Asked, though the request is none of ours: it is declined one turn later."""

    person: float = 4.0
    """Not understood, a person offered, though the request was one of ours."""

    person_to_a_stranger: float = 1.0
    """Not understood, a person offered, and the request was none of ours."""


WRITTEN = Costs()

SPOKEN = Costs(
    # A list is listened to, not glanced at.
    question=1.5,
    question_in_vain=4.0,
    question_to_a_stranger=2.0,
)

CHANNELS = {"written": WRITTEN, "spoken": SPOKEN}
