"""Whether a message answers the question, or leaves it: to a person, to another service, to a question.

Free text is the dangerous case: a long story that mentions an agent is still the story.
"""

import re
from dataclasses import dataclass

from actions.normalise import words
from actions.utterance import Utterance

URGENT = frozenset({"talk_to_agent", "make_complaint", "report_scam"})
"""What wins over any answer once it is understood for sure."""

SMALL_TALK = frozenset(
    {"greet", "goodbye", "thank", "ask_help", "bot_challenge", "repeat_that", "speak_slower"}
)
ANSWERING = frozenset({"affirm", "deny", "correct_answer", "cancel_task", "nlu_fallback", "out_of_scope", ""})
"""Intents that never leave a question; they answer, correct or end it, or say nothing."""

EMERGENCY = "emergency"
"""Not an intent of the model: found by its words alone, so that it never depends on training."""


@dataclass(frozen=True, slots=True)
class Caution:
    """How sure the understanding must be before a message counts as leaving the question."""

    urgent: float = 0.6
    other: float = 0.6
    despite_answer: float = 0.85
    """When the message can also be read as an answer."""

    urgent_in_story: float = 0.8
    other_in_story: float = 0.9
    long_story: float = 0.95
    short_words: int = 12
    """Up to so many words a story is short."""

    story_words: int = 25
    """From more words on, free text is a story whatever else it mentions."""


CAUTION = Caution()

_CANCEL = frozenset(
    "cancel|stop|quit|exit|abort|forget it|never mind|nevermind|cancel it|cancel that|cancel this|stop "
    "it|stop this|leave it|let's stop|please stop|please cancel|start over|drop it|i want to cancel this|end "
    "this".split("|")
)
_PERSON = frozenset(
    "agent|person|a person|human|a human|human please|real person|a real person|operator|representative|"
    "talk to a person|talk to a human|talk to an agent|speak to a person|speak to a human|speak to someone|"
    "speak to an agent|agent please|person please|live agent|customer service|colleague|a colleague".split(
        "|"
    )
)
_SKIP = frozenset(
    "i don't have it|don't have it|i don't have one|don't have one|i don't remember|don't remember|later|"
    "i can't find it|can't find it|not applicable|skip it|skip this|no hospital|i have none|"
    "skip|none|no idea|don't know|i don't know|not sure|n/a|na|nothing|pass|unknown|no".split("|")
)
_SAME = re.compile(
    r"^\W*(?:(?:it'?s|it is|that'?s|use|take|please|just|still|to|on|in|for|yes)\W+)*(?:"
    r"(?:exactly )?(?:the )?(?:same|usual)(?: (?:one|thing|\w+))?(?: (?:as|like) (?:before|always|usual|ever|"
    r"then|earlier|(?:the )?last time))?|"
    r"(?:as|like) (?:before|always|usual|(?:the )?last time)|what i (?:said|told you|gave you) "
    r"(?:before|earlier|last time)|you (?:already )?have (?:it|that)(?: already| on file)?)"
    r"\W*(?:please)?\W*$",
    re.IGNORECASE,
)
_WHY = re.compile(
    r"^\W*(?:but )?(?:why|what for|for what|how come)\b(?:.{0,60}\b(?:ask|asking|need|needed|want|know|"
    r"matter|necessary"
    r"|important|required)\b.{0,30}|\W*)$",
    re.IGNORECASE,
)
_HELP = re.compile(
    r"^\W*(?:help(?: me)?|what do you mean|i don'?t understand(?: the question)?|what is (?:that|this)|"
    r"what'?s (?:that|this)|explain(?: please)?|(?:and )?where (?:do|can) i find (?:that|it|this|the "
    r"number|my number)"
    r"|how do i find (?:that|it|this)|what should i (?:say|write|enter|put)|for example|such as|like "
    r"what)\W*$",
    re.IGNORECASE,
)
_OPENING = (
    r"^\W*(?:(?:um+|uh+|erm?|so|okay|ok|well|hi|hello|hey|yeah|please|but|and|sorry|wait|actually)\W+)*"
)
_QUESTION = re.compile(
    r"\?\s*$|"
    + _OPENING
    + r"(?:what|how|when|where|which|who|why|is|are|does|do|can|could|will|would|may|am|what's)\b",
    re.IGNORECASE,
)
_POLITE = re.compile(
    _OPENING + r"(?:can|could|would|will) you (?!(?:please )?(?:tell|explain|say|let me know)\b)",
    re.IGNORECASE,
)
_REQUEST = re.compile(
    r"^\W*(?:(?:please|but|and|first|hey|hi|wait|sorry|actually)\W+)*"
    r"(?:show|list|tell me|check|find|look up|give me|i want|i'd like|i would like|i need to|let me|let's)\b",
    re.IGNORECASE,
)
_EMERGENCY = re.compile(
    r"\b(?:(?:need|call|send|get)(?: me| us)? an? ambulance|(?:is|are|am|'s|'m) (?:dying|not breathing|"
    r"bleeding badly|"
    r"unconscious)|can'?t breathe|cannot breathe|not breathing|(?:kill|killing|hurt) myself|end my "
    r"(?:own )?life|"
    r"want to die|house is on fire|emergency (?:right )?now|this is an emergency)\b",
    re.IGNORECASE,
)


def said_cancel(utterance: Utterance) -> bool:
    """Whether the message is nothing but "stop this"."""
    return utterance.pressed_intent == "cancel_task" or " ".join(words(utterance.text)) in _CANCEL


def said_skip(utterance: Utterance) -> bool:
    """Whether the message leaves an optional answer out."""
    return " ".join(words(utterance.text)) in _SKIP


def says_same(text: str) -> bool:
    """Whether the answer is that nothing has changed: "the same as before"."""
    return len(text) < 60 and bool(_SAME.match(text))


def asks_why(text: str) -> bool:
    """Whether the message wants to know why this is asked."""
    return len(text) < 100 and bool(_WHY.match(text))


def asks_help(text: str) -> bool:
    """Whether the message wants the question explained."""
    return len(text) < 60 and bool(_HELP.match(text))


def is_question(text: str) -> bool:
    """Whether the text has the form of a question."""
    return bool(_QUESTION.search(text))


def asks_to_know(text: str) -> bool:
    """Whether the text is a question for knowledge; "can you cancel it?" is a request."""
    return is_question(text) and not _POLITE.match(text)


def asks_for_something(text: str) -> bool:
    """Whether the text has the form of a question or of a request."""
    return is_question(text) or bool(_REQUEST.match(text))


def is_emergency(text: str) -> bool:
    """Whether somebody is in danger now; long texts tell of the past."""
    return len(text) < 160 and bool(_EMERGENCY.search(text))


def wants_out(text: str) -> bool:
    """Whether the words alone call for help or for a person."""
    return is_emergency(text) or " ".join(words(text)) in _PERSON


def leaves(utterance: Utterance, own: str, *, free: bool, answered: bool) -> str | None:
    """The intent for which the message leaves the question, or None when it does not.

    Args:
        utterance: the message.
        own: the service whose question was asked; its own intent never leaves it.
        free: the question takes any text for an answer.
        answered: the message could be read as an answer.
    """
    if utterance.pressed_intent:
        return utterance.pressed_intent if utterance.pressed_intent != own else None
    said = words(utterance.text)
    if is_emergency(utterance.text):
        return EMERGENCY
    if " ".join(said) in _PERSON:
        return "talk_to_agent"
    intent = utterance.intent
    if intent in ANSWERING or intent == own:
        return None
    return (
        intent if utterance.confidence >= _needed(intent, utterance.text, len(said), free, answered) else None
    )


def cancels(utterance: Utterance, *, free: bool) -> bool:
    """Whether the message ends the form."""
    if said_cancel(utterance):
        return True
    if utterance.intent != "cancel_task" or said_skip(utterance):
        return False
    count = len(words(utterance.text))
    if free:
        return count <= CAUTION.short_words and utterance.confidence >= CAUTION.other_in_story
    return count <= CAUTION.story_words and utterance.confidence >= CAUTION.other


def _needed(intent: str, text: str, count: int, free: bool, answered: bool) -> float:
    urgent = intent in URGENT
    asked = intent == "ask_question" and is_question(text)
    if free:
        if count > CAUTION.story_words or (count > CAUTION.short_words and not urgent and not asked):
            return 2.0
        if count > CAUTION.short_words:
            return CAUTION.long_story
        if not urgent and intent not in SMALL_TALK and not asks_for_something(text):
            return 2.0  # "at home in Chengdu" is a place, whatever service it reminds of
        return CAUTION.urgent_in_story if urgent or asked else CAUTION.other_in_story
    if answered:
        # A bare answer of a word or two is an answer, whatever the model makes of it.
        return 2.0 if count <= 3 else CAUTION.despite_answer
    return CAUTION.urgent if urgent else CAUTION.other
