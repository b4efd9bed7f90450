"""What is said to who answers: a person, a machine, or nobody knows which. Pure.

A name, a policy or an amount is never said before a key was pressed; a machine hears none of it at all.
"""

from enum import StrEnum

from twilio.twiml.voice_response import Gather, VoiceResponse  # type: ignore[import-untyped]

from voice.outbound.planning import RETURN_VISIT
from voice.speaking import wording

GO_ON, LATER, AFTER_ALL, NEVER, PERSON = "1", "2", "5", "9", "0"
KEY_SECONDS = 8

_WHO = "Hello. This is the automatic assistant of Harbour Life, your insurance company."
_WHY = {
    True: "I have a few short questions about your new policy.",
    False: "I have a short reminder for you.",
}
_KEYS = (
    "To hear it, press 1. If this is not a good time, press 2. If we should not call you like this any more, "
    "press 9."
)
_NO_KEY = "I heard no key. We try again another time. Goodbye."
_VOICEMAIL = (
    "Hello. This is Harbour Life with a message for our customer. Please call us on 9 5 5 0 0, from eight in "
    "the morning to eight in the evening, or write in our chat. We never ask for codes or passwords. Goodbye."
)
_UNSURE = "Hello, this is Harbour Life, with a message for our customer. If you are there, please press 1."
LATER_WORDS = "Thank you. We try again another time. Goodbye."
NEVER_WORDS = (
    "Thank you. We will not call you like this any more. If that was a mistake, press 5. You can change it "
    "at any time: tell our assistant, in the chat or on 9 5 5 0 0, to turn phone calls on."
)
AGAIN_WORDS = "Thank you. We may call you again. We try another time. Goodbye."
_FAREWELL = "Goodbye."
GONE_WORDS = "Thank you. This is settled already. Goodbye."
_AGAIN = (
    "To hear it again, press 1. To talk to a person, press 0. If we should not call you like this any more, "
    "press 9."
)


class Verdict(StrEnum):
    """Who answered, as far as it matters."""

    HUMAN = "human"
    MACHINE = "machine"
    FAX = "fax"
    UNKNOWN = "unknown"


def verdict(answered_by: str) -> Verdict:
    """What answering-machine detection found."""
    if answered_by.startswith("machine"):
        return Verdict.MACHINE
    return Verdict(answered_by) if answered_by in ("human", "fax") else Verdict.UNKNOWN


def opening(who: Verdict, purpose: str, keys_url: str) -> str:
    """The first document of a call."""
    match who:
        case Verdict.HUMAN:
            return _asked(f"{_WHO} {_WHY[purpose == RETURN_VISIT]} {_KEYS}", keys_url, _NO_KEY)
        case Verdict.MACHINE:
            return farewell(_VOICEMAIL)
        case Verdict.FAX:
            return farewell("")
        case _:
            # Whoever presses a key is a person; a machine that was not known as one records the message.
            return _asked(_UNSURE, keys_url, _VOICEMAIL)


def told(text: str, keys_url: str) -> str:
    """The reminder itself, to who asked to hear it."""
    return _asked(f"{' '.join(wording.sentences_of(text))} {_AGAIN}", keys_url, _FAREWELL)


def objected(keys_url: str) -> str:
    """To who wants no calls: it is done, and how it is undone."""
    return _asked(NEVER_WORDS, keys_url, _FAREWELL)


def farewell(words: str) -> str:
    """Say this and hang up."""
    response = VoiceResponse()
    if words:
        response.say(words)
    response.hangup()
    return str(response)


def _asked(words: str, keys_url: str, otherwise: str) -> str:
    response = VoiceResponse()
    gather = Gather(num_digits=1, timeout=KEY_SECONDS, action=keys_url, method="POST")
    gather.say(words)
    response.append(gather)
    response.say(otherwise)
    response.hangup()
    return str(response)
