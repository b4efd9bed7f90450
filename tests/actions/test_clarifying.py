"""Where two or three services could be meant, one question; never inside a form, never a third time."""

from typing import Any

import pytest

from actions.services.catalogue import TITLES
from actions.utterance import Utterance, utterance_from
from tests.actions.customer import Customer as Person

RANKING = (("surrender_policy", 0.5), ("cancel_in_cooling_off", 0.3), ("reduce_cover", 0.1), ("greet", 0.1))
OPTIONS = ("surrender_policy", "cancel_in_cooling_off", "reduce_cover")


def ask(someone: Person, text: str = "I want out of this policy", options: tuple[str, ...] = OPTIONS) -> str:
    return someone.say(text, options[0], 0.5, action="action_clarify", ranking=RANKING, options=options)


def test_the_question_names_the_services_and_offers_them_as_buttons(someone: Person) -> None:
    said = ask(someone)
    assert all(TITLES[name] in said for name in OPTIONS)
    assert someone.buttons == [
        "Surrender a policy",
        "Cancel inside the cooling-off period",
        "Reduce your cover",
        "None of these",
    ]
    assert someone.custom["clarify"] is True and someone.custom["intent"] == "surrender_policy"
    assert someone.last["loop"] is False


def test_picking_an_option_starts_it(someone: Person) -> None:
    ask(someone, options=("find_branch", "check_coverage"))
    someone.press("Find a branch")
    assert someone.custom["expects"] == "place"


def test_none_of_these_offers_a_person(someone: Person) -> None:
    ask(someone)
    none = someone.last["messages"][-1]["buttons"][-1]
    assert none["title"] == "None of these"
    someone.send(Utterance("", button=none["payload"]), "action_clarify")
    assert someone.buttons == ["Talk to a person"]
    someone.press("Talk to a person")
    assert someone.custom["handoff"] == "asked_for"


def test_the_third_time_running_a_person_takes_over(someone: Person) -> None:
    for _ in range(2):
        ask(someone)
        assert "handoff" not in someone.custom
    ask(someone)
    assert someone.custom["handoff"] == "two_fallbacks"


def test_who_is_angry_is_not_asked_riddles(someone: Person) -> None:
    ask(someone, "this is useless, I want out")
    assert someone.custom["handoff"] == "anger"


def test_inside_a_form_the_message_is_an_answer(someone: Person) -> None:
    someone.say("find a branch", "find_branch")
    said = someone.say("Chengdu", "surrender_policy", 0.4, ranking=RANKING, options=OPTIONS)
    assert "Chengdu Service Office" in said
    assert "clarify" not in someone.custom


LATEST: dict[str, Any] = {
    "text": "I want out",
    "intent": {"name": "clarify", "confidence": 0.9},
    "intent_ranking": [{"name": name, "confidence": share} for name, share in RANKING],
    "gate": {"decision": "clarify", "options": list(OPTIONS)},
}


def test_the_engines_word_for_asking_is_nobodys_intent() -> None:
    utterance = utterance_from(LATEST)
    assert (utterance.intent, utterance.confidence) == ("surrender_policy", 0.5)
    assert utterance.options == OPTIONS


@pytest.mark.parametrize("gate", [None, "clarify", {}, {"options": None}])
def test_a_gate_that_names_no_options_leaves_none(gate: object) -> None:
    assert utterance_from({**LATEST, "gate": gate}).options == ()
