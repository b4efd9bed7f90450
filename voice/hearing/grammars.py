"""What can be said in answer to a question, as rules a recogniser reads (JSGF).

Pure: a grammar in, text out. The words that leave a question are in every grammar.
"""

import re
from collections.abc import Iterable, Sequence

from actions.normalise.spelling import ALPHABET
from voice.hearing.base import Grammar, GrammarKind
from voice.hearing.phrases import (
    ANSWER_LEADS,
    CHOICE_LEADS,
    FILLERS,
    LEAVING,
    NAME_LEADS,
    NO,
    NUMBER_LEADS,
    YES,
)
from voice.speech_model.sentences import MONTHS, ONES, TENS, WEEKDAYS, ordinal

_DIGIT = "zero one two three four five six seven eight nine oh".split()
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|\d")
_PLACES = ("first", "second", "third", "fourth", "last")
_LETTERED = {"claim_number": "c l", "id_number": "x", "id_ending": "x"}

Pronounced = frozenset[str]


def spoken_words(title: str) -> list[str]:
    """The words of a title as they are said: figures one by one, what is in brackets left out."""
    plain = re.sub(r"\([^)]*\)", " ", title).casefold().replace("’", "'")
    return [ONES[int(word)] if word.isdigit() else word for word in _WORD.findall(plain)]


def jsgf(grammar: Grammar, *, fixed: bool = False, oh: bool = False) -> str:
    """The rules of a grammar.

    `fixed`: digits are exactly as many as wanted, and nothing else is heard; zero is "oh" in all of them, or
    in none: who says "oh" says it every time, and where both are heard it is found everywhere.
    """
    if fixed:
        if grammar.length is None:
            raise ValueError("only digits of a known number can be fixed")
        digits = [*_DIGIT[1:10], "oh" if oh else "zero"]
        body = {"s": " ".join(["<digit>"] * grammar.length), "digit": _any(digits)}
    else:
        body = {"s": "[<filler>] <answer> | <leaving>", "filler": _any(FILLERS)}
        body["leaving"] = _any((*LEAVING, *(" ".join(spoken_words(one)) for one in grammar.phrases)))
        body |= _ANSWERS[grammar.kind](grammar)
    rules = "".join(
        f"{'public ' if name == 's' else ''}<{name}> = {rule};\n" for name, rule in body.items() if rule
    )
    return f"#JSGF V1.0;\ngrammar answer;\n{rules}"


def words_of(rules: str) -> list[str]:
    """Every word that the rules can hear."""
    plain = re.sub(r"^#.*|^grammar.*|<\w+>|\bpublic\b|/[\d.]+/|[=|;()*+\[\]]", " ", rules, flags=re.MULTILINE)
    return sorted(set(plain.split()))


def _any(phrases: Iterable[str]) -> str:
    return " | ".join(dict.fromkeys(phrase for phrase in phrases if phrase))


def _yes_no(grammar: Grammar) -> dict[str, str]:
    return {"answer": _any((*YES, *NO))}


def _digits(grammar: Grammar) -> dict[str, str]:
    some = "<digit>+ [<lettered>]" if grammar.shape in _LETTERED else "<digit>+"
    if grammar.shape == "claim_number":
        some = "[<lettered>] <digit>+"
    found = {
        "answer": f"[<lead>] {some}",
        "lead": _any(NUMBER_LEADS),
        # "Double four" is rarer than four, and must not be found in noise.
        "digit": _any((*_DIGIT, "double <one>", "triple <one>")),
        "one": _any(_DIGIT),
    }
    if grammar.shape in _LETTERED:
        found["lettered"] = _LETTERED[grammar.shape]
    return found


def _date(grammar: Grammar) -> dict[str, str]:
    return {
        "answer": "[<lead>] ( [the] <day> [of] <month> [<year>] | <month> [the] <day> [<year>] | <near> "
        "| <digit> <digit> <digit> <digit> <digit> <digit> <digit> <digit> )",
        "lead": _any(ANSWER_LEADS),
        "day": _any(ordinal(day) for day in range(1, 32)) + " | <small>",
        "month": _any(MONTHS),
        "year": "nineteen <small> | nineteen oh <digit> | twenty <small> | two thousand [and] [<small>]",
        "weekday": _any(WEEKDAYS),
        "near": "today | yesterday | tomorrow | last night | the day before yesterday "
        "| the day after tomorrow | [last | next | this | on] <weekday> "
        "| ( <small> | a ) ( day | days | week | weeks "
        "| month | months ) ago | in ( <small> | a ) ( day | days | week | weeks | month | months )",
        "small": _small(),
        "digit": _any(_DIGIT),
    }


def _amount(grammar: Grammar) -> dict[str, str]:
    return {
        "answer": "[<lead>] ( <sum> [<money>] | half [of it] | a quarter | all of it | everything "
        "| the maximum | <small> percent )",
        "lead": _any(ANSWER_LEADS),
        "money": "yuan | dollars",
        "sum": "<thousands> [[and] <hundreds>] | <hundreds> | ( <small> | a | half a ) million",
        "thousands": "( <hundreds> | a ) thousand",
        "hundreds": "( <unit> | a ) hundred [[and] <small>] | <small>",
        "small": _small(),
        "unit": _any(ONES[1:10]),
    }


def _name(grammar: Grammar) -> dict[str, str]:
    spelt = " | ".join(f"{letter} [[for] {word}]" for letter, word in zip(_LETTERS, ALPHABET, strict=True))
    names = _any(" ".join(spoken_words(phrase)) for phrase in grammar.phrases)
    return {
        "answer": "[<lead>] " + ("( <name> | <letter>+ )" if names else "<letter>+"),
        "lead": _any(NAME_LEADS),
        "letter": f"{spelt} | double <single> | {_any(ALPHABET)}",
        "single": _any(_LETTERS),
        "name": names,
    }


def _choice(grammar: Grammar) -> dict[str, str]:
    said = [part for phrase in grammar.phrases for part in dict.fromkeys(_parts(spoken_words(phrase)))]
    # What only one title has is enough to mean it.
    alone = [part for part in dict.fromkeys(said) if said.count(part) == 1]
    numbers = ONES[1 : len(grammar.phrases) + 1]
    return {
        "answer": "[<lead>] <title> [please] | [the] <place> [one] | [number | option] <number>",
        "lead": _any(CHOICE_LEADS),
        "title": _any(alone) or "neither",
        "place": _any(_PLACES),
        "number": _any(numbers) or "one",
    }


def _parts(words: Sequence[str]) -> list[str]:
    whole = [" ".join(words)]
    if all(word in ONES for word in words):
        return [*whole, " ".join(words[-4:])] if len(words) > 4 else whole
    return whole + [word for word in words if len(word) > 3] + [" ".join(words[:2]), " ".join(words[-2:])]


def _small() -> str:
    tens = _any(TENS[2:])
    return f"{_any(ONES[1:])} | ( {tens} ) [ {_any(ONES[1:10])} ]"


def _free(grammar: Grammar) -> dict[str, str]:
    raise ValueError("free speech is heard through a language model, not a grammar")


_ANSWERS = {
    GrammarKind.FREE: _free,
    GrammarKind.YES_NO: _yes_no,
    GrammarKind.DIGITS: _digits,
    GrammarKind.DATE: _date,
    GrammarKind.AMOUNT: _amount,
    GrammarKind.NAME: _name,
    GrammarKind.CHOICE: _choice,
}
