"""The bot without Rasa: a few words stand for what the model understands, the dialogue is the real one.

For tests of what lies around the engine: channels, turns, identity.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from actions.dialogue import Dialogue
from actions.forms.service import Answers, Context, Field, Outcome, Service
from actions.services.cases import CLAIM_STATUS
from actions.services.claim_document import CLAIM_DOCUMENT
from actions.services.inquiries import INQUIRIES, STATUS
from actions.services.passkey import PASSKEY
from actions.services.personal import ID_DOCUMENT
from actions.services.premiums import PAY
from actions.services.reminders import REMINDERS
from actions.services.requests import TRANSACTION_STATUS
from actions.services.return_visit import RETURN_VISIT
from actions.servicing.recording import service_of
from actions.utterance import Utterance
from bot.engine_client import Answer
from records.clock import Clock
from records.store import Store
from records.turns import Turn

KEY = b"key of the tests"

WORDS = {
    "in force": "check_policy_status",
    "covered for": "check_coverage",
    "premium due": "check_premium_due",
    "cash value": "check_cash_value",
    "do i owe": "check_loan_balance",
    "benefits": "check_benefits",
    "my claim": "check_claim_status",
    "my change": "check_transaction_status",
    "watch out": "check_reminders",
    "identity document": "update_id_document",
    "pay my premium": "pay_premium",
    "loan": "take_policy_loan",
    "passkey": "set_up_passkey",
    "person": "talk_to_agent",
}
"""What a text holds, and the intent it is then."""


def _lend(_session: Session, context: Context, answers: Answers) -> Outcome:
    return Outcome(f"Customer {context.customer_id} gets {answers['amount']} at level {context.facts.level}.")


LOAN = Service(
    "take_policy_loan",
    "take a policy loan",
    _lend,
    (
        Field("amount", "amount", "How much?", lambda text, _facts: text, early=True),
        Field("account", "account", "To which account?", lambda text, _facts: text),
    ),
    assurance=3,
    code="LN",
    confirm=lambda answers, _facts: f"Lend {answers['amount']} to {answers['account']}?",
)
"""The least service that needs the strong level, with a question before it and one after it."""

SERVICES: Mapping[str, Service] = {
    one.intent: one
    for one in (
        STATUS,
        *INQUIRIES,
        CLAIM_STATUS,
        TRANSACTION_STATUS,
        REMINDERS,
        PASSKEY,
        LOAN,
        RETURN_VISIT,
        CLAIM_DOCUMENT,
        service_of(ID_DOCUMENT),
        service_of(PAY),
    )
}


class DialogueEngine:
    """Answers turns with the dialogue itself."""

    def __init__(self, store: Store, clock: Clock) -> None:
        """Speak for the customers in `store`."""
        self.dialogue = Dialogue(store, clock, assurance_minutes=30, key=KEY, index=None, services=SERVICES)

    async def ask(self, turn: Turn) -> Answer:
        """Answer the turn's message."""
        text, button = turn.body["text"], turn.body.get("button")
        intent = next((name for words, name in WORDS.items() if words in text.lower()), "")
        understood = Utterance("" if button else text, intent, 0.97 if intent else 0.2, button=button)
        result: dict[str, Any] = await asyncio.to_thread(
            self.dialogue.turn, "service_form", turn.conversation_id, turn.id, understood
        )
        return Answer(result["messages"], intent, 0.97)
