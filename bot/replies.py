"""The bot's replies as they are stored: an engine's answer, or the words that stand in for one.

There is never nothing: an engine that failed or was silent gives the customer to a person, and says so.
"""

import logging
from typing import Any

from bot import rendering
from bot.engine_client import Answer

log = logging.getLogger(__name__)

BOT_FAILED = (
    "Sorry, something went wrong on our side. Your message is safe, and a colleague takes over from here."
)


def bodies_of(answer: Answer | None) -> list[dict[str, Any]]:
    """The bodies of the messages to store, the last of them with what is known of the turn; never empty."""
    if answer is None:
        return [{"text": BOT_FAILED, "custom": {"tier": 3, "handoff": "bot_failed", "intent": None}}]
    bodies = rendering.replies(answer.messages)
    if not bodies:
        # An engine that heard and says nothing would leave the customer alone.
        log.error("the engine had no words for intent %s", answer.intent)
        return bodies_of(None)
    custom = bodies[-1].get("custom", {})
    # An action knows better where it took the message for an answer to its question.
    bodies[-1]["custom"] = {"tier": 1, **custom, "intent": custom.get("intent") or answer.intent}
    # For the learning loop; customers' clients are not shown it.
    bodies[-1]["heard"] = {
        "intent": answer.intent,
        "confidence": round(answer.confidence, 4),
        "ranking": [[name, round(share, 4)] for name, share in answer.ranking],
    }
    return bodies
