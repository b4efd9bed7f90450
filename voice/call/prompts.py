"""What the line itself says to callers: fixed sentences, so that they are made once and never waited for."""

from collections.abc import Iterable

GREETING = (
    "Hello, this is Harbour Life. You are speaking with our automatic assistant. "
    "You can ask for a person at any time."
)
RECORDED = "This call is recorded. If you do not want that, say: do not record."
NOT_RECORDED = "All right. This call is not recorded."
HOW_CAN_I_HELP = "How can I help you?"

CUT_OFF = "We were cut off. I am here again."
ANYTHING_ELSE = "Is there anything else I can do for you?"

ONE_MOMENT = "One moment, please."
STILL_AT_IT = "I am still working on it. Thank you for your patience."

NOT_CAUGHT = "Sorry, I did not catch that."
NOT_SURE = "Sorry, I am not sure that I heard you right."
SAY_OR_KEY = "You can say it slowly, or key it in and press the hash key. Or say: a person."
KEY_IT_IN = "Please key it in on your telephone, and then press the hash key."
NOTHING_HEARD = "I did not hear anything."
STILL_THERE = "Are you still there? You can also say: a person."
NOT_HEARD_PERSON = "I am sorry, I cannot hear you well enough. A colleague will help you."

SLOWER = "Of course. I will speak more slowly."
NOTHING_TO_REPEAT = "I have not said anything yet."

LINK_SENT = "I have sent a link to the number that we have on file. It opens this conversation as a chat."
NO_LINK = "I can send you a link once you have shown who you are. Until then we can go on here."

APOLOGY = "I am sorry, something went wrong on our side. Please stay on the line, a colleague will help you."
APOLOGY_UNKNOWN = "I am sorry, something went wrong on our side. Please call again."
CALLER_GONE = "The caller has gone. Thank you."
CALL_LEFT = "The caller stays with us. Thank you."
GOODBYE = "Thank you for calling Harbour Life. Goodbye."
PUT_THROUGH = "I am putting you through now."


def understood(words: str) -> str:
    """Names what was understood, so that the caller can object."""
    return f"I understood: {words}."


def read_back(words: str) -> str:
    """Asks whether what was heard is right."""
    return f"I heard: {words}. Is that right?"


def fixed() -> Iterable[str]:
    """All sentences that are said as they stand, to be made ready before the first call."""
    return [value for name, value in globals().items() if name.isupper() and isinstance(value, str)]
