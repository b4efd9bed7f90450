"""What is done with an answer: sent, read back, asked for again, obeyed, given up."""

import pytest

from handoff.reasons import Reason
from voice.call import prompts
from voice.call.answers import Answers, Ask, Obey, Person, Send
from voice.call.commands import Command
from voice.hearing.base import Heard
from voice.listening import CONSENT, FREE, IDENTIFIER, NAME, YES_NO
from voice.speaking.wishes import Wish


def heard(text: str, confidence: float = 0.95) -> Heard:
    return Heard(text, confidence, engine="test")


def asked(listening: object = FREE, *, gentle: bool = False) -> Answers:
    answers = Answers()
    answers.expect(listening, gentle=gentle)  # type: ignore[arg-type]
    return answers


def test_free_speech_is_sent_as_it_was_heard() -> None:
    said = heard("my house burnt down", 0.4)
    assert asked().spoken("my house burnt down", said) == Send("my house burnt down", said)


def test_keys_are_never_doubted() -> None:
    assert asked(IDENTIFIER).keyed("880000100101") == Send("880000100101", None)
    assert asked(YES_NO).keyed("1") == Send("yes", None)


def test_a_number_is_read_back_and_sent_after_a_yes() -> None:
    answers = asked(IDENTIFIER)
    assert answers.spoken("123", heard("one two three", 0.6)) == Ask(prompts.read_back("123"))
    assert answers.listening.grammar == YES_NO.grammar
    sent = answers.spoken("yes", heard("yes"))
    assert isinstance(sent, Send)
    assert sent.text == "123"


def test_after_a_no_the_keypad_is_offered() -> None:
    answers = asked(IDENTIFIER)
    answers.spoken("123", heard("one two three", 0.6))
    assert answers.spoken("no", heard("no")) == Ask(prompts.KEY_IT_IN)
    assert answers.listening.grammar == IDENTIFIER.grammar


def test_a_better_number_instead_of_yes_or_no_is_read_back_in_its_turn() -> None:
    answers = asked(IDENTIFIER)
    answers.spoken("123", heard("one two three", 0.6))
    assert answers.spoken("124", heard("one two four", 0.6)) == Ask(prompts.read_back("124"))


def test_words_that_are_no_number_go_to_the_dialogue() -> None:
    verdict = asked(IDENTIFIER).spoken("why do you ask", heard("why do you ask", 0.5))
    assert isinstance(verdict, Send)


def test_the_same_doubtful_answer_twice_is_read_back() -> None:
    answers = asked(NAME)
    assert answers.spoken("Li Wei", heard("li wei", 0.3)) == Ask(prompts.NOT_SURE, with_question=True)
    assert answers.spoken("Li Wei", heard("li wei", 0.3)) == Ask(prompts.read_back("Li Wei"))


def test_an_unsure_yes_that_moves_something_is_asked_for_again() -> None:
    assert isinstance(asked(CONSENT).spoken("yes", heard("yes", 0.5)), Ask)
    assert isinstance(asked(CONSENT).spoken("yes", heard("yes", 0.9)), Send)


def test_the_second_unsure_yes_confirms_the_first_and_a_no_after_it_does_not() -> None:
    answers = asked(CONSENT)
    assert isinstance(answers.spoken("yes", heard("yes", 0.5)), Ask)
    assert isinstance(answers.spoken("yes please", heard("yes please", 0.5)), Send)
    answers = asked(CONSENT)
    assert isinstance(answers.spoken("yes", heard("yes", 0.5)), Ask)
    assert isinstance(answers.spoken("no", heard("no", 0.5)), Ask)


@pytest.mark.parametrize(("gentle", "times"), [(False, 3), (True, 2)])
def test_what_cannot_be_made_out_brings_in_a_person_sooner_for_the_elderly(gentle: bool, times: int) -> None:
    answers = asked(gentle=gentle)
    verdicts = [answers.spoken("", None) for _ in range(times)]
    assert all(isinstance(one, Ask) for one in verdicts[:-1])
    assert verdicts[-1] == Person(Reason.NOT_HEARD, prompts.NOT_HEARD_PERSON)


def test_three_doubtful_answers_in_a_row_bring_in_a_person_and_a_good_one_between_does_not() -> None:
    answers = asked()
    for confidence in (0.22, 0.22, 0.9, 0.22, 0.22):
        assert isinstance(answers.spoken("mumble", heard("mumble", confidence)), Send)
    assert isinstance(answers.spoken("mumble", heard("mumble", 0.22)), Person)


@pytest.mark.parametrize(
    ("said", "command"),
    [
        ("say that again", Wish.AGAIN),
        ("slower please", Wish.SLOWER),
        ("go back", Wish.BACK),
        ("send me the link", Command.CHAT),
        ("please continue in chat", Command.CHAT),
        ("do not record", Command.NO_RECORDING),
        ("don't record this call", Command.NO_RECORDING),
    ],
)
def test_the_line_obeys_whole_utterances(said: str, command: Command | Wish) -> None:
    assert asked(IDENTIFIER).spoken(said, heard(said, 0.5)) == Obey(command)


@pytest.mark.parametrize(
    "said", ["my link is broken", "they record everything", "I sent it in writing last week"]
)
def test_a_word_in_a_sentence_commands_nothing(said: str) -> None:
    assert isinstance(asked().spoken(said, heard(said)), Send)


def test_silence_is_asked_about_and_then_given_to_a_person() -> None:
    answers = asked()
    assert answers.silent(1, last=False) == Ask(prompts.NOTHING_HEARD, with_question=True)
    assert answers.silent(2, last=False) == Ask(prompts.STILL_THERE, with_question=True)
    assert isinstance(answers.silent(3, last=True), Person)
