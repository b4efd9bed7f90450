"""Answers from articles: quoted and named when sure, offered when near, declined when not."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from actions.answers import Article, Index, Kind, read_articles
from actions.answers.articles import BrokenArticle
from actions.answers.bm25 import Bm25, terms
from actions.dialogue import Dialogue
from actions.services.registry import SERVICES
from records.clock import ManualClock
from records.store import Store
from tests.actions.conftest import KEY
from tests.actions.customer import new_customer

ARTICLES = Path(__file__).parents[2] / "nlu_data" / "articles"
GRACE = Article(
    "grace_period",
    "Grace period",
    "2026-10-01",
    ("What if I pay late?", "How long is the grace period?"),
    ("You have 60 days to pay a late premium.", "Cover goes on during the grace period."),
)
COOLING = Article(
    "cooling_off_period",
    "Cooling-off period",
    "2026-10-01",
    ("Can I cancel a new policy?",),
    ("You may cancel within 15 days and get a full refund.",),
)
LATE = "How many days to pay a late premium?"
LOAN = Article("policy_loan_rules", "Policy loans", "2026-10-01", (), ("You may borrow up to 80 percent.",))


class WordVectors:
    """An encoder that knows words only: the same words, the same direction."""

    def __init__(self) -> None:
        self.texts = 0

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.texts += len(texts)
        rows = np.full((len(texts), 384), 1e-6, dtype=np.float32)
        for row, text in enumerate(texts):
            for term in terms(text):
                rows[row, sum(term.encode()) * 7919 % 384] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture
def index() -> Index:
    return Index((GRACE, COOLING, LOAN), WordVectors(), None)


def test_a_clear_question_gets_the_direct_answer_and_then_the_passage_that_fits(index: Index) -> None:
    found = index.find("How long is the grace period?")
    assert found.kind is Kind.ANSWER
    assert found.articles == (GRACE,)
    assert found.passage == "\n\n".join(GRACE.passages)


@pytest.mark.parametrize("question", [LATE, "What if I pay late?"])
def test_the_direct_answer_is_enough_where_nothing_fits_better(question: str, index: Index) -> None:
    assert index.find(question).passage == GRACE.passages[0]


def test_an_article_that_was_chosen_begins_with_its_direct_answer_too(index: Index) -> None:
    assert index.quote("grace_period", "").passage == GRACE.passages[0]
    assert index.quote("grace_period", "does cover go on").passage == "\n\n".join(GRACE.passages)


def test_a_question_between_articles_offers_titles(index: Index) -> None:
    found = index.find("cancel, grace")
    assert found.kind is Kind.OFFER
    assert 2 <= len(found.articles) <= 3 and {GRACE, COOLING} <= set(found.articles)


@pytest.mark.parametrize("text", ["zebra submarine", "", "   ", "😀", "x" * 5000])
def test_what_no_article_answers_is_not_answered(text: str, index: Index) -> None:
    found = index.find(text)
    assert found.kind is Kind.NOTHING and found.articles == ()


def test_an_empty_library_knows_nothing() -> None:
    assert Index((), WordVectors(), None).find("anything").kind is Kind.NOTHING


def test_vectors_are_kept_until_an_article_changes(tmp_path: Path) -> None:
    encoder = WordVectors()
    first = Index((GRACE, LOAN), encoder, tmp_path)
    before = encoder.texts
    again = Index((GRACE, LOAN), encoder, tmp_path)
    assert encoder.texts == before + 1, "one text tells whether the encoder is still the same"
    assert again.find(LATE) == first.find(LATE)
    Index((GRACE, COOLING), encoder, tmp_path)
    assert encoder.texts > before + 3
    assert len(list(tmp_path.iterdir())) == 1, "what is outdated is removed"


def test_rare_words_count_more() -> None:
    texts = Bm25(["premium premium loan", "premium grace", "premium annuity"])
    scores = texts.scores("grace premium")
    assert scores.argmax() == 1
    assert texts.scores("nothing of this").max() == 0


def test_all_articles_of_the_installation_can_be_read() -> None:
    articles = read_articles(ARTICLES)
    assert len(articles) >= 69
    assert len({article.id for article in articles}) == len(articles)
    assert all(article.passages and article.title for article in articles)


@pytest.mark.parametrize(
    "text", ["no front matter", "---\ntitle: x\n---\ntext", "---\nid: a\ntitle: b\n---\n\n"]
)
def test_a_broken_article_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "broken.md").write_text(text)
    with pytest.raises(BrokenArticle):
        read_articles(tmp_path)


@pytest.fixture
def knowing(store: Store, clock: ManualClock, index: Index) -> Dialogue:
    return Dialogue(store, clock, assurance_minutes=30, key=KEY, index=index)


def test_an_answer_names_its_article(store: Store, clock: ManualClock, knowing: Dialogue) -> None:
    person = new_customer(store, clock, knowing)
    said = person.say("How long is the grace period?", "ask_question", action="action_answer")
    assert GRACE.passages[1] in said and "/articles/grace_period" in said and "Grace period" in said
    assert person.custom == {"tier": 2, "service": "ask_question", "article": "grace_period"}


def test_offered_titles_can_be_pressed(store: Store, clock: ManualClock, knowing: Dialogue) -> None:
    person = new_customer(store, clock, knowing)
    person.say("cancel, grace", "ask_question", action="action_answer")
    assert person.custom["article"] is None
    assert "Talk to a person" in person.buttons
    said = person.press("Cooling-off period")
    assert "15 days" in said and person.custom["article"] == "cooling_off_period"


def test_an_unknown_answer_is_admitted_and_a_person_offered(
    store: Store, clock: ManualClock, knowing: Dialogue
) -> None:
    person = new_customer(store, clock, knowing)
    said = person.say("zebra submarine?", "ask_question", action="action_answer")
    assert "don't know" in said
    assert person.buttons == ["Talk to a person"]
    assert person.custom["article"] is None and person.custom["tier"] == 2


def test_a_question_taken_for_nothing_is_still_answered(
    store: Store, clock: ManualClock, knowing: Dialogue
) -> None:
    person = new_customer(store, clock, knowing)
    person.say("How long is the grace period?", "nlu_fallback", 0.4, action="action_fallback")
    assert person.custom["article"] == "grace_period"


def test_a_question_inside_a_form_is_answered_and_the_form_goes_on(
    store: Store, clock: ManualClock, knowing: Dialogue
) -> None:
    person = new_customer(store, clock, knowing)
    person.say("I want to report a claim", "report_claim")
    said = person.say("How long is the grace period?", "ask_question")
    assert GRACE.passages[1] in said
    assert said.endswith("What is your policy number, or the phone number you gave us?")
    assert person.custom["expects"] == "identifier"


MONEY_BACK = "Can I cancel a new policy and get a full refund?"


def test_a_question_about_a_transaction_is_answered_and_the_transaction_offered(
    store: Store, clock: ManualClock, knowing: Dialogue
) -> None:
    person = new_customer(store, clock, knowing)
    said = person.say(MONEY_BACK, "cancel_in_cooling_off")
    assert "15 days" in said and "/articles/cooling_off_period" in said
    assert person.custom == {"tier": 2, "service": "ask_question", "article": "cooling_off_period"}
    assert person.buttons[:2] == ["Do this now", "Something else"]
    person.press("Do this now")
    assert person.custom["expects"] == "identifier"


@pytest.fixture
def unbuilt(store: Store, clock: ManualClock, index: Index) -> Dialogue:
    """As long as nobody has described it, a service is one of colleagues."""
    built = {name: one for name, one in SERVICES.items() if name != "surrender_policy"}
    return Dialogue(store, clock, assurance_minutes=30, key=KEY, index=index, services=built)


def test_a_question_about_a_service_of_colleagues_is_answered_and_the_colleague_offered(
    store: Store, clock: ManualClock, unbuilt: Dialogue
) -> None:
    person = new_customer(store, clock, unbuilt)
    person.say(MONEY_BACK, "surrender_policy")
    assert person.buttons[:2] == ["Do it with a colleague", "Something else"]
    person.press("Do it with a colleague")
    assert person.custom["handoff"] == "human_service" and person.custom["service"] == "SU"


@pytest.mark.parametrize(
    "text",
    ["I want to cancel a new policy and get a full refund", "Can you cancel a new policy, full refund?"],
)
def test_a_request_for_a_service_of_colleagues_is_passed_on(
    text: str, store: Store, clock: ManualClock, unbuilt: Dialogue
) -> None:
    person = new_customer(store, clock, unbuilt)
    person.say(text, "surrender_policy")
    assert person.custom["handoff"] == "human_service"


def test_a_question_that_no_article_answers_goes_to_the_colleague(
    store: Store, clock: ManualClock, unbuilt: Dialogue
) -> None:
    person = new_customer(store, clock, unbuilt)
    person.say("Is zebra submarine?", "surrender_policy")
    assert person.custom["handoff"] == "human_service"


@pytest.mark.parametrize("confidence", [0.7, 0.97])
def test_inside_a_form_such_a_question_is_answered_as_well(
    confidence: float, store: Store, clock: ManualClock, knowing: Dialogue
) -> None:
    person = new_customer(store, clock, knowing)
    person.say("find a branch", "find_branch")
    said = person.say(MONEY_BACK, "cancel_in_cooling_off", confidence)
    assert "15 days" in said
    assert person.custom["expects"] == "place" and "handoff" not in person.custom
