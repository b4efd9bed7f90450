"""What was heard becomes what somebody would have typed."""

from datetime import date
from decimal import Decimal

import pytest

from actions.normalise import read_amount, read_claim_number, read_date, read_policy_number, read_yes_no
from voice.hearing.answers import normalised
from voice.hearing.base import Grammar, GrammarKind, Heard

POLICY = Grammar(GrammarKind.DIGITS, length=12, shape="policy_number")
CLAIM = Grammar(GrammarKind.DIGITS, shape="claim_number")
ENDING = Grammar(GrammarKind.DIGITS, length=4, shape="id_ending")
DATE = Grammar(GrammarKind.DATE)
AMOUNT = Grammar(GrammarKind.AMOUNT)
NAME = Grammar(GrammarKind.NAME)
KINDS = Grammar(GrammarKind.CHOICE, ("Hospital stay (a night or more)", "Accident", "8800 0010 0101"))


def typed(said: str, grammar: Grammar) -> str:
    return normalised(Heard(said, 0.9), grammar)


@pytest.mark.parametrize(
    ("said", "grammar", "text"),
    [
        ("eight eight double oh zero zero one two three four five six", POLICY, "880000123456"),
        ("oh eight eight zero", ENDING, "0880"),
        ("it's one two three x", ENDING, "123X"),
        ("c l two oh two six triple zero one", CLAIM, "CL20260001"),
        ("the third of march nineteen eighty five", DATE, "the 3 of march 1985"),
        ("twelve thousand five hundred yuan", AMOUNT, "12,500 yuan"),
        ("about a hundred and twenty", AMOUNT, "about 120"),
        ("half of it", AMOUNT, "half of it"),
        ("my name is c for charlie h e n", NAME, "Chen"),
        ("li wei", NAME, "Li Wei"),
        ("the hospital stay please", KINDS, "Hospital stay (a night or more)"),
        ("eight eight zero zero zero zero one zero zero one zero one", KINDS, "8800 0010 0101"),
        ("the second one", KINDS, "the second one"),
        ("policy eight eight zero zero please", Grammar(), "policy 8800 please"),
        ("yes please", Grammar(GrammarKind.YES_NO), "yes please"),
    ],
)
def test_an_answer_is_typed(said: str, grammar: Grammar, text: str) -> None:
    assert typed(said, grammar) == text


@pytest.mark.parametrize("grammar", [POLICY, CLAIM, DATE, AMOUNT, NAME, KINDS, Grammar()])
@pytest.mark.parametrize("said", ["", "agent", "say that again", "why do you ask", "i don't know"])
def test_the_words_that_leave_a_question_stay_words(grammar: Grammar, said: str) -> None:
    assert typed(said, grammar) == said


def test_the_forms_read_what_is_typed() -> None:
    today = date(2026, 11, 22)

    assert read_policy_number(typed("eight eight zero zero double zero one two three four five six", POLICY))
    assert read_claim_number(typed("c l two zero two six zero zero zero one", CLAIM)) == "CL20260001"
    assert read_date(typed("march twelfth nineteen eighty five", DATE), today) == date(1985, 3, 12)
    assert read_amount(typed("about a hundred and twenty yuan", AMOUNT)) == Decimal(120)
    assert read_yes_no(typed("yes that's right", Grammar(GrammarKind.YES_NO)))
