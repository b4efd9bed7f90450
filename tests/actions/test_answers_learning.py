"""What the search learns from the articles' questions: to rank, to offer, to say no, the same each time."""

from pathlib import Path

import numpy as np
import pytest
import yaml

from actions.answers import Article, Index, Kind, Library, read_library
from actions.answers.articles import BrokenArticle
from actions.answers.overlap import Overlap, letters
from actions.answers.units import FOLDS, Sort, Units
from actions.dialogue import Dialogue
from bench import retrieval
from bench.data_check import normalised
from records.clock import ManualClock
from records.store import Store
from tests.actions.conftest import KEY
from tests.actions.customer import new_customer
from tests.actions.test_answers import ARTICLES, GRACE, WordVectors

LIBRARY = read_library(ARTICLES)
THINGS = ("premium", "loan", "claim", "code", "agent")
ASKS = (
    "how long may my {} wait",
    "{} late what now",
    "um about the {} please",
    "who decides on a {}",
    "what is a {} really",
)


def _small() -> Library:
    """Five articles that differ in one word, with enough questions to learn from, and strange ones."""
    articles = tuple(
        Article(
            thing,
            f"The {thing}",
            "2026-10-01",
            tuple(f"{ask.format(thing)} {number}" for ask in ASKS for number in range(8)),
            (f"A {thing} is looked at within ten days.", f"Nobody pays for a {thing} twice."),
        )
        for thing in THINGS
    )
    return Library(articles, (tuple(f"recipe for pancake number {number}" for number in range(40)),))


@pytest.fixture(scope="module")
def learnt() -> Index:
    return Index(_small(), WordVectors(), None)


@pytest.mark.parametrize("thing", THINGS)
def test_what_was_learnt_is_found(thing: str, learnt: Index) -> None:
    found = learnt.find(f"tell me how my {thing} is decided")
    assert found.kind is Kind.ANSWER
    assert [article.id for article in found.articles] == [thing]
    assert 0.5 < found.score <= 1


def test_what_it_learnt_to_decline_is_declined(learnt: Index) -> None:
    assert learnt.find("a pancake recipe with number 7").kind is Kind.NOTHING


def test_learning_twice_comes_to_the_same(learnt: Index) -> None:
    assert Index(_small(), WordVectors(), None).ruling == learnt.ruling


def test_what_was_kept_decides_as_what_was_learnt(tmp_path: Path, learnt: Index) -> None:
    Index(_small(), WordVectors(), tmp_path)
    again = Index(_small(), WordVectors(), tmp_path)
    assert again.ruling == learnt.ruling
    assert again.find("my loan is late") == learnt.find("my loan is late")


def test_a_vector_at_hand_spares_the_encoder_and_changes_nothing() -> None:
    encoder = WordVectors()
    index = Index(_small(), encoder, None)
    question = "my loan is late"
    vector = encoder.encode([question])[0]
    before = encoder.texts
    given = index.find(question, vector)
    assert encoder.texts == before
    assert given == index.find(question)
    assert index.find(question, vector[:100]) == given, "a vector of another kind is not used"


def test_the_next_question_is_one_that_readers_of_the_article_see(learnt: Index) -> None:
    found = learnt.find("tell me how my claim is decided")
    article = found.articles[0]
    assert found.follow_up in article.questions[: article.told]
    assert (
        Index((GRACE,), WordVectors(), None).quote("grace_period", GRACE.questions[0]).follow_up
        == GRACE.questions[1]
    )


def test_every_question_is_held_out_once_and_neighbours_together() -> None:
    units = Units.of(LIBRARY)
    asked = units.places(Sort.QUESTION, Sort.UNANSWERABLE)
    assert set(units.folds[asked].tolist()) == set(range(FOLDS))
    assert set(np.delete(units.folds, asked).tolist()) == {-1}
    strange = units.folds[units.places(Sort.UNANSWERABLE)]
    assert (np.diff(strange) != 0).sum() < len(strange) / 5, "one subject is not split over folds"


def test_letters_forgive_a_slip() -> None:
    shared = Overlap(["surrender value", "waiting period"], letters).scores("surender")
    assert shared[0] > 0.3 and shared[1] < 0.1


def test_every_article_has_questions_enough_and_none_twice() -> None:
    assert min(len(article.questions) for article in LIBRARY.articles) >= 25
    asked = [normalised(text) for article in LIBRARY.articles for text in article.questions]
    assert len(asked) == len(set(asked))
    strange = {normalised(text) for group in LIBRARY.unanswerable for text in group}
    assert strange.isdisjoint(asked)


def test_nothing_is_learnt_from_what_measures() -> None:
    kept = yaml.safe_load(retrieval.QUESTIONS.read_text(encoding="utf-8"))
    held = {normalised(one["text"]) for part in ("answerable", "unanswerable") for one in kept[part]}
    ours = {normalised(text) for article in LIBRARY.articles for text in article.questions}
    ours |= {normalised(text) for group in LIBRARY.unanswerable for text in group}
    shared = len(held & ours)
    assert shared == 0, f"{shared} lines to learn from stand in the file that measures"


def test_questions_of_no_article_are_refused(tmp_path: Path) -> None:
    (tmp_path / "questions").mkdir()
    (tmp_path / "questions" / "nowhere.txt").write_text("Where?\n")
    with pytest.raises(BrokenArticle, match="nowhere"):
        read_library(tmp_path)


def test_the_measurement_counts_what_it_says(tmp_path: Path, learnt: Index) -> None:
    kept = {
        "answerable": [
            {"text": "who decides on my loan", "article": "loan", "style": "short"},
            {"text": "claim late what now", "article": "code", "also": ["claim"], "style": "long"},
            {"text": "agent late what now", "article": "code", "style": "long"},
        ],
        "unanswerable": [{"text": "recipe for pancake number 3", "kind": "far"}],
    }
    path = tmp_path / "questions.yml"
    path.write_text(yaml.safe_dump(kept))
    figures = retrieval.measure(learnt, WordVectors(), path)
    assert figures["p_at_1"] == pytest.approx(2 / 3, abs=1e-4)
    assert figures["p_at_1_first_choice_only"] == pytest.approx(1 / 3, abs=1e-4)
    assert figures["p_at_1_short"] == 1 and figures["p_at_1_long"] == 0.5
    assert figures["far_declined"] == figures["unanswerable_declined"] == 1


@pytest.mark.parametrize("intent", ["check_premium_due", "check_loan_balance", "check_cash_value"])
def test_a_question_for_ones_own_figures_goes_to_the_service(
    intent: str, store: Store, clock: ManualClock
) -> None:
    knowing = Dialogue(
        store, clock, assurance_minutes=30, key=KEY, index=Index((GRACE,), WordVectors(), None)
    )
    person = new_customer(store, clock, knowing)
    person.say(GRACE.questions[1], intent)
    assert "article" not in person.custom
    assert person.custom["expects"] == "identifier"


def test_an_answer_offers_a_next_question(store: Store, clock: ManualClock) -> None:
    index = Index((GRACE,), WordVectors(), None)
    person = new_customer(store, clock, Dialogue(store, clock, assurance_minutes=30, key=KEY, index=index))
    said = person.say(GRACE.questions[1], "ask_question", action="action_answer")
    assert said.endswith(f"You can also ask: “{GRACE.questions[0]}”")
