"""A written text made one for the ear: no markdown, no links, no abbreviations, no keyboard.

Changes the dress of the words, never what is said; figures are `voice.speaking.figures`'.
"""

import re

LINK_BY_TEXT = "I can send you the link by text message."

_LINK = re.compile(r"!?\[([^\]]*)\]\(\s*[^)\s]+[^)]*\)")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S*[^\s.,;:!?)]", re.IGNORECASE)
_CODE = re.compile(r"`+([^`]*)`+")
_STRESS = re.compile(r"(\*\*|__|~~)(?=\S)(.+?)(?<=\S)\1|(?<!\w)([*_])(?=\S)(.+?)(?<=\S)\3(?!\w)")
_HEAD = re.compile(r"^\s{0,3}#{1,6}\s+", re.MULTILINE)
_ITEM = re.compile(r"^\s*(?:[-*•+]|\d{1,2}[.)])\s+", re.MULTILINE)
_QUOTE = re.compile(r"^\s*>\s?", re.MULTILINE)
_TAG = re.compile(r"<[^<>\n]{1,80}>")
_PICTURE = re.compile(
    "[\U0001f000-\U0001faff\u2190-\u21ff\u2600-\u27bf\ufe0f\u200d]"  # emoji and arrows
)

_SHORT: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), said)
    for pattern, said in (
        (r"\b[Aa]n SMS\b", "a text message"),
        (r"\bSMS\b", "text message"),
        (r"\be\.g\.,?", "for example"),
        (r"\bi\.e\.,?", "that is"),
        (r"\betc\.(?=\s+[A-Z]|\s*$)", "and so on."),
        (r"\betc\.", "and so on"),
        (r"\bapprox\.", "about"),
        (r"\bincl\.", "including"),
        (r"\bMr\.", "Mister"),
        (r"\bMrs\.", "Missus"),
        (r"\bMs\.", "Miz"),
        (r"\bDr\.", "Doctor"),
        (r"\b[Nn]o\. ?(?=\d)", "number "),
        (r"\b24/7\b", "day and night"),
        (r"\bID\b", "I D"),
        (r"\bPDF\b", "P D F"),
        (r"\bp\.a\.", "a year"),
        (r"\bvs\.", "against"),
        (r"(?<=\w)/(?=\w)", " or "),
        (r"\s&\s", " and "),
        (r"\s[–—-]\s", ", "),
        (r"\bCNY\b(?!\s?\d)", "yuan"),
    )
)
_KEYBOARD: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), said)
    for pattern, said in (
        (r"\bpress (?=one of|any of|it\b)", "choose "),
        (r"\b(please|to|and|or|just|can) (?:type|write)\b(?! of)", r"\1 say"),
        (r"\b(?:click|tap) (?:on )?(?:the )?button\b", "say so"),
        (r"\b(?:click|tap) (?:on )?(?=\w)", "choose "),
        (r"\bsees what you wrote\b", "sees what you said"),
        (r"\bthat button belongs\b", "that choice belongs"),
        (r"\bbuttons? below\b", "choices"),
    )
)


def plain(text: str) -> tuple[str, bool]:
    """The text for the ear, a line for every line; and whether an address of a page was left out."""
    text = _LINK.sub(lambda match: match.group(1), text)
    without, addresses = _ADDRESS.subn("", text)
    text = _CODE.sub(lambda match: match.group(1), without)
    for _ in range(2):
        text = _STRESS.sub(lambda match: match.group(2) or match.group(4), text)
    for pattern in (_HEAD, _ITEM, _QUOTE):
        text = pattern.sub("", text)
    text = _PICTURE.sub(" ", _TAG.sub(" ", text))
    for short, said in (*_SHORT, *_KEYBOARD):
        text = short.sub(said, text)
    if addresses:
        text = re.sub(r"\s*:\s*(?=[.!?]|$)", ".", text, flags=re.MULTILINE).replace("..", ".")
    return text, bool(addresses)
