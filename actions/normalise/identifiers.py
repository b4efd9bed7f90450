"""Numbers that name something: policies, claims, phones, the end of an identity document.

Reading a number says nothing about whether it exists: the records tell that, within the customer's scope.
"""

import re

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from actions.normalise.misread import Misread
from actions.normalise.spoken import digits

POLICY_DIGITS = 12
_RUN = re.compile(r"\d[\d\s.\-/]*\d|\d")
_CLAIM = re.compile(r"(?<![A-Z0-9])C\s*L[\s\-:.#]*((?:\d[\s\-]*){8,12})(?!\d)", re.IGNORECASE)
_ENDING = re.compile(r"(?<![0-9A-Za-z])(\d[\s-]?\d[\s-]?\d[\s-]?[\dXx])(?![0-9A-Za-z])")
_MOBILE_CN = re.compile(r"1[3-9]\d{9}")


def read_policy_number(text: str) -> str:
    """Twelve digits, typed with spaces or dashes, or spoken.

    Raises:
        Misread: not_a_policy_number, wrong_length (with the count), several.
    """
    runs = [digits(run) for run in _RUN.findall(text)]
    exact = [run for run in runs if len(run) == POLICY_DIGITS]
    if len(set(exact)) > 1:
        raise Misread("several", "I see more than one policy number. Which one is it?")
    if exact:
        return exact[0]
    spoken = digits(text)
    if len(spoken) == POLICY_DIGITS and not text.lstrip().startswith("+"):
        return spoken
    if not spoken:
        raise Misread("not_a_policy_number", "A policy number has 12 digits, for example 8800 0012 3456.")
    count = max((len(run) for run in runs), default=len(spoken))
    raise Misread(
        "wrong_length", f"A policy number has 12 digits; I read {max(count, len(spoken))}. Please check it."
    )


def read_claim_number(text: str) -> str:
    """The letters CL and eight or more digits, in any spelling.

    Raises:
        Misread: not_a_claim_number.
    """
    match = _CLAIM.search(text)
    if match is None:
        spelt = re.search(r"\bc\W*l\b(.*)", text, re.IGNORECASE | re.DOTALL)
        spoken = digits(spelt.group(1)) if spelt else ""
        if 8 <= len(spoken) <= 12:
            return f"CL{spoken}"
        raise Misread("not_a_claim_number", "A claim number starts with CL, for example CL20260001.")
    return "CL" + digits(match.group(1))


def read_phone(text: str) -> str:
    """A phone number in the form +12025550101.

    Raises:
        Misread: not_a_phone_number.
    """
    found = set(_phones(text))
    if len(found) > 1:
        raise Misread("several", "I see more than one phone number. Which one should I take?")
    if not found:
        raise Misread(
            "not_a_phone_number", "That does not look like a phone number. An example is +1 202 555 0101."
        )
    return found.pop()


def show_phone(number: str) -> str:
    """A phone number as people write it."""
    try:
        parsed = phonenumbers.parse(number)
    except NumberParseException:
        return number
    return phonenumbers.format_number(parsed, PhoneNumberFormat.INTERNATIONAL)


def read_id_ending(text: str) -> str:
    """The last four characters of an identity document: four digits, or three and an X.

    Raises:
        Misread: not_four.
    """
    match = _ENDING.search(text)
    if match:
        return re.sub(r"[\s-]", "", match.group(1)).upper()
    spoken = digits(text)
    letters = re.search(r"\bx\b", text, re.IGNORECASE)
    if len(spoken) == 4 or (len(spoken) == 3 and letters):
        return spoken if len(spoken) == 4 else f"{spoken}X"
    raise Misread("not_four", "Please give just the last four characters, for example 1234 or 123X.")


def _phones(text: str) -> list[str]:
    candidates = re.findall(r"\+?\(?\d[\d\s().\-/]{5,20}\d", text) or ([text] if digits(text) else [])
    if candidates == [text] and not any(character.isdigit() for character in text):
        candidates = [("+" if "plus" in text.casefold() else "") + digits(text)]
    return [number for candidate in candidates if (number := _phone(candidate))]


def _phone(candidate: str) -> str | None:
    plain = digits(candidate)
    if candidate.strip().startswith("+"):
        return _valid(f"+{plain}", None)
    if plain.startswith("00"):
        return _valid(f"+{plain[2:]}", None)
    # A number without country is read as Chinese only in the shapes that Chinese numbers have
    # (mobile, or area code with its zero); other countries' ten-digit numbers would fit too well.
    if _MOBILE_CN.fullmatch(plain) or (plain.startswith("0") and len(plain) >= 10):
        return _valid(plain, "CN")
    return _valid(plain, "US")


def _valid(number: str, region: str | None) -> str | None:
    try:
        parsed = phonenumbers.parse(number, region)
    except NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        return None
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
