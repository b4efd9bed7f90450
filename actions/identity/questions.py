"""The questions that prove who somebody is: always the same ones, in the same order, whoever is named.

What they ask is described here; what the answers are worth is decided in `proof`.
"""

import re
from datetime import date

from actions.forms.service import Answers, Facts, Field
from actions.identity.codes import read_code
from actions.identity.ladder import IDENTIFIED
from actions.normalise import Choice, Misread, read_birth, read_id_ending, read_phone, read_policy_number

_ENDING_NEAR = re.compile(
    r"\b(?:last (?:four|4)|ends? (?:in|with|on)|ending|id|document)\b\D{0,40}?(\d{3}[\dXx])(?![\dXx])",
    re.IGNORECASE,
)
_CLAIM = re.compile(r"\bcl[\s-]?\d+", re.IGNORECASE)
_BIRTH_NEAR = re.compile(r"\b(?:born|birth(?:day)?|dob)\b(.{3,60})", re.IGNORECASE | re.DOTALL)


_WANTS_CODE = re.compile(
    r"\b(?:send|text|sms|resend|get|give|use|want|new|another|with|by|verification|one[- ]time)\b"
    r".{0,30}\b(?:code|sms|text)\b|^\W*(?:a )?(?:code|sms)(?: please)?\W*$|\bno code\b|"
    r"\b(?:didn'?t|did not|haven'?t|have not) (?:get|got|receive|received)\b",
    re.IGNORECASE,
)
_WANTS_QUESTIONS = re.compile(
    r"\b(?:ask|answer|use|rather|prefer)\b.{0,30}\bquestions?\b|\bwithout (?:a|the) code\b|"
    r"\b(?:no|other|wrong|old|don'?t have (?:that|my|the)) (?:phone|number)\b",
    re.IGNORECASE,
)
_SHORT = 80
SEND_CODE = "@code"
"""Value of the button that asks for a code; the same for a new one."""

ASK_QUESTIONS = "@questions"
"""Value of the button that goes back to the questions."""


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


def _read_code(text: str, _facts: Facts) -> str:
    code = read_code(text)
    if code is None:
        raise Misread("not_six", "The code has six digits, for example 123 456.")
    return code


def _scan_identifier(text: str, _facts: Facts) -> str | None:
    for read in (read_policy_number, read_phone):
        # Spoken digits are looked for only in answers: a story is full of small numbers.
        if any(character.isdigit() for character in text):
            try:
                # Words keep numbers apart: "5,000 yuan on 8800 0010 0101" holds one policy number.
                return read(re.sub(r"[A-Za-z]+", ";", _CLAIM.sub(" ", text)))
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
    choices=lambda _facts: (Choice(SEND_CODE, "Send me a code instead"),),
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


CODE = Field(
    name="code",
    title="code",
    prompt="If we have a phone number on file for it, a code of six digits is on its way there by SMS. "
    "Which code did you get?",
    read=_read_code,
    help="Six digits, in an SMS to the number on file. The newest one counts, for five minutes.",
    why="So that nobody else can see your policies or change them.",
    secret=True,
    choices=lambda _facts: (
        Choice(SEND_CODE, "Send a new code"),
        Choice(ASK_QUESTIONS, "Answer questions instead"),
    ),
    failure="verification_failed",
)


QUESTION_NAMES = frozenset(field.name for field in (IDENTIFIER, BIRTH, ENDING, CODE))
"""Names of all identity questions; no field of a service may be called so."""


def questions(level: int, needed: int, *, by_code: bool = False) -> tuple[Field, ...]:
    """What must be asked to come from one level to another by what the customer knows, or by a code."""
    if level >= needed:
        return ()
    if needed == IDENTIFIED:
        return (IDENTIFIER,)
    return (IDENTIFIER, CODE) if by_code else (IDENTIFIER, BIRTH, ENDING)


def wants_code(text: str) -> bool:
    """Whether the answer to an identity question asks for a code instead, or for a new one."""
    return len(text) <= _SHORT and bool(_WANTS_CODE.search(text)) and not any(c.isdigit() for c in text)


def wants_questions(text: str) -> bool:
    """Whether somebody who was sent a code would rather answer the questions."""
    return len(text) <= _SHORT and bool(_WANTS_QUESTIONS.search(text))
