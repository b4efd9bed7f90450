"""Outside forms: requests for people, what is not understood, courtesy, and what is not built yet."""

from dataclasses import replace

import pytest

from actions.dialogue import Dialogue
from actions.services.catalogue import CATALOGUE
from actions.services.registry import SERVICES, registry
from records import ledger, turns
from records.clock import ManualClock
from records.models import ConversationId
from records.store import Store
from tests.actions.conftest import KEY
from tests.actions.customer import Customer as Person
from tests.actions.customer import new_customer

HANDED_OVER = {"talk_to_agent", "make_complaint", "report_scam"}
HUMAN = sorted(intent for intent, entry in CATALOGUE.items() if entry.tier == "human" and entry.code)
RANKING = (("nlu_fallback", 0.6), ("check_coverage", 0.3), ("out_of_scope", 0.2), ("find_branch", 0.1))


@pytest.mark.parametrize(
    ("intent", "reason"),
    [("talk_to_agent", "asked_for"), ("make_complaint", "complaint"), ("report_scam", "scam")],
)
def test_some_requests_always_go_to_a_person(intent: str, reason: str, someone: Person) -> None:
    someone.say("please", intent, action="action_hand_over")
    assert someone.custom == {"tier": 3, "handoff": reason, "service": intent}
    assert someone.last["loop"] is False


def test_whatever_is_in_the_catalogue_is_built_or_belongs_to_people() -> None:
    assert set(CATALOGUE) - set(SERVICES) == HANDED_OVER


@pytest.mark.parametrize("intent", HUMAN)
def test_a_service_that_is_not_built_is_passed_to_a_colleague_in_plain_words(
    intent: str, store: Store, clock: ManualClock
) -> None:
    built = {name: one for name, one in SERVICES.items() if name != intent}
    dialogue = Dialogue(store, clock, assurance_minutes=30, key=KEY, index=None, services=built)
    someone = new_customer(store, clock, dialogue)
    said = someone.say("I want that", intent)
    assert CATALOGUE[intent].title in said and "colleague" in said
    assert someone.custom["handoff"] == "human_service"
    assert someone.custom["service"] == (CATALOGUE[intent].code or intent)


def test_a_call_back_asks_when_and_on_which_number(someone: Person) -> None:
    someone.say("call me back", "request_callback", action="action_hand_over")
    assert someone.custom["expects"] == "time" and someone.last["loop"] is True
    someone.say("tomorrow at 10")
    someone.say("202-555-0101")
    someone.say("yes", "affirm")
    assert someone.custom["handoff"] == "callback"
    assert someone.custom["callback"] == {"phone": "+12025550101", "time": "tomorrow at 10"}


def test_what_is_not_understood_offers_the_two_likeliest(someone: Person) -> None:
    someone.say("blargh blargh", "nlu_fallback", 0.6, action="action_fallback", ranking=RANKING)
    assert someone.buttons == ["See what you are covered for", "Find a branch", "Talk to a person"]
    someone.press("Find a branch")
    assert someone.custom["expects"] == "place"


def test_the_second_time_running_goes_to_a_person(someone: Person) -> None:
    someone.say("blargh", "nlu_fallback", action="action_fallback", ranking=RANKING)
    someone.say("blargh", "nlu_fallback", action="action_fallback")
    assert someone.custom["handoff"] == "two_fallbacks"


def test_an_older_customer_who_is_not_understood_once_reaches_a_person(someone: Person) -> None:
    someone.say("is it in force", "check_policy_status")
    someone.prove("880000100301", "1951-11-02", "0033")
    someone.say("blargh", "nlu_fallback", action="action_fallback")
    assert someone.custom["handoff"] == "elderly"


def test_an_older_customer_is_not_asked_a_third_time(someone: Person) -> None:
    someone.say("is it in force", "check_policy_status")
    someone.prove("880000100301", "1951-11-02", "0033")
    someone.say("find a branch", "find_branch")
    someone.say("Atlantis")
    someone.say("Atlantis again")
    assert someone.custom["handoff"] == "elderly"


@pytest.mark.parametrize("text", ["this is ridiculous, you useless bot", "WHY DOES NOTHING WORK HERE!"])
def test_anger_reaches_a_person(text: str, someone: Person) -> None:
    someone.say(text, "nlu_fallback", action="action_fallback")
    assert someone.custom["handoff"] == "anger"


def test_what_no_insurer_does_is_declined_and_offers_what_can_be_done(someone: Person) -> None:
    said = someone.say("book me a flight", "out_of_scope", action="action_fallback")
    assert "not something I can help with" in said
    assert "Report a claim" in someone.buttons and "handoff" not in someone.custom


def test_cancel_and_buttons_without_a_form_are_answered(someone: Person) -> None:
    assert "nothing under way" in someone.say("cancel", "cancel_task")
    assert "earlier question" in someone.send_button(
        {"form": "report_claim", "version": 1, "field": "kind", "value": "x"}
    )
    assert someone.last["loop"] is False


def test_a_button_stands_for_its_intent_whatever_the_understanding_says(someone: Person) -> None:
    someone.send_button({"intent": "find_branch"})
    assert someone.custom["expects"] == "place"


def test_an_emergency_is_answered_first(someone: Person) -> None:
    assert "120" in someone.say("I need an ambulance", "out_of_scope", action="action_fallback")


def test_repeat_says_the_last_words_of_the_bot_again(
    someone: Person, store: Store, clock: ManualClock
) -> None:
    with store.writing() as session:
        conversation_id = ConversationId(someone.conversation_id)
        ledger.append_from_customer(session, conversation_id, "k", {"text": "hi"}, clock.now())
        standing = ledger.lock(session, conversation_id)
        turn = turns.take(session, standing, "worker", clock.now(), 5)
        assert turn is not None
        turns.finish(session, turn, [{"text": "One."}, {"text": "The second thing."}], clock.now())
    assert someone.say("again?", "repeat_that", action="action_speech") == "The second thing."


def test_slower_is_remembered(someone: Person, store: Store, clock: ManualClock, dialogue: Dialogue) -> None:
    someone.say("slower please", "speak_slower", action="action_speech")
    assert someone.custom["gentle"] is True
    someone.say("branch in Beijing", "find_branch")
    assert someone.custom["gentle"] is True
    assert new_customer(store, clock, dialogue).say("branch in Beijing", "find_branch")


def test_a_description_that_contradicts_the_catalogue_stops_the_start() -> None:
    service = SERVICES["check_coverage"]
    for wrong in (
        replace(service, assurance=0),
        replace(service, intent="no_such"),
        replace(service, code="XX"),
    ):
        with pytest.raises(ValueError, match=wrong.intent):
            registry((wrong,))
    with pytest.raises(ValueError, match="twice"):
        registry((service, service))


@pytest.mark.parametrize("second", ["nlu_fallback", "out_of_scope"])
@pytest.mark.parametrize("first", ["nlu_fallback", "out_of_scope"])
def test_gibberish_counts_whatever_it_is_taken_for(first: str, second: str, someone: Person) -> None:
    someone.say("blorp fnord", first, action="action_fallback")
    assert "handoff" not in someone.custom
    someone.say("gnarl wibble", second, action="action_fallback")
    assert someone.custom["handoff"] == "two_fallbacks"
