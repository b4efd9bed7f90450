"""The kinds of reminders: one description each, with lead times, channel, consent and words.

A rule says when something concerns a customer; planning and sending are the same for all.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from sqlalchemy.orm import Session

from actions.reminders import occasions
from actions.reminders.occasions import Occasion, Window
from records.models import Way


class Consent(StrEnum):
    """What a kind needs before it may be sent."""

    LEGAL = "legal"
    """The law or the contract demands it: sent in any case, never turned off."""

    OPT_OUT = "opt_out"
    """Part of the service; sent until the customer turns it off."""

    OPT_IN = "opt_in"
    """Sent only to who has asked for it."""

    CALLS = "calls"
    """A call: made while the customer takes calls from us; see `choices.takes_calls`."""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Only who was written to before, and has not reacted, hears of it; see `silence`."""

    kind: str
    """Kind of the messages."""

    days: int
    """So long ago at least the latest of them went out."""

    gentle_only: bool = True
    """Only customers of 60 or older, and those who asked to be treated gently."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of reminder."""

    kind: str
    title: str
    """What it is about, as customers choose it: "premiums that are due"."""

    find: Callable[[Session, Window], Iterator[Occasion]]
    lead_days: tuple[int, ...]
    """Days before the occasion's day on which it is sent; below zero: after it."""

    text: str
    """What is sent; the words of the occasion are filled in."""

    line: str
    """How it is told in a conversation."""

    consent: Consent = Consent.OPT_OUT
    way: Way = Way.SMS
    ahead_days: int = 30
    """So far ahead it is told to a customer who asks."""

    urgent: bool = False
    """Sent in quiet hours as well."""

    unanswered: Unanswered | None = None
    """For what is said once more, another way, to who did not react."""

    outlives_policy: bool = False
    """Sent also when the policy was cancelled or given up meanwhile."""

    synonyms: tuple[str, ...] = ()
    follow: str = ""
    """Service that sets it right."""

    subject: str = field(default="A reminder from Harbour Life")

    @property
    def is_optional(self) -> bool:
        """Whether customers may turn it off and on."""
        return self.consent is not Consent.LEGAL

    def fill(self, template: str, words: Mapping[str, str]) -> str:
        """The template with the occasion's words."""
        return template.format(**words)

    def due_lead(self, on: date, today: date) -> int | None:
        """The lead time whose turn it is; earlier ones that were missed are left out."""
        reached = [lead for lead in self.lead_days if (on - today).days <= lead]
        return min(reached) if reached else None


_HOW = " Reply in our chat or call 95500. We never ask for codes or passwords."

RULES = (
    Rule(
        kind="premium_due",
        title="premiums that are due",
        find=occasions.premiums_due,
        lead_days=(7,),
        text="Harbour Life: the premium of {amount} for your policy ending {ending} is due on {on}." + _HOW,
        line="The premium of {amount} for {policy} is due on {on}.",
        synonyms=("premium", "premiums", "premium reminders"),
        follow="pay_premium",
    ),
    Rule(
        kind="grace_ending",
        title="a grace period that runs out",
        find=occasions.grace_ending,
        lead_days=(45, 30, 14, 3),
        text="Harbour Life: {amount} for your policy ending {ending} are unpaid. Your cover ends after {on}; "
        "please pay by then." + _HOW,
        line="{amount} for {policy} are unpaid: the cover ends after {on}.",
        consent=Consent.LEGAL,
        ahead_days=60,
        synonyms=("grace", "grace period"),
        follow="pay_premium",
    ),
    Rule(
        kind="failed_debit",
        title="a bank debit that failed",
        find=occasions.failed_debits,
        lead_days=(0,),
        text="Harbour Life: your bank did not pay {amount} for your policy ending {ending}.{retry} Your "
        "cover goes on for now." + _HOW,
        line="Your bank did not pay {amount} for {policy} on {on}.{retry}",
        synonyms=("debit", "bank debit", "failed debit"),
        follow="pay_premium",
    ),
    Rule(
        kind="loan_near_value",
        title="a loan that nears the cash value",
        find=occasions.loans_near_value,
        lead_days=(0,),
        text="Harbour Life: loan and interest on your policy ending {ending} have reached {share} percent of "
        "its cash value.{last}" + _HOW,
        line="Loan and interest on {policy} are at {share} percent of its cash value.{last}",
        consent=Consent.LEGAL,
        synonyms=("loan", "loans", "interest"),
        follow="repay_loan",
    ),
    Rule(
        kind="document_expiring",
        title="an identity document that expires",
        find=occasions.documents_expiring,
        lead_days=(60, 14),
        text="Harbour Life: your identity document on file is valid until {on}. Please give us the new date, "
        "so that payments to you are not held up." + _HOW,
        line="Your identity document on file is valid until {on}.",
        ahead_days=60,
        synonyms=("document", "identity document", "id"),
    ),
    Rule(
        kind="unclaimed_benefit",
        title="money that you have not drawn",
        find=occasions.unclaimed_benefits,
        lead_days=(-7, -90),
        text="Harbour Life: {amount} {benefit} money from your policy ending {ending} has been waiting for "
        "you since {on}." + _HOW,
        line="{amount} {benefit} money from {policy} has been waiting for you since {on}.",
        synonyms=("benefit", "benefits", "money"),
        follow="withdraw_benefit",
    ),
    Rule(
        kind="policy_asleep",
        title="a lapsed policy that can still be brought back",
        find=occasions.policies_asleep,
        lead_days=(700, 60),
        text="Harbour Life: your policy ending {ending} has lapsed and covers nothing. You can bring it back "
        "until {on}." + _HOW,
        line="{policy} has lapsed and covers nothing; it can be brought back until {on}.",
        consent=Consent.OPT_IN,
        ahead_days=731,
        synonyms=("lapsed", "lapsed policy", "asleep"),
        follow="reinstate_policy",
    ),
    Rule(
        kind="scam_warning",
        title="warnings of fraud",
        find=occasions.risky_requests,
        lead_days=(0,),
        text="Harbour Life: money was asked for from your policies in a way that we see in frauds. If it "
        "was not you, or somebody told you to, call 95500 now. Give nobody a code.",
        line="Money was asked for from your policies on {on} in a way that we see in frauds. If it was not "
        "you, or somebody told you to, tell me or call 95500 now.",
        consent=Consent.LEGAL,
        urgent=True,
        outlives_policy=True,
        synonyms=("scam", "fraud", "scams"),
        follow="talk_to_agent",
    ),
)
BY_KIND = {rule.kind: rule for rule in RULES}
"""What customers are told of and choose among."""

_CALL_US = " For help, call 95500 or write in our chat. We never ask for codes or passwords."

CALLS = (
    Rule(
        kind="grace_call",
        title="a call before the cover ends",
        find=occasions.grace_ending,
        # After the message of the 14th day, while there is still time to pay or to ask.
        lead_days=(10,),
        text="The premium of {amount} for your policy ending {ending} is not paid. Your cover ends after "
        "{on}. Please pay by then. If you cannot, ask us what else is possible." + _CALL_US,
        line="",
        consent=Consent.CALLS,
        way=Way.CALL,
        unanswered=Unanswered("grace_ending", days=3),
        follow="pay_premium",
    ),
    Rule(
        kind="loan_call",
        title="a call before a loan ends the cover",
        find=occasions.loans_at_value,
        lead_days=(0,),
        text="Loan and interest on your policy ending {ending} have reached its whole cash value. If at "
        "least the interest is not paid, the policy lapses and your cover ends." + _CALL_US,
        line="",
        consent=Consent.CALLS,
        way=Way.CALL,
        unanswered=Unanswered("loan_near_value", days=7),
        follow="repay_loan",
    ),
)
"""What is worth a call: cover that is about to be lost, of a customer who may have missed what was written.

Never what can wait, never anything that is to be sold, and no warning of fraud: an automatic call about money
and danger is how frauds begin. In conversations these occasions are told by the kind that was written.
"""

ALL = (*RULES, *CALLS)
_OF_KIND = {rule.kind: rule for rule in ALL}


def rule_of(kind: str) -> Rule:
    """The rule of a reminder's kind."""
    return _OF_KIND[kind]
