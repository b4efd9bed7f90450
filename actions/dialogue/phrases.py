"""What the bot says of itself: greetings, apologies, hand-overs. Warm, plain, short.

Only words; when they are said is decided elsewhere.
"""

from collections.abc import Sequence

from actions.reply import A_PERSON, Button, intent_button

HELP = (
    "I can look up your policies, premiums, cash value, loans and claims, report a claim, find a branch, "
    "or answer questions about insurance. And I can bring in a colleague at any time."
)
HELP_BUTTONS: tuple[Button, ...] = (
    intent_button("My policies", "check_policy_status"),
    intent_button("Report a claim", "report_claim"),
    intent_button("Find a branch", "find_branch"),
    A_PERSON,
)
SMALL_TALK = {
    "greet": "Hello!",
    "goodbye": "Goodbye. I keep what you told me, so you can go on whenever you come back.",
    "thank": "You're welcome.",
    "ask_help": HELP,
    "bot_challenge": "I'm Harbour Life's automatic assistant. A person is always one word away.",
    "speak_slower": "Of course. I'll take it slowly.",
    "repeat_that": "Of course, once more.",
    "affirm": "Good.",
    "deny": "All right.",
}
EMPTY = "Your message arrived without any words. Please type it again."
STALE = "That button belongs to an earlier question, so I did nothing with it."
EMERGENCY = (
    "If someone is in danger right now, please call 120 for an ambulance, 110 for the police or 119 for the "
    "fire service first. Your insurance can wait, and everything you told me is kept."
)
CANCELLED = "All right, I've stopped that. Nothing was sent."
NOTHING_TO_CANCEL = "There is nothing under way that I could stop."
OUT_OF_SCOPE = "I'm sorry, that is not something I can help with. "
NOT_KNOWN = "I don't know that, and I'd rather not guess. A colleague can tell you for sure."
NOT_UNDERSTOOD = "I'm sorry, I did not understand that. "
DID_YOU_MEAN = "I'm not sure I understood. Did you mean one of these?"
NONE_OF_THESE = (
    "I see, it is something else. Please tell me in other words, or let me bring in a colleague who can help."
)
NOT_PROVEN = (
    "I'm sorry, I could not match those details with our records. Let us try once more from the beginning."
)
CODE_WRONG = "That is not the code I sent last."
CODE_TOO_OLD = "That code is no longer valid, so a new one is on its way."
NO_MORE_CODES = "I have sent as many codes as I may for today. Let us go by questions instead."
NOT_SEEN_YET = "I can't see yet that your device has checked it."
LINK = {
    False: "Please open this page and let your phone or computer check your face or fingerprint. It is valid "
    "for five minutes: {url}",
    True: "You have no passkey with us yet. You can set one up on this page, which is valid for five "
    "minutes: {url}",
}
"""By whether the link is for making a passkey."""

LINK_BY_SMS = {
    False: "I have sent you an SMS with a link. Please open it and let your phone check your face or "
    "fingerprint; I'll wait.",
    True: "You have no passkey with us yet. I have sent you an SMS with a link where you can set one up; "
    "I'll wait.",
}
KEPT_FROM_ELSEWHERE = "You began this on {day}, and I kept what you told me."
WELCOME_BACK = "Welcome back. We were in the middle of this: {title}."

HANDED_OVER = {
    "talk_to_agent": (
        "asked_for",
        "Of course. I'm bringing in a colleague, who can see everything you told me.",
    ),
    "make_complaint": (
        "complaint",
        "I'm sorry that something went wrong. I'm bringing in a colleague who will take your complaint down "
        "and follow it up with you.",
    ),
    "report_scam": (
        "scam",
        "Thank you for telling us. Please pay nothing, give nobody a code or your identity card, and sign "
        "nothing: we never ask for codes, and cancelling a policy through a stranger is a known fraud. I'm "
        "bringing in a colleague who can check and protect your policies.",
    ),
}
"""Reason and words for what always goes to a person."""

TAKEN_OVER = {
    "field_failed": "I don't want to keep asking you the same thing. A colleague will help you on, and "
    "sees what you have told me so far.",
    "verification_failed": "I could not match those details with our records, so I can't go on alone. "
    "A colleague will help you.",
    "two_fallbacks": "I'm sorry, I still don't understand. A colleague will take over and sees what you "
    "wrote.",
    "elderly": "Let me bring in a colleague, so that you get your answer without any trouble.",
    "anger": "I'm sorry this is such a trouble. A colleague takes over right now.",
}


def which_of(titles: Sequence[str]) -> str:
    """The question between services, short enough to be spoken."""
    if len(titles) == 1:
        return f"I want to be sure: would you like to {titles[0]}?"
    return f"I want to be sure: would you like to {', '.join(titles[:-1])}, or {titles[-1]}?"


def code_too_soon(seconds: int) -> str:
    """A code was sent a moment ago."""
    return f"I sent a code a moment ago, and it is still valid. In {seconds} seconds I can send a new one."


def checked_by_a_person(title: str) -> str:
    """A colleague proves who the customer is, before a service that needs it for sure."""
    return (
        f"Of course. A colleague checks who you are and then helps you to {title}. What you told me so far "
        "is kept, and nothing has been done yet."
    )


def passed_on(title: str) -> str:
    """A service that a colleague carries out."""
    return (
        f"You would like to {title}. I can't do that on my own, so I'm passing it to a colleague with what "
        "you told me. You won't have to say it again."
    )
