"""How answers of the claim form are read: kind, person, policy, date, story, phone; what is known of them.

Readers only: nothing here records, and nothing refuses what a person could sort out.
"""

import re
from datetime import date, timedelta

from actions.forms.service import Answers, Facts
from actions.normalise import (
    Choice,
    Misread,
    Tense,
    read_choice,
    read_date,
    read_name,
    read_phone,
    read_policy_number,
    refuse_other_kinds,
    words,
)
from actions.services.claim_papers import CHOICES, kind_in

OLDEST = timedelta(days=365 * 10)
_STORY_WORDS = 8
RELATIONS = (
    Choice("self", "Myself", ("self", "about me", "for me", "it's me", "my own", "i am", "i'm")),
    Choice("spouse", "My husband or wife", ("husband", "wife", "spouse", "partner")),
    Choice("child", "My child", ("child", "son", "daughter", "kid", "baby", "children")),
    Choice("parent", "My parent", ("mother", "father", "mom", "mum", "dad", "parent", "parents")),
    Choice("other", "Someone else", ("friend", "uncle", "aunt", "colleague", "brother", "sister", "other",
                                     "relative", "grandma", "grandpa", "grandmother", "grandfather", "cousin",
                                     "neighbour")),
)  # fmt: skip
CONCERNED = {
    "self": "yourself",
    "spouse": "your husband or wife",
    "child": "your child",
    "parent": "your parent",
    "other": "someone else",
}
_SOMEONE = re.compile(
    r"\b(?:my|our|the|late)?\s*(husband|wife|spouse|partner|son|daughter|child|baby|mother|father|mom|mum|dad|"
    r"uncle|aunt|colleague|brother|sister|grandma|grandpa|grandmother|grandfather|cousin|friend|neighbour)\b",
    re.IGNORECASE,
)
_MYSELF = re.compile(
    r"\b(?:i (?:was|have|had|am|fell|slipped|broke|burned|hurt|got|lost|cut|need surgery)|i'?m (?:in|on)|"
    r"my (?:own )?(?:arm|leg|hand|foot|ankle|wrist|knee|hip|back|head|finger|shoulder|hospital stay|"
    r"surgery))\b",
    re.IGNORECASE,
)


def read_kind(text: str, _facts: Facts) -> str:
    """The kind of claim, picked or told."""
    try:
        return read_choice(text, CHOICES)
    except Misread:
        kind = kind_in(text)
        if kind is None:
            raise
        return kind


def read_relation(text: str, _facts: Facts) -> str:
    """Whom the claim is about."""
    # "Me" is an answer only when it stands alone: "call me" tells nothing of who was hurt.
    if words(text) in (["me"], ["i"], ["mine"]):
        return "self"
    return read_choice(text, RELATIONS)


def scan_relation(text: str, _facts: Facts) -> str | None:
    """Whom a story is about, where it says so."""
    someone = _SOMEONE.search(text)
    if someone:
        return read_choice(someone.group(1), RELATIONS)
    return "self" if _MYSELF.search(text) else None


def scan_date(text: str, facts: Facts) -> date | None:
    """The one past date in a story; what is unclear is asked later."""
    try:
        return read_date(text, facts.today, Tense.PAST)
    except Misread:
        return None


def scan_story(text: str, _facts: Facts) -> str | None:
    """A text long enough to be the story itself."""
    return text if len(words(text)) >= _STORY_WORDS and kind_in(text) else None


def scan_policy(text: str, _facts: Facts) -> str | None:
    """A policy number typed in a story."""
    if not any(character.isdigit() for character in text):
        return None
    try:
        return read_policy_number(text)
    except Misread:
        return None


def known_policy(facts: Facts) -> str | None:
    """The policy that can only be meant."""
    if facts.policy_number:
        return facts.policy_number
    if facts.identifier and not facts.identifier.startswith("+"):
        return facts.identifier
    return facts.policies[0].number if len(facts.policies) == 1 else None


def known_phone(facts: Facts) -> str | None:
    """The phone number on file, or the one given to identify."""
    if facts.identifier and facts.identifier.startswith("+"):
        return facts.identifier
    return facts.profile.mobile if facts.profile else None


def scan_phone(text: str, _facts: Facts) -> str | None:
    """A phone number given before it was asked for."""
    if len(text) > 60 or sum(character.isdigit() for character in text) < 10:
        return None
    try:
        return read_phone(text)
    except Misread:
        return None


def read_policy(text: str, facts: Facts) -> str:
    """A policy number, or one of the customer's own policies."""
    choices = tuple(Choice(policy.number, policy.title) for policy in facts.policies)
    try:
        return read_policy_number(text)
    except Misread:
        if choices:
            return read_choice(text, choices)
        raise


def read_text(text: str, _facts: Facts) -> str:
    """A text with at least a word in it."""
    if not words(text):
        raise Misread("no_words", "Please tell me in a few words.")
    return text


def read_place(text: str, facts: Facts) -> str:
    """A place in the customer's words."""
    try:
        refuse_other_kinds(text)
    except Misread as misread:
        raise Misread(misread.code, "I need a place here, for example: at home in Chengdu.") from None
    return read_text(text, facts)[:300]


def read_hospital(text: str, _facts: Facts) -> str:
    """A hospital or a doctor, by name."""
    name = read_name(text)
    refuse_other_kinds(name)
    return name


def happened(value: date, _answers: Answers, facts: Facts) -> None:
    """The day must be past, and not too long past."""
    if value > facts.today:
        raise Misread("future", "That day is still to come. When did it happen?")
    if facts.today - value > OLDEST:
        raise Misread("too_long_ago", "That is more than ten years ago. Please check the year.")
