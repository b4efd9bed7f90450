"""Why a conversation goes to a person, in code and in words; and how urgent each reason is.

The table is data: whoever adds a reason adds its words and its priority here, and nowhere else.
"""

from enum import StrEnum

ELDERLY_AGE = 60
"""From this age on a customer reaches a person first (T/IAC 54-2025)."""

ELDERLY_PRIORITY = 80


class Reason(StrEnum):
    """Why the bot gives a conversation to people."""

    ASKED_FOR = "asked_for"
    TWO_FALLBACKS = "two_fallbacks"
    FIELD_FAILED = "field_failed"
    ANGER = "anger"
    COMPLAINT = "complaint"
    DEATH_CLAIM = "death_claim"
    HUMAN_SERVICE = "human_service"
    VERIFICATION_FAILED = "verification_failed"
    ELDERLY = "elderly"
    BOT_FAILED = "bot_failed"
    CALLBACK = "callback"
    SCAM = "scam"
    NOT_HEARD = "not_heard"

    @classmethod
    def parse(cls, text: str) -> "Reason":
        """The reason named `text`; a name nobody knows is a fault of ours, and still reaches a person."""
        try:
            return cls(text)
        except ValueError:
            return cls.BOT_FAILED

    @property
    def words(self) -> str:
        """The reason as an agent reads it."""
        return _WORDS[self]

    @property
    def priority(self) -> int:
        """Higher is served first."""
        return _PRIORITIES.get(self, 10)


_WORDS = {
    Reason.ASKED_FOR: "Asked for a person",
    Reason.TWO_FALLBACKS: "Not understood twice in a row",
    Reason.FIELD_FAILED: "Could not answer one question of the form",
    Reason.ANGER: "Sounds upset",
    Reason.COMPLAINT: "Wants to complain",
    Reason.DEATH_CLAIM: "Reports a death",
    Reason.HUMAN_SERVICE: "This service is decided by a person",
    Reason.VERIFICATION_FAILED: "Could not prove their identity",
    Reason.ELDERLY: "Sixty or older: a person comes first",
    Reason.BOT_FAILED: "The assistant failed",
    Reason.CALLBACK: "Wants to be called back",
    Reason.SCAM: "Reports a possible scam",
    Reason.NOT_HEARD: "Could not be heard well on the telephone",
}

_PRIORITIES = {
    Reason.DEATH_CLAIM: 90,
    Reason.ELDERLY: ELDERLY_PRIORITY,
    Reason.COMPLAINT: 70,
    Reason.SCAM: 60,
    Reason.ANGER: 55,
    Reason.CALLBACK: 50,
    Reason.BOT_FAILED: 40,
}

HEAD_START_SECONDS = 15.0
"""By how much each point of priority lets a customer go ahead of an earlier arrival.

A death claim (90) goes before an ordinary question (10) that came up to twenty minutes earlier, and no
further: whoever waits long enough is next, whatever comes in.
"""
