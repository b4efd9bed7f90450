"""Names of people, places and hospitals as given in an answer.

Names are kept as written; only the words around them ("my name is") are left out.
"""

import re

from actions.normalise.dates import is_date_word
from actions.normalise.misread import Misread
from actions.normalise.spelling import read_spelling
from actions.normalise.spoken import is_number_word
from actions.normalise.typed import words

_LEAD = re.compile(
    r"^(?:(?:my|his|her|the|their) (?:full )?name(?:'s| is| was)|it(?:'s| is| was)|i am|i'm|this is|"
    r"(?:he|she)(?:'s| is| was)(?: called)?|called|named)[ :]+",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"^(?:(?:um+|uh+|erm?|okay|ok|hello|well)\b[\s,.]*|(?:yes|yeah|sure|of course|so)\s*[,.]\s*)+",
    re.IGNORECASE,
)
_RELATIVE = re.compile(
    r"^(?:my|our|his|her) (?:late )?(?:husband|wife|son|daughter|child|baby|mother|father|mom|mum|dad|"
    r"brother|sister|uncle|aunt|friend|colleague|partner|grandma|grandpa|grandmother|grandfather|cousin)\b"
    r"(?:'s (?:full )?name is| is called| is named)?[\s,:]*",
    re.IGNORECASE,
)
_SMALL = frozenset("the on in of at a an it was just".split())
LONGEST = 100
MOST_WORDS = 8
"""Of the name of a person."""

_ANSWERS = frozenset(
    "yes yeah yep yup no nope nah ok okay sure right true correct please thanks thank you hello hi hey maybe "
    "i me myself mine he she they it him her them someone somebody nobody none nothing unknown skip later "
    "that's don't not know idea what who why how accident illness death hospital policy my the same".split()
)
"""Words that answer something, but name nobody when nothing else is said."""

_TELLING = frozenset(
    "was were is are it it's i'm i've he's she's that this because please have had has want don't didn't "
    "can't happened fell broke what when where why which".split()
)
"""One of these makes a sentence; none is part of a name anywhere."""

_JOINING = frozenset(
    "i he she we you my me your his her our the a an in on at to of do does did can so not no for with and "
    "need like".split()
)
"""These may be names of somebody; two of them among more words are a sentence."""


def read_name(text: str) -> str:
    """A name of at most 100 characters.

    Raises:
        Misread: not_a_name, too_long.
    """
    name = _LEAD.sub("", " ".join(text.split())).strip(" .,;:!?\"'")
    name = read_spelling(name) or name
    if not any(character.isalpha() for character in name) or any(character in "<>{}" for character in name):
        raise Misread("not_a_name", "I need a name here, in letters.")
    if len(name) > LONGEST:
        raise Misread("too_long", f"That is long for a name. Please keep it under {LONGEST} characters.")
    return name


def read_person(text: str) -> str:
    """The name of a person; what is plainly something else is not taken for one.

    Raises:
        Misread: as for `read_name`, and a_date, a_number, a_sentence.
    """
    opened = _OPENING.sub("", " ".join(text.split())) or text
    bare = _RELATIVE.sub("", _LEAD.sub("", opened))
    if not words(bare):
        raise Misread("not_a_name", "I need the name, please: first name and family name.")
    name = read_name(bare)
    refuse_other_kinds(name)
    said = words(name)
    if any(character.isdigit() for character in name):
        raise Misread("a_number", "I need a name here, without figures.")
    joining = sum(word in _JOINING for word in said)
    if len(said) > MOST_WORDS or _TELLING.intersection(said) or (joining >= 2 and len(said) > 2):
        raise Misread("a_sentence", "I need just the name here, for example Li Wei.")
    return name


def refuse_other_kinds(text: str) -> None:
    """Let pass what may be a name of somebody or something.

    Raises:
        Misread: a_date, a_number, not_a_name.
    """
    said = words(text)
    if said and all(is_number_word(word) or word.isdigit() or word in ("oh", "double") for word in said):
        raise Misread("a_number", "That looks like a number. I need a name here.")
    dated = [word for word in said if is_date_word(word) or word.isdigit()]
    if dated and all(word in _SMALL for word in said if word not in dated):
        raise Misread("a_date", "That looks like a date. I need a name here.")
    if said and _ANSWERS.issuperset(said):
        raise Misread("not_a_name", "I need a name here, for example Li Wei.")
