"""What the patterns find, and what they leave alone."""

from __future__ import annotations

from itertools import pairwise

import pytest
from bot.engine.components.patterns import Lookups, find

LOOKUPS = Lookups(
    {
        "province": ["Shanghai", "Inner Mongolia", "Hong Kong"],
        "claim_kind": ["hospital stay", "hospital", "accident", "died"],
        "premium_frequency": ["yearly", "half-yearly"],
    }
)

FOUND = [
    ("policy 880000100101 please", [("policy_number", "880000100101")]),
    ("it is 8800 0010 0101", [("policy_number", "8800 0010 0101")]),
    ("8800-0010-0101", [("policy_number", "8800-0010-0101")]),
    (
        "eight eight zero zero zero zero one zero zero one zero one",
        [("policy_number", "eight eight zero zero zero zero one zero zero one zero one")],
    ),
    (
        "double eight triple zero zero one double zero one oh one",
        [("policy_number", "double eight triple zero zero one double zero one oh one")],
    ),
    ("how far is CL20260007", [("claim_number", "CL20260007")]),
    ("claim cl 2026 0007?", [("claim_number", "cl 2026 0007")]),
    ("call +12025550101", [("phone", "+12025550101")]),
    ("call +1 202 555 0101 now", [("phone", "+1 202 555 0101")]),
    ("(202) 555-0101", [("phone", "(202) 555-0101")]),
    ("202-555-0101", [("phone", "202-555-0101")]),
    ("my number is 2025550101", [("phone", "2025550101")]),
    (
        "two zero two five five five zero one zero one",
        [("phone", "two zero two five five five zero one zero one")],
    ),
    ("write to li.wei@example.com", [("email", "li.wei@example.com")]),
    ("12k", [("amount", "12k")]),
    ("about 50,000 yuan", [("amount", "50,000 yuan")]),
    ("fifty thousand", [("amount", "fifty thousand")]),
    ("a hundred and twenty thousand yuan", [("amount", "a hundred and twenty thousand yuan")]),
    ("1.5 million", [("amount", "1.5 million")]),
    ("¥5000 today", [("amount", "¥5000"), ("date", "today")]),
    ("RMB 300", [("amount", "RMB 300")]),
    ("50 percent to her", [("percent", "50 percent")]),
    ("on 2026-11-20", [("date", "2026-11-20")]),
    ("20/11/2026", [("date", "20/11/2026")]),
    ("the 3rd of March 2026", [("date", "the 3rd of March 2026")]),
    ("March 3rd", [("date", "March 3rd")]),
    ("it happened yesterday", [("date", "yesterday")]),
    ("two weeks ago", [("date", "two weeks ago")]),
    ("last Monday at 3pm", [("date", "last Monday"), ("time", "3pm")]),
    ("at 15:30", [("time", "15:30")]),
    ("I moved to inner-mongolia", [("province", "inner-mongolia")]),
    ("a hospital stay in Shanghai", [("claim_kind", "hospital stay"), ("province", "Shanghai")]),
    ("half-yearly", [("premium_frequency", "half-yearly")]),
    (
        "12,000 yuan on policy 880000100201 since the accident",
        [("amount", "12,000 yuan"), ("policy_number", "880000100201"), ("claim_kind", "accident")],
    ),
]

NOT_FOUND = [
    "hello",
    "8800001001",  # ten digits may be a phone, never a policy
    "8800001001011",  # thirteen digits are nothing of ours
    "110101199003078888",  # an identity number is not a policy number and a phone
    "one or two of them",
    "I may call in may be later",
    "this is the one I want",
    "Shanghainese food",
]


@pytest.mark.parametrize(("text", "expected"), FOUND)
def test_spans_are_found_and_quoted_as_typed(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(span.entity, text[span.start : span.end]) for span in find(text, LOOKUPS)] == expected


@pytest.mark.parametrize("text", NOT_FOUND)
def test_other_text_is_left_alone(text: str) -> None:
    assert not [span for span in find(text, LOOKUPS) if span.entity != "phone"]


def test_spans_never_overlap() -> None:
    text = "CL20260007 880000100101 12k +12025550101, 50,000 yuan 2026-11-20 fifty thousand yuan tomorrow"
    spans = find(text, LOOKUPS)
    assert all(before.end <= after.start for before, after in pairwise(spans))
    assert len(spans) == 8
