"""Who receives how much: whatever is said, shares sum to exactly a hundred or are not taken."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.normalise import Misread, clean
from actions.services.id_number import birth_in, find_id_numbers, read_id_number, sex_in
from actions.services.shares import RELATIONS, Share, kept, parsed, read_relations, read_shares

NAMES = st.sampled_from(
    ["Li Na", "Wang Fang", "Gao Lan", "Chen Bo", "Zhao Yi", "Sun Mei", "Wu Jing", "Xu Kai"]
)
WORDS = st.sampled_from(["", ", my wife,", ", my son,", " (daughter)", ", brother,"])


def told(line: str) -> list[tuple[str, Decimal, str]]:
    return [(one.name, one.percent, one.relation) for one in parsed(line)]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Li Na, my wife, 60 percent and Li Bo, my son, 40 percent",
         [("Li Na", Decimal(60), "spouse"), ("Li Bo", Decimal(40), "child")]),
        ("Li Na 60%, Li Bo 40%", [("Li Na", Decimal(60), ""), ("Li Bo", Decimal(40), "")]),
        ("60 percent to Li Na; 40 percent to Li Bo",
         [("Li Na", Decimal(60), ""), ("Li Bo", Decimal(40), "")]),
        ("Li Na: 33.33, Li Bo: 33.33, Li Ru: 33.34",
         [("Li Na", Decimal("33.33"), ""), ("Li Bo", Decimal("33.33"), ""), ("Li Ru", Decimal("33.34"), "")]),
        ("Li Na and Li Bo half each", [("Li Na", Decimal(50), ""), ("Li Bo", Decimal(50), "")]),
        ("my daughter Li Na gets everything", [("Li Na", Decimal(100), "child")]),
        ("Wang Fang, 100 percent", [("Wang Fang", Decimal(100), "")]),
        ("Li Na, Li Bo and Li Ru equally",
         [("Li Na", Decimal("33.34"), ""), ("Li Bo", Decimal("33.33"), ""), ("Li Ru", Decimal("33.33"), "")]),
        ("my wife, Li Na, 60 percent and my son, Li Bo, 40 percent",
         [("Li Na", Decimal(60), "spouse"), ("Li Bo", Decimal(40), "child")]),
        ("Li Na, my wife, 60%, Li Bo, my son, 40%",
         [("Li Na", Decimal(60), "spouse"), ("Li Bo", Decimal(40), "child")]),
        ("Li Na & Li Bo & Li Ru in equal parts",
         [("Li Na", Decimal("33.34"), ""), ("Li Bo", Decimal("33.33"), ""), ("Li Ru", Decimal("33.33"), "")]),
        ("sixty percent to Li Na and forty percent to Li Bo",
         [("Li Na", Decimal(60), ""), ("Li Bo", Decimal(40), "")]),
    ],
)  # fmt: skip
def test_people_and_shares_are_read(said: str, expected: list[tuple[str, Decimal, str]]) -> None:
    assert told(read_shares(said)) == expected


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("Li Na 60 percent and Li Bo 30 percent", "not_100"),
        ("Li Na 99.99 percent", "not_100"),
        ("Li Na 70% and Li Bo 70%", "not_100"),
        ("Li Na 50% and Li Na 50%", "twice"),
        ("Li Na", "no_share"),
        ("Li Na 100 percent and Li Bo", "no_share"),
        ("Li Na 100 percent and Li Bo 0 percent", "no_share"),
        ("60 percent and 40 percent", "no_name"),
        ("my wife 100 percent", "no_name"),
        (" and ".join(f"Person {letter} 11%" for letter in "ABCDEFGHI"), "too_many"),
    ],
)
def test_what_does_not_fit_is_asked_again(said: str, code: str) -> None:
    with pytest.raises(Misread) as misread:
        read_shares(said)
    assert misread.value.code == code


@given(
    st.lists(st.tuples(NAMES, WORDS, st.integers(1, 100)), min_size=1, max_size=6, unique_by=lambda x: x[0])
)
def test_generated_shares_are_taken_exactly_when_they_sum_to_100(people: list[tuple[str, str, int]]) -> None:
    said = " and ".join(f"{name}{word} {share} percent" for name, word, share in people)
    total = sum(share for _, _, share in people)
    if total == 100:
        found = parsed(read_shares(said))
        assert [(one.name, int(one.percent)) for one in found] == [(n, s) for n, _, s in people]
    else:
        with pytest.raises(Misread, match="100"):
            read_shares(said)


@given(st.text(max_size=120))
def test_whatever_is_said_sums_to_100_or_has_its_reason(said: str) -> None:
    try:
        found = parsed(read_shares(clean(said)))
    except Misread as misread:
        assert misread.message
    else:
        assert sum((one.percent for one in found), Decimal(0)) == 100


@given(
    st.lists(
        st.builds(Share, NAMES, st.decimals("0.01", 100, places=2), st.sampled_from(["", *RELATIONS])),
        min_size=1, max_size=8,
    )
)  # fmt: skip
def test_shares_survive_being_kept(shares: list[Share]) -> None:
    assert parsed(kept(shares)) == shares


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Li Na is my wife and Li Bo my son", ["spouse", "child"]),
        ("my son is Li Bo, Li Na is my wife", ["spouse", "child"]),
        ("both are my children", ["child", "child"]),
    ],
)
def test_missing_relations_are_read(said: str, expected: list[str]) -> None:
    shares = [Share("Li Na", Decimal(60)), Share("Li Bo", Decimal(40))]
    assert [one.relation for one in parsed(read_relations(said, shares))] == expected


def test_a_relation_that_was_not_told_is_asked_for() -> None:
    with pytest.raises(Misread, match="Li Na may be"):
        read_relations("well, you know them", [Share("Li Na", Decimal(100))])


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("110101198503120011", "110101198503120011"),
        ("it is 110101 19850312 001x", "11010119850312001X"),
        ("my number: 310101-19900725-0022.", "310101199007250022"),
    ],
)
def test_identity_numbers_are_read(said: str, number: str) -> None:
    assert read_id_number(said) == number


@pytest.mark.parametrize("said", ["12345", "110101198513120011", "1101011985031200112", "nobody knows"])
def test_what_is_no_identity_number_is_not_taken(said: str) -> None:
    with pytest.raises(Misread, match="18 characters"):
        read_id_number(said)


@given(st.dates(), st.integers(0, 999), st.sampled_from("0123456789X"))
def test_an_identity_number_says_birth_and_sex(birth: object, serial: int, check: str) -> None:
    number = f"110101{str(birth).replace('-', '')}{serial:03d}{check}"
    assert find_id_numbers(f"it is {number}") == [number]
    assert birth_in(number) == birth and sex_in(number) == ("m" if serial % 2 else "f")
