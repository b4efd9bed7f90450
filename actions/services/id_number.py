"""Identity numbers of 18 characters: read from an answer, and what they say of birth and sex.

Only the form is looked at; whether the number is true, an agent sees on the document.
"""

import re
from datetime import date

from actions.normalise import Misread
from actions.normalise.spoken import digits

_ONE = re.compile(r"(?<!\d)(\d{6})[\s-]?(\d{8})[\s-]?(\d{3})[\s-]?([\dXx])(?![\dA-Za-z])")


def read_id_number(text: str) -> str:
    """The one identity number in the text.

    Raises:
        Misread: not_an_id_number, several.
    """
    found = find_id_numbers(text)
    if len(found) > 1:
        raise Misread("several", "I see more than one identity number. Which one is it?")
    spoken = digits(text)
    if not found and len(spoken) == 18:
        found = find_id_numbers(spoken)
    if not found:
        raise Misread(
            "not_an_id_number",
            "I need the whole identity number: 18 characters, with the date of birth in the middle.",
        )
    return found[0]


def find_id_numbers(text: str) -> list[str]:
    """All identity numbers in the text whose date of birth can be one; in their order, none twice."""
    found = ["".join(match.groups()).upper() for match in _ONE.finditer(text)]
    return list(dict.fromkeys(number for number in found if _birth(number) is not None))


def birth_in(number: str) -> date:
    """The date of birth: characters 7 to 14.

    Raises:
        ValueError: it is no identity number.
    """
    birth = _birth(number)
    if birth is None:
        raise ValueError(f"no date of birth in an identity number of {len(number)} characters")
    return birth


def sex_in(number: str) -> str:
    """The letter m or f: the 17th character is odd for men."""
    return "m" if int(number[16]) % 2 else "f"


def age_in(number: str, today: date) -> int:
    """Full years lived on the day `today`."""
    born = birth_in(number)
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def hidden(number: str) -> str:
    """A number as it is read back: its last four characters."""
    return f"the number ending {number[-4:]}"


def _birth(number: str) -> date | None:
    try:
        return date.fromisoformat(f"{number[6:10]}-{number[10:12]}-{number[12:14]}")
    except ValueError:
        return None
