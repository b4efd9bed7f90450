"""Names of people, places and hospitals as given in an answer.

Names are kept as written; only the words around them ("my name is") are left out.
"""

import re

from actions.normalise.misread import Misread

_LEAD = re.compile(
    r"^(?:(?:my|his|her|the|their) (?:full )?name(?:'s| is| was)|it(?:'s| is| was)|i am|i'm|this is|"
    r"(?:he|she)(?:'s| is| was)(?: called)?|called|named)[ :]+",
    re.IGNORECASE,
)
LONGEST = 100


def read_name(text: str) -> str:
    """A name of at most 100 characters.

    Raises:
        Misread: not_a_name, too_long.
    """
    name = _LEAD.sub("", " ".join(text.split())).strip(" .,;:!?\"'")
    if not any(character.isalpha() for character in name) or any(character in "<>{}" for character in name):
        raise Misread("not_a_name", "I need a name here, in letters.")
    if len(name) > LONGEST:
        raise Misread("too_long", f"That is long for a name. Please keep it under {LONGEST} characters.")
    return name
