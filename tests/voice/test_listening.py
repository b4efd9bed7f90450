"""Every question that any service can ask has its way of being listened to."""

import pytest

from actions.forms import state
from actions.identity.questions import QUESTION_NAMES
from actions.services.registry import SERVICES
from voice.hearing.base import GrammarKind
from voice.listening import ANYWHERE, IN_SERVICE, Confirmation, Trust, UnknownField, entry, listening_for

QUESTIONS = sorted(
    {
        (service.code or service.intent, field.name)
        for service in SERVICES.values()
        for field in service.fields
    }
    | {("report_claim", name) for name in QUESTION_NAMES}
    | {("report_claim", name) for name in (state.CHANGE, state.CONFIRM, state.RESUME, state.STRENGTHEN)}
)


@pytest.mark.parametrize(("service", "name"), QUESTIONS)
def test_every_question_of_every_service_is_in_the_table(service: str, name: str) -> None:
    listening = entry(name, service)
    assert listening.endpointing.silence_seconds < listening.endpointing.cap_seconds


def test_the_table_names_no_question_that_nobody_asks() -> None:
    asked = {name for _, name in QUESTIONS}
    assert set(ANYWHERE) <= asked
    assert set(IN_SERVICE) <= set(QUESTIONS)


def test_proofs_of_identity_are_secret() -> None:
    assert all(entry(name, None).secret for name in QUESTION_NAMES)


def test_a_name_means_what_its_service_means_by_it() -> None:
    assert entry("account", "start_return_visit").grammar.kind is GrammarKind.YES_NO
    assert entry("account", "SU").grammar.kind is GrammarKind.DIGITS


def test_the_table_refuses_what_it_does_not_know_and_a_call_listens_freely() -> None:
    with pytest.raises(UnknownField):
        entry("favourite_colour", "SU")
    assert listening_for("favourite_colour", "SU", gentle=False).grammar.kind is GrammarKind.FREE


def test_without_a_question_anything_may_be_said() -> None:
    assert listening_for(None, None, gentle=False).grammar.kind is GrammarKind.FREE


def test_a_code_is_complete_with_its_last_digit_by_voice_and_by_key() -> None:
    code = listening_for("code", "check_policy_status", gentle=False)
    assert code.endpointing.digits == code.keys.wanted == code.grammar.length == 6


def test_choices_can_be_said_or_keyed_in_the_order_in_which_they_are_offered() -> None:
    way = listening_for("frequency", "PF", gentle=False, choices=("Yearly", "Quarterly"))
    assert way.grammar.phrases == ("Yearly", "Quarterly")
    assert way.keys.text("2") == "Quarterly"


def test_a_question_of_yes_or_no_with_a_third_answer_has_a_third_key() -> None:
    knows = listening_for("loss", "start_return_visit", gentle=False, choices=("Yes", "No", "I am not sure"))
    assert knows.keys.text("3") == "I am not sure"


def test_one_of_several_policies_is_a_choice_and_the_only_way_to_ask_for_a_new_one_is_its_number() -> None:
    assert listening_for("policy", "SU", gentle=False).endpointing.digits == 12
    several = listening_for("policy", "SU", gentle=False, choices=("Harbour Saver", "Harbour Shield"))
    assert several.grammar.kind is GrammarKind.CHOICE
    assert several.keys.wanted == 1


def test_a_date_keeps_its_grammar_beside_the_button_that_goes_another_way() -> None:
    birth = listening_for("birth", "SU", gentle=False, choices=("Send me a code instead",))
    assert birth.grammar.kind is GrammarKind.DATE
    assert birth.grammar.phrases == ("Send me a code instead",)


@pytest.mark.parametrize(("service", "name"), QUESTIONS)
def test_older_callers_are_waited_for_longer(service: str, name: str) -> None:
    usual = listening_for(name, service, gentle=False)
    gentle = listening_for(name, service, gentle=True)
    assert gentle.endpointing.silence_seconds > usual.endpointing.silence_seconds
    assert gentle.endpointing.no_input_seconds > usual.endpointing.no_input_seconds
    assert gentle.keys.idle_seconds > usual.keys.idle_seconds


def test_an_unsure_yes_to_a_promise_is_asked_for_again_and_never_guessed() -> None:
    trust = entry("@confirm", "SU").trust
    assert trust.of(0.95) is Confirmation.ACCEPT
    assert trust.of(0.6) is Confirmation.AGAIN
    assert trust.of(0.1) is Confirmation.AGAIN


def test_digits_are_read_back_or_asked_for_on_the_keypad() -> None:
    trust = entry("policy", "SU").trust
    assert trust.of(1.0) is Confirmation.READ_BACK
    assert trust.of(0.1) is Confirmation.KEYPAD


def test_trust_falls_with_confidence() -> None:
    trust = Trust(0.8, 0.4, Confirmation.ACCEPT, Confirmation.IMPLICIT)
    assert [trust.of(level) for level in (0.8, 0.79, 0.4, 0.39)] == [
        Confirmation.ACCEPT,
        Confirmation.IMPLICIT,
        Confirmation.IMPLICIT,
        Confirmation.AGAIN,
    ]
