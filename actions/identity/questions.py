"""The questions that prove who somebody is: always the same ones, in the same order, whoever is named.

What they ask is described here; what the answers are worth is decided in `proof`.
"""

import re
from datetime import date

from actions.forms.service import Answers, Facts, Field
from actions.identity.ladder import IDENTIFIED
from actions.normalise import Misread, read_birth, read_id_ending, read_phone, read_policy_number

_ENDING_NEAR = re.compile(
    r"\b(?:last (?:four|4)|ends? (?:in|with|on)|ending|id|document)\b\D{0,40}?(\d{3}[\dXx])(?![\dXx])",
    re.IGNORECASE,
)
_CLAIM = re.compile(r"\bcl[\s-]?\d+", re.IGNORECASE)
_BIRTH_NEAR = re.compile(r"\b(?:born|birth(?:day)?|dob)\b(.{3,60})", re.IGNORECASE | re.DOTALL)


def read_identifier(text: str, _facts: Facts) -> str:
    """A policy number, or else a phone number.

    Raises:
        Misread: it is neither.
    """
    try:
        return read_policy_number(text)
    except Misread as policy_misread:
        try:
            return read_phone(text)
        except Misread:
            if policy_misread.code in ("wrong_length", "several"):
                raise policy_misread from None
        raise Misread(
            "not_an_identifier",
            "I need your policy number (12 digits) or the phone number you gave us.",
        ) from None


def _scan_identifier(text: str, _facts: Facts) -> str | None:
    for read in (read_policy_number, read_phone):
        # Spoken digits are looked for only in answers: a story is full of small numbers.
        if any(character.isdigit() for character in text):
            try:
                return read(re.sub(r"[A-Za-z]", " ", _CLAIM.sub(" ", text)))
            except Misread:
                continue
    return None


def _scan_birth(text: str, facts: Facts) -> date | None:
    match = _BIRTH_NEAR.search(text)
    return read_birth(match.group(1), facts.today) if match else None


def _scan_ending(text: str, _facts: Facts) -> str | None:
    match = _ENDING_NEAR.search(text)
    return match.group(1).upper() if match else None


def _identifier_prompt(_answers: Answers, facts: Facts) -> str:
    return "What is your policy number, or the phone number you gave us?"


IDENTIFIER = Field(
    name="identifier",
    title="policy or phone number",
    prompt=_identifier_prompt,
    read=read_identifier,
    help="The policy number has 12 digits and stands at the top of your policy and of every letter from us. "
    "The phone number we have on file works as well.",
    why="I need it to find the right policy.",
    secret=True,
    scan=_scan_identifier,
    known=lambda facts: facts.identifier,
    failure="verification_failed",
)
BIRTH = Field(
    name="birth",
    title="date of birth",
    prompt="And your date of birth, please?",
    read=lambda text, facts: read_birth(text, facts.today),
    help="Day, month and year, for example 12 March 1985.",
    why="So that nobody else can see your policies or change them.",
    secret=True,
    aliases=("birthday", "birth date", "date of birth"),
    scan=_scan_birth,
    failure="verification_failed",
)
ENDING = Field(
    name="id_ending",
    title="last four characters of the identity document",
    prompt="Last question to make sure it is you: what are the last four characters of your identity "
    "document?",
    read=lambda text, _facts: read_id_ending(text),
    help="The last four digits of your identity number; the very last one may be an X.",
    why="So that nobody else can see your policies or change them.",
    secret=True,
    aliases=("last four", "id number", "identity number"),
    scan=_scan_ending,
    failure="verification_failed",
)


def questions(level: int, needed: int) -> tuple[Field, ...]:
    """What must be asked to come from one level to another by what the customer knows."""
    if level >= needed:
        return ()
    return (IDENTIFIER,) if needed == IDENTIFIED else (IDENTIFIER, BIRTH, ENDING)
