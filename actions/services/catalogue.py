"""All services there are, built or not: intent, code, where it ends, identity level, and its name in words.

A service without a description of its own is passed to a colleague; so this table has no gaps. A transaction
added later may bring its line with it (`Transaction.entry`) instead of standing here.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """A service as the catalogue knows it."""

    intent: str
    title: str
    """What the customer wants to do: "change your address or phone number"."""

    assurance: int = 2
    tier: str = "self"
    """self: done alone; human: prepared by the bot, decided by an agent."""

    code: str = ""
    money_out: bool = False


ENTRIES = (
    Entry("check_policy_status", "check the state of your policies"),
    Entry("check_coverage", "see what you are covered for"),
    Entry("check_premium_due", "see what premium is due"),
    Entry("check_cash_value", "see the cash value"),
    Entry("check_loan_balance", "see what is owed on a policy loan"),
    Entry("check_benefits", "see money that is waiting for you"),
    Entry("check_claim_status", "see how far a claim is"),
    Entry("check_transaction_status", "see how far a change is"),
    Entry("find_branch", "find a branch", assurance=0),
    Entry("report_claim", "report a claim", assurance=1),
    Entry("add_claim_document", "hand in a paper for a claim"),
    Entry("change_contact", "change your phone, address or e-mail", code="LD"),
    Entry("change_personal_data", "change your personal data", code="BD"),
    Entry("change_key_identity", "change name, identity number, birth date or sex", 3, "human", "CD"),
    Entry("update_id_document", "update your identity document", code="ID"),
    Entry("change_occupation", "change your occupation", 2, "human", "IO"),
    Entry("change_policyholder", "change the policyholder", 3, "human", "AE", money_out=True),
    Entry("change_beneficiary", "change the beneficiaries", 3, "human", "BC", money_out=True),
    Entry("change_payment_account", "change how you pay", 3, code="PC", money_out=True),
    Entry("change_premium_frequency", "change how often you pay", code="PF"),
    Entry("set_auto_premium_loan", "switch the automatic premium loan on or off", code="AG"),
    Entry("pay_premium", "pay a premium", 1, code="PP"),
    Entry("convert_to_paid_up", "stop paying and keep a smaller cover", 2, "human", "PU"),
    Entry("reinstate_policy", "bring a lapsed policy back", 2, "human", "RE"),
    Entry("add_cover", "add cover", 2, "human", "AC"),
    Entry("reduce_cover", "reduce your cover", 3, code="RC", money_out=True),
    Entry("cancel_in_cooling_off", "cancel inside the cooling-off period", 3, code="CO", money_out=True),
    Entry("surrender_policy", "surrender a policy", 3, "human", "SU", money_out=True),
    Entry("take_policy_loan", "take a policy loan", 3, code="LN", money_out=True),
    Entry("repay_loan", "pay a policy loan back", 1, code="RF"),
    Entry("withdraw_benefit", "draw benefits", 3, code="WB", money_out=True),
    Entry("set_dividend_option", "choose how dividends are used", code="HG"),
    Entry("reissue_policy", "report a lost policy document", code="GS"),
    Entry("set_notice_delivery", "choose how notices reach you", code="NT"),
    Entry("start_return_visit", "do the follow-up on your new policy", 1),
    Entry("check_reminders", "see what needs your attention"),
    Entry("set_up_passkey", "set up a passkey for your face or fingerprint"),
    Entry("report_scam", "report a scam", 0),
    Entry("talk_to_agent", "talk to a person", 0, "human"),
    Entry("make_complaint", "make a complaint", 0, "human"),
    Entry("request_callback", "be called back", 0, "human"),
)

CATALOGUE = {entry.intent: entry for entry in ENTRIES}

TITLES = {entry.intent: entry.title for entry in ENTRIES} | {"ask_question": "ask a question"}
"""What each intent is called on a button."""


def enter(entries: Iterable[Entry]) -> None:
    """Put services on the list that bring their own line.

    Raises:
        ValueError: the intent or the code is on the list already, with another line.
    """
    for entry in entries:
        same = [one for one in CATALOGUE.values() if one.intent == entry.intent or one.code == entry.code]
        if not entry.code or any(one != entry for one in same):
            raise ValueError(f"{entry.intent} ({entry.code}): without a code, or on the list already")
        CATALOGUE[entry.intent] = entry
        TITLES[entry.intent] = entry.title
