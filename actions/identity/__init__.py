"""Who the customer is, and how sure we are: the identity ladder.

The only package that reads or writes identity columns of a conversation. Never a slot, never a form.
"""

from actions.identity.ladder import (
    COLUMNS,
    STRONG,
    VERIFIED,
    Standing,
    forget,
    identify,
    level,
    proven_once,
    raise_to,
    speak_of,
    standing,
    standing_of,
    was_withdrawn,
    withdraw,
)
from actions.identity.proof import Proven, prove, prove_by_code, send_code
from actions.identity.questions import (
    ASK_QUESTIONS,
    QUESTION_NAMES,
    SEND_CODE,
    questions,
    wants_code,
    wants_questions,
)
from actions.identity.scope import age_of, policies_of, policy_of, profile_of

__all__ = [
    "ASK_QUESTIONS",
    "COLUMNS",
    "QUESTION_NAMES",
    "SEND_CODE",
    "STRONG",
    "VERIFIED",
    "Proven",
    "Standing",
    "age_of",
    "forget",
    "identify",
    "level",
    "policies_of",
    "policy_of",
    "profile_of",
    "prove",
    "prove_by_code",
    "proven_once",
    "questions",
    "raise_to",
    "send_code",
    "speak_of",
    "standing",
    "standing_of",
    "wants_code",
    "wants_questions",
    "was_withdrawn",
    "withdraw",
]
