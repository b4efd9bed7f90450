"""What people say on this line: the utterances of `nlu_data`; the numbers, dates and answers of forms.

The one source of the model's words, its language model and what is synthesised. Held-out lines and seeds are
for measuring and are never learnt from.
"""

import random
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
INTENTS = ROOT / "nlu_data" / "intents"
HELD_OUT_OF = 25
"""One utterance of so many is kept for measuring."""

ONES = tuple(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen".split()
)
TENS = ("", "", *"twenty thirty forty fifty sixty seventy eighty ninety".split())
MONTHS = tuple(
    "january february march april may june july august september october november december".split()
)
ORDINALS = tuple(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth".split()
)
WEEKDAYS = tuple("monday tuesday wednesday thursday friday saturday sunday".split())
ANSWERS = tuple(
    "yes / no / yeah / yes please / no thanks / no thank you / that's right / that's wrong / correct / "
    "right / wrong / okay / sure / yes that's correct / no that's not right / agent / an agent please / "
    "operator / speak to a person / cancel / stop / help / go back / say that again / repeat that / "
    "slower please / start over / hello / goodbye / thank you / i don't know / one moment / wait / "
    "claim status / report a claim / policy status / policy loan / pay my premium / call me back".split(" / ")
)
LETTERS = "abcdefghijklmnopqrstuvwxyz"
_ANNOTATED = re.compile(r"\[([^\]]*)\](?:\([^)]*\)|\{[^}]*\})")


def number(value: int) -> str:
    """A whole number below a million as it is said."""
    if value >= 1000:
        rest = value % 1000
        return f"{number(value // 1000)} thousand" + (f" {number(rest)}" if rest else "")
    if value >= 100:
        rest = value % 100
        return f"{ONES[value // 100]} hundred" + (f" {number(rest)}" if rest else "")
    if value >= 20:
        return TENS[value // 10] + (f" {ONES[value % 10]}" if value % 10 else "")
    return ONES[value]


def ordinal(day: int) -> str:
    """A day of the month as it is said."""
    if day < 20:
        return ORDINALS[day - 1]
    if day % 10:
        return f"{TENS[day // 10]} {ORDINALS[day % 10 - 1]}"
    return {20: "twentieth", 30: "thirtieth"}[day]


def digits(chooser: random.Random, length: int) -> str:
    """A string of digits; zero is "oh" in some."""
    zero = "oh" if chooser.random() < 0.2 else "zero"
    return " ".join(ONES[chooser.randrange(10)] for _ in range(length)).replace("zero", zero)


def _date(chooser: random.Random) -> str:
    month, day = chooser.choice(MONTHS), ordinal(chooser.randint(1, 31))
    if chooser.random() < 0.5:
        year = f"nineteen {number(chooser.randint(20, 99))}"
    else:
        year = f"two thousand {number(chooser.randint(1, 26))}"
    shapes = (
        f"{month} {day} {year}",
        f"the {day} of {month} {year}",
        f"{month} {day}",
        f"the {day} of {month}",
    )
    return chooser.choice(shapes)


def _amount(chooser: random.Random) -> str:
    value = chooser.choice((1, 10, 100, 1000)) * chooser.randint(1, 999)
    shapes = ("{}", "{} yuan", "{} dollars", "about {}", "{} please")
    return chooser.choice(shapes).format(number(min(value, 999_000)))


def _spoken_for(chooser: random.Random) -> str:
    said = digits(chooser, chooser.randint(4, 10))
    shapes = (
        "my policy number is {}",
        "policy number {}",
        "it's {}",
        "the number is {}",
        "my phone number is {}",
    )
    return chooser.choice(shapes).format(said)


def forms(seed: int) -> Iterator[str]:
    """Endless answers to what the forms ask, the same for the same seed."""
    chooser = random.Random(seed)  # noqa: S311 - reproducible, keeps no secret
    kinds = (
        lambda: digits(chooser, chooser.randint(1, 8)),
        lambda: digits(chooser, chooser.randint(3, 10)),
        lambda: _spoken_for(chooser),
        lambda: _date(chooser),
        lambda: _amount(chooser),
        lambda: chooser.choice(ANSWERS),
        lambda: chooser.choice(ANSWERS),
        lambda: chooser.choice(WEEKDAYS),
        lambda: " ".join(chooser.choice(LETTERS) for _ in range(chooser.randint(1, 6))),
        lambda: f"{number(chooser.randint(1, 100))} percent",
    )
    while True:
        yield chooser.choice(kinds)()


def utterances(held_out: bool = False) -> list[list[str]]:
    """The words of every utterance of `nlu_data`; one with figures in it is left out."""
    found: list[list[str]] = []
    for path in sorted(INTENTS.rglob("*.yml")):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            for line in entry.get("examples", "").splitlines():
                text = _ANNOTATED.sub(r"\1", line.removeprefix("- ")).lower().replace("’", "'")
                kept = zlib.crc32(text.encode()) % HELD_OUT_OF == 0
                if kept == held_out and not re.search(r"\d", text):
                    found.append(re.findall(r"[a-z]+(?:'[a-z]+)?", text))
    return [words for words in found if words]
