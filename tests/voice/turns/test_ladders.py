"""Silence after a question and answers nobody could make out: once, twice, then a person."""

import pytest

from tests.voice.turns.scenes import FRAME, Scene
from voice.turns import NoInput, Step
from voice.turns.ladders import no_input, no_match


def test_silence_is_noticed_after_six_seconds_three_times() -> None:
    scene = Scene().bot().quiet(1).bot_done().quiet(18.2)
    silences = scene.of(NoInput)
    assert [(silence.times, silence.last) for silence in silences] == [(1, False), (2, False), (3, True)]
    assert silences[0].at == pytest.approx(7.0, abs=2 * FRAME)


def test_the_clock_of_silence_stands_while_the_bot_speaks() -> None:
    assert Scene().bot().quiet(20).of(NoInput) == []


def test_an_answer_ends_the_count() -> None:
    scene = Scene().quiet(6.1).say(0.6, "yes").quiet(1).bot().quiet(1).bot_done().quiet(6.2)
    assert [silence.times for silence in scene.of(NoInput)] == [1, 1]


def test_somebody_who_just_begins_to_speak_is_not_interrupted_by_the_clock() -> None:
    assert Scene().quiet(5.95).voice(0.15).voice(1).of(NoInput) == []


def test_the_steps_lead_to_a_person_and_stay_there() -> None:
    ladder = no_input()
    assert [ladder.miss() for _ in range(4)] == [Step.AGAIN, Step.HELP, Step.PERSON, Step.PERSON]
    ladder.reset()
    assert ladder.miss() is Step.AGAIN


def test_older_callers_meet_a_person_a_step_earlier() -> None:
    ladder = no_match(gentle=True)
    assert [ladder.miss(), ladder.miss()] == [Step.HELP, Step.PERSON]
