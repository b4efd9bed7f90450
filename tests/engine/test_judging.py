"""When a candidate wins: paired, by group and by intent, and never on sentences of the training data."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from bot.engine.candidate import workshop
from bot.engine.judging import (
    OUTSIDE,
    Answers,
    Floors,
    RegressionSet,
    Sentence,
    chance_of,
    judge,
    judge_first,
    plain,
)
from bot.engine.places import ROOT, Places
from bot.engine.training_lines import lines_in, text_of

INTENTS = ("loan", "surrender", "contact", "branch")
SENTENCES = RegressionSet(
    tuple(
        Sentence("money" if intent in ("loan", "surrender") else "other", intent, f"{intent} {number}")
        for intent in INTENTS
        for number in range(7)
    )
    + tuple(Sentence("out_of_scope", OUTSIDE, f"weather {number}") for number in range(10))
)
RIGHT = [one.intent for one in SENTENCES.sentences]


def answers(likeliest: list[str], intents: list[str] | None = None) -> Answers:
    return Answers(SENTENCES.hash, tuple(intents or likeliest), tuple(likeliest))


def with_wrong(*places: int, guess: str = "branch") -> list[str]:
    return [guess if place in places else intent for place, intent in enumerate(RIGHT)]


@pytest.mark.parametrize(
    ("lost", "won", "chance"), [(0, 0, 1.0), (1, 0, 0.5), (5, 0, 1 / 32), (5, 5, 0.623), (8, 1, 10 / 512)]
)
def test_the_chance_of_a_loss_is_exact(lost: int, won: int, chance: float) -> None:
    assert chance_of(lost, won) == pytest.approx(chance, abs=0.001)


def test_an_equal_model_does_not_lose() -> None:
    verdict = judge(SENTENCES, answers(RIGHT), "before", answers(RIGHT))
    assert verdict.wins
    assert verdict.figures["understood"] == 1.0


def test_a_slip_or_two_is_chance() -> None:
    assert judge(SENTENCES, answers(with_wrong(0, 8, 15)), "before", answers(RIGHT)).wins


def test_an_intent_that_breaks_is_a_loss_even_when_others_gain() -> None:
    before = answers(with_wrong(*range(14, 20), guess="loan"))
    after = answers(with_wrong(*range(5)))
    verdict = judge(SENTENCES, after, "before", before)
    assert not verdict.wins
    assert "intent loan 7 to 2 of 7" in verdict.why


def test_a_group_that_loses_a_little_everywhere_loses() -> None:
    verdict = judge(SENTENCES, answers(with_wrong(0, 1, 2, 7, 8)), "before", answers(RIGHT))
    assert not verdict.wins
    assert "group money" in verdict.why


def test_acting_wrongly_counts_even_where_the_best_guess_is_right() -> None:
    intents = with_wrong(*range(5), guess="surrender")
    verdict = judge(SENTENCES, answers(RIGHT, intents), "before", answers(RIGHT))
    assert not verdict.wins
    assert "harmless" in verdict.why


def test_asking_instead_of_acting_is_no_harm() -> None:
    asked = ["nlu_fallback"] * len(RIGHT)
    assert judge(SENTENCES, answers(RIGHT, asked), "before", answers(RIGHT)).wins


def test_recognising_less_of_what_is_not_our_business_is_a_loss() -> None:
    served = with_wrong(*range(28, 33))
    verdict = judge(SENTENCES, answers(served), "before", answers(RIGHT))
    assert not verdict.wins
    assert "outside 10 to 5 of 10" in verdict.why


def test_the_first_model_must_be_above_every_floor() -> None:
    assert judge_first(SENTENCES, answers(RIGHT), Floors()).wins
    verdict = judge_first(SENTENCES, answers(with_wrong(*range(7))), Floors())
    assert not verdict.wins
    assert "understood 75.0% is below 80%" in verdict.why


def test_no_sentence_of_the_regression_set_is_trained_on(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "nlu_data").mkdir(parents=True)
    (root / "bot/engine").mkdir(parents=True)
    (root / "bot/engine/regression.yml").write_text("money:\n  loan: [Lend me money]\n")
    lines = "- lend me MONEY!\n- lend me money on [880](policy_number)\n"
    (root / "nlu_data/few.yml").write_text(yaml.safe_dump({"nlu": [{"intent": "loan", "examples": lines}]}))
    with workshop(root, Places(tmp_path / "data")) as (copy, _, refused):
        assert lines_in(copy) == [("lend me money on 880", "loan")]
    assert refused == 1
    assert len(lines_in(root)) == 2


def test_the_installations_sentences_cover_every_intent_of_the_training_data() -> None:
    sentences = RegressionSet.read(ROOT)
    trained = {intent for _, intent in lines_in(ROOT)}
    assert {one.intent for one in sentences.sentences} == trained
    assert len(sentences.plain) == len(sentences.sentences)


def test_an_annotated_line_is_its_sentence() -> None:
    assert plain(text_of('- Lend me [5k]{"entity": "amount"}, please')) == "lend me 5k please"
