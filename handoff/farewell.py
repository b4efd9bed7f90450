"""Farewell: what the customer reads when an agent is done with them. Words alone; nothing is changed here."""

from sqlalchemy.orm import Session

from handoff import sources
from records.models import ConversationId

_ENDED = frozenset(
    {"paid", "closed", "done", "completed", "applied", "refused", "rejected", "withdrawn", "cancelled"}
)


def finished(session: Session, conversation_id: ConversationId, agent_name: str) -> str:
    """What the customer reads when the agent is done: the open cases by number, and who is there now."""
    cases = [
        _case_in_words(kind, number, words)
        for kind, number, words, state in sources.outcomes(session, conversation_id)
        if state not in _ENDED
    ]
    # "your", said once at the head of the sentence, is enough.
    listed = f" Your {' and your '.join(cases)}." if cases else ""
    return f"{first_name(agent_name)} has finished.{listed} I am your assistant again."


def given_back(agent_name: str, wanted: str) -> str:
    """What the customer reads when the agent gives them back, to be helped with what is `wanted`."""
    name = first_name(agent_name)
    if not wanted:
        return f"{name} has given you back to me. I am your assistant again."
    return f"{name} has given you back to me: I am your assistant, and help you {wanted}."


def first_name(name: str) -> str:
    """An agent, as a customer speaks of them."""
    return name.split()[0] if name.split() else "Your agent"


def _case_in_words(kind: str, number: str, words: str) -> str:
    if kind == "claim":
        return f"{words[:1].lower()}{words[1:]} {number} is registered"
    return f"request {number} is in progress"
