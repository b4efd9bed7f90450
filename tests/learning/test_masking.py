"""What is stored for reviewers names nobody, whatever was written."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from actions.learning.masking import EMAIL, LONGEST, NAME, mask

WORDS = st.lists(
    st.sampled_from(["my", "policy", "is", "880000100101", "li", "Wei", "12 March 1985", "+86 138-0013-8000"])
    | st.text(max_size=12),
    max_size=12,
).map(" ".join)


@given(WORDS)
@example("①²½")
@example("\uff12 \u0663")
def test_no_digit_but_zero_survives(text: str) -> None:
    assert not [one for one in mask(text) if one.isdigit() and one != "0"]


@given(WORDS, st.from_regex(r"[a-z0-9.]{1,10}@[a-z0-9]{1,10}\.(com|cn)", fullmatch=True), WORDS)
def test_no_mail_address_survives(before: str, address: str, after: str) -> None:
    masked = mask(f"{before} {address} {after}"[:LONGEST])
    assert [found for found in re.findall(r"\S+@\S+", masked) if EMAIL not in found] == []


@given(WORDS, st.sampled_from(["Li Wei", "Zhang Guihua", "Ouyang Mingde", "Sun Dan"]), st.booleans(), WORDS)
def test_the_customers_name_does_not_survive_in_either_order(
    before: str, name: str, lower: bool, after: str
) -> None:
    for order in (name, " ".join(reversed(name.split())), "".join(name.split())):
        said = order.lower() if lower else order
        masked = mask(f"{before} {said} {after}", [name])
        assert said.casefold() not in re.split(r"\W+", masked.casefold())
        assert not re.search(rf"(?<!\w){re.escape(said)}(?!\w)", masked, re.IGNORECASE)


@given(WORDS, st.sampled_from([(), ("Li Wei",), ("May Song", "Wang Fang")]))
def test_masking_twice_changes_nothing(text: str, names: tuple[str, ...]) -> None:
    once = mask(text, names)
    assert mask(once, names) == once


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("is 880000100101 in force", "is 000000000000 in force"),
        ("call +86 138-0013-8000", "call +00 000-0000-0000"),
        ("eight eight oh one, please", "zero zero zero zero, please"),
        ("I have two policies", "I have two policies"),
        ("mail me at li.wei@example.org", f"mail me at {EMAIL}"),
        ("it is li dot wei at mail dot com", f"it is {EMAIL}"),
        ("Li called, wei is ill", f"{NAME} called, {NAME} is ill"),
        ("my name is Tom Fisher and I moved", f"my name is {NAME} and I moved"),
        ("my name is wrong on the policy", "my name is wrong on the policy"),
        ("保单八八〇〇一", "保单零零零零零"),
    ],
)
def test_the_sentence_stays_useful(said: str, kept: str) -> None:
    assert mask(said, ["Li Wei"]) == kept


def test_a_name_that_is_also_a_word_leaves_the_word_alone() -> None:
    said = mask("it may take long, Long said, and may long said too", ["May Long"])
    assert said == f"it may take long, {NAME} said, and {NAME} said too"
