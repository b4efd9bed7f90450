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
    raise_to,
    speak_of,
    standing_of,
)
from actions.identity.proof import Proven, prove
from actions.identity.questions import questions
from actions.identity.scope import age_of, policies_of, policy_of, profile_of

__all__ = [
    "COLUMNS",
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
    "questions",
    "raise_to",
    "speak_of",
    "standing_of",
]
