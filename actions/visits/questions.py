"""What a return visit asks, and how an answer is read: yes, no, or a doubt.

Each question is one neutral sentence: it names the matter and never the answer that would be right.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from actions.normalise import Misread, read_yes_no, words


class Stance(StrEnum):
    """How an answer is read. Only a plain yes confirms."""

    YES = "yes"
    NO = "no"
    DOUBT = "doubt"


class Feature(StrEnum):
    """What about a product asks for further questions."""

    INSTALMENTS = "instalments"
    PARTICIPATING = "participating"
    UNIVERSAL = "universal"
    UNIT_LINKED = "unit_linked"


@dataclass(frozen=True, slots=True)
class Question:
    """One confirmation."""

    name: str
    title: str
    text: str
    help: str
    feature: Feature | None = None
    """Asked only of products with this feature."""


QUESTIONS = (
    Question(
        "speaker", "applicant",
        "Are you the person who applied for this policy?",
        "I ask whether you yourself applied for the policy as its holder, or somebody else did.",
    ),
    Question(
        "signed", "purchase and signature",
        "Did you buy this product and sign its papers yourself?",
        "I ask who bought the product, and whose hand signed the application and the receipt.",
    ),
    Question(
        "manual", "product manual",
        "Have you read the product manual and the notes on the policy?",
        "They came with the policy, on paper or in the app.",
    ),
    Question(
        "cover", "cover, exclusions and term",
        "Do you know what the policy covers, what it leaves out, and how long it runs?",
        "These three stand in the policy: the cover, the exclusions, and the period of insurance.",
    ),
    Question(
        "loss", "loss on surrender",
        "Do you know what ending the policy after the cooling-off period can cost you?",
        "I ask about the difference between what was paid in and what is paid out then.",
    ),
    Question(
        "cooling_off", "cooling-off rights",
        "Do you know what you may do with the policy in the cooling-off period, and until when?",
        "I ask about your rights in the first days after you signed the receipt.",
    ),
    Question(
        "instalments", "premium instalments",
        "Do you know how much you pay, how often, and for how many years?",
        "I ask about the premium: the amount, the rhythm, and the years of payment.",
        Feature.INSTALMENTS,
    ),
    Question(
        "dividends", "dividends",
        "Do you know whether the dividends of this policy are fixed or can change?",
        "I ask about the share in the profit that this kind of policy can bring.",
        Feature.PARTICIPATING,
    ),
    Question(
        "account", "account and its interest",
        "Do you know which charges are taken from the account, and which part of its interest is guaranteed?",
        "I ask about the account inside this kind of policy.",
        Feature.UNIVERSAL,
    ),
    Question(
        "investment", "investment risk",
        "Do you know which charges are taken, and who bears a loss when the investments fall?",
        "I ask about the investments inside this kind of policy.",
        Feature.UNIT_LINKED,
    ),
)  # fmt: skip
BY_NAME = {question.name: question for question in QUESTIONS}

_DOUBT = re.compile(
    r"\b(?:not (?:sure|really|exactly|quite|completely|entirely|all)|unsure|i think|i guess|i suppose|maybe|"
    r"perhaps|probably|more or less|kind of|sort of|somewhat|partly|a little|a bit|some of it|roughly|"
    r"don'?t know|do not know|no idea|forgot|don'?t remember|don'?t understand|what do you mean|but|however|"
    r"except|although|he said|she said|they said|told me|the agent|the seller|the salesman|"
    r"my (?:son|daughter|wife|husband|friend|agent))\b",
    re.IGNORECASE,
)
_LONG = 3
"""From so many words on, what is neither yes nor no is taken as a doubt, with the words as they are."""


def features_of(kind: str, *, participating: bool, instalments: bool) -> tuple[Feature, ...]:
    """What further questions a product asks for."""
    found = {
        Feature.INSTALMENTS: instalments,
        Feature.PARTICIPATING: participating,
        Feature.UNIVERSAL: kind == "universal_life",
        Feature.UNIT_LINKED: kind == "unit_linked",
    }
    return tuple(feature for feature, holds in found.items() if holds)


def asked_of(features: tuple[Feature, ...] | frozenset[str]) -> tuple[Question, ...]:
    """The questions for a product, in their order."""
    return tuple(one for one in QUESTIONS if one.feature is None or one.feature in features)


def stance(said: str) -> Stance:
    """How an answer is read.

    Raises:
        Misread: too short to be anything; asked once more.
    """
    if _DOUBT.search(said):
        return Stance.DOUBT
    try:
        return Stance.YES if read_yes_no(said) else Stance.NO
    except Misread:
        if len(words(said)) >= _LONG:
            return Stance.DOUBT
        raise Misread("not_an_answer", "I did not catch that as an answer.") from None
