"""Numbers as people say them: counted, or digit by digit in groups.

Pure and English; which of the two a number wants is for `voice.speaking.figures` to see.
"""

_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_SCALES = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (10**3, "thousand"))
_ORDINALS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip
LARGEST = 10**15 - 1


def cardinal(number: int) -> str:
    """A number that counts: "one thousand two hundred and five"."""
    if number < 0:
        return f"minus {cardinal(-number)}"
    if number > LARGEST:
        return digit_by_digit(str(number))
    for scale, name in _SCALES:
        if number >= scale:
            rest = number % scale
            joined = " and " if 0 < rest < 100 else " "
            return f"{cardinal(number // scale)} {name}" + (joined + cardinal(rest) if rest else "")
    if number >= 100:
        rest = number % 100
        return f"{_SMALL[number // 100]} hundred" + (f" and {cardinal(rest)}" if rest else "")
    if number >= 20:
        unit = number % 10
        return _TENS[number // 10 - 2] + (f"-{_SMALL[unit]}" if unit else "")
    return _SMALL[number]


def ordinal(number: int) -> str:
    """A place in a row: "twenty-first"."""
    words = cardinal(number)
    cut = max(words.rfind(" "), words.rfind("-")) + 1
    start, last = words[:cut], words[cut:]
    if last in _ORDINALS:
        return start + _ORDINALS[last]
    return start + (f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th")


def year(number: int) -> str:
    """A year: "twenty twenty-six", "two thousand and six"."""
    century, rest = divmod(number, 100)
    if not 1000 <= number <= 2999 or (century % 10 == 0 and rest < 10):
        return cardinal(number)
    if rest == 0:
        return f"{cardinal(century)} hundred"
    return f"{cardinal(century)} " + (f"oh {_SMALL[rest]}" if rest < 10 else cardinal(rest))


def decimal(whole: str, fraction: str) -> str:
    """A number with a point: "two point seven five"."""
    return f"{cardinal(int(whole))} point {digit_by_digit(fraction)}"


def digit_by_digit(digits: str) -> str:
    """Each digit by itself; letters too."""
    return " ".join(_SMALL[int(each)] if each.isdecimal() else each.upper() for each in digits)


def grouped(digits: str) -> str:
    """A long number in groups, with a pause after each: fours, and threes where fours do not fit."""
    return ", ".join(digit_by_digit(group) for group in groups(digits))


def groups(digits: str) -> list[str]:
    """How a number is cut into groups: 12 digits into 4-4-4, 11 into 3-4-4, 10 into 3-3-4, 6 into 3-3."""
    count = len(digits)
    if count <= 5:
        return [digits]
    threes = -count % 4
    sizes = [3] * threes + [4] * ((count - 3 * threes) // 4)
    cut: list[str] = []
    position = 0
    for size in sizes:
        cut.append(digits[position : position + size])
        position += size
    return cut
