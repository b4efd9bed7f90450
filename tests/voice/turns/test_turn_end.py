"""When a turn begins, and when it is over."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.voice.turns.scenes import FRAME, Scene
from voice.turns import (
    Ending,
    Endpointing,
    SettleDiscarded,
    SettleEarly,
    SpeechDropped,
    SpeechStarted,
    State,
    TurnEnded,
)
from voice.turns.pauses import Pauses
from voice.turns.profiles import DIGITS, FREE, YES_NO

SLACK = 3 * FRAME


def test_a_turn_begins_with_two_tenths_of_a_second_of_voice_and_reaches_back_to_its_start() -> None:
    scene = Scene().quiet(1).voice(0.5)
    started = scene.one(SpeechStarted)
    assert started.began == pytest.approx(1.0, abs=FRAME)
    assert started.at - started.began == pytest.approx(0.2, abs=FRAME)


def test_a_click_begins_nothing() -> None:
    scene = Scene().quiet(1)
    for _ in range(5):
        scene.voice(0.1).quiet(0.3)
    assert scene.kinds == []


def test_a_turn_is_over_after_the_silence_of_its_profile_once_the_result_is_there() -> None:
    scene = Scene().say(1.0, "I want to report a claim").quiet(1.0)
    ended = scene.one(TurnEnded)
    assert ended.reason is Ending.SILENCE
    assert ended.text == "I want to report a claim"
    assert ended.spoken_until is not None
    assert ended.at - ended.spoken_until == pytest.approx(FREE.silence_seconds, abs=SLACK)


@pytest.mark.parametrize(("profile", "seconds"), [(YES_NO, 0.4), (FREE, 0.65), (DIGITS, 1.5)])
def test_the_expected_answer_decides_how_long_is_waited(profile: Endpointing, seconds: float) -> None:
    ended = Scene(profile).say(0.6, "well").settled("yes").quiet(3).one(TurnEnded)
    assert ended.spoken_until is not None
    assert ended.at - ended.spoken_until == pytest.approx(seconds, abs=SLACK)


def test_slow_speakers_are_waited_for_longer() -> None:
    ended = Scene(FREE.patient()).say(0.6, "yes").quiet(3).one(TurnEnded)
    assert ended.spoken_until is not None
    assert ended.at - ended.spoken_until > FREE.silence_seconds * 1.4


def test_the_recogniser_is_asked_early_and_its_answer_thrown_away_when_the_caller_goes_on() -> None:
    scene = Scene().voice(0.6).quiet(0.35).settled("I want").voice(0.5).quiet(0.35)
    assert scene.kinds == ["SpeechStarted", "SettleEarly", "SettleDiscarded", "SettleEarly"]
    ended = scene.settled("I want to pay").quiet(1).one(TurnEnded)
    assert ended.text == "I want to pay"


def test_a_result_that_was_overtaken_is_not_taken() -> None:
    scene = Scene().voice(0.6).quiet(0.35).voice(0.5).settled("I want").quiet(3)
    assert scene.one(SettleDiscarded)
    assert scene.one(TurnEnded).text is None


def test_the_two_timers_are_independent_and_the_result_cancels_the_second() -> None:
    late = Scene().voice(0.6).quiet(0.9)
    assert late.of(TurnEnded) == []
    ended = late.settled("yes").one(TurnEnded)
    assert ended.reason is Ending.SILENCE
    assert ended.text == "yes"


def test_a_recogniser_that_never_answers_does_not_hold_the_turn() -> None:
    ended = Scene().voice(0.6).quiet(3).one(TurnEnded)
    assert (ended.reason, ended.text) == (Ending.UNSETTLED, None)
    assert ended.spoken_until is not None
    expected = FREE.early_seconds + FREE.settle_seconds
    assert ended.at - ended.spoken_until == pytest.approx(expected, abs=SLACK)


def test_digits_are_complete_with_the_last_one() -> None:
    profile = Endpointing(silence_seconds=1.5, digits=6)
    ended = Scene(profile).say(2.0, "one two double three four five").quiet(1).one(TurnEnded)
    assert ended.reason is Ending.COMPLETE
    assert ended.spoken_until is not None
    assert ended.at - ended.spoken_until == pytest.approx(profile.complete_seconds, abs=SLACK)


def test_digits_that_lack_are_waited_for() -> None:
    ended = Scene(Endpointing(silence_seconds=1.5, digits=6)).say(2.0, "one two three").quiet(2)
    assert ended.one(TurnEnded).reason is Ending.SILENCE


def test_a_sentence_that_cannot_end_there_is_waited_for_longer() -> None:
    ended = Scene().say(0.6, "I want to pay and").quiet(3).one(TurnEnded)
    assert ended.spoken_until is not None
    expected = FREE.silence_seconds + FREE.unfinished_seconds
    assert ended.at - ended.spoken_until == pytest.approx(expected, abs=SLACK)


def test_a_sound_without_words_is_no_turn() -> None:
    scene = Scene().say(0.3, "").quiet(2)
    assert scene.one(SpeechDropped)
    assert scene.of(TurnEnded) == []
    assert scene.turns.state is State.LISTENING


def test_long_speech_without_words_is_a_turn_that_was_not_understood() -> None:
    ended = Scene().say(1.5, "").quiet(2).one(TurnEnded)
    assert (ended.reason, ended.text) == (Ending.SILENCE, "")


def test_a_turn_never_lasts_longer_than_its_cap() -> None:
    ended = Scene().voice(20).of(TurnEnded)[0]
    assert ended.reason is Ending.CAP
    assert ended.at == pytest.approx(15, abs=SLACK)


def test_the_cap_holds_though_the_audio_stands_still() -> None:
    scene = Scene().voice(1)
    scene.take(scene.turns.tick(16.1))
    assert scene.one(TurnEnded).reason is Ending.CAP


def test_a_click_in_a_pause_does_not_begin_the_wait_anew() -> None:
    scene = Scene().say(0.6, "yes").voice(0.064).quiet(1)
    ended = scene.one(TurnEnded)
    assert ended.spoken_until is not None
    assert ended.at - ended.spoken_until == pytest.approx(FREE.silence_seconds, abs=SLACK)


def test_a_caller_who_pauses_long_is_waited_for_longer_up_to_the_limit() -> None:
    pauses = Pauses()
    assert pauses.silence_seconds(0.7, 1.5) == 0.7
    for _ in range(10):
        pauses.learn(0.8)
    assert pauses.silence_seconds(0.7, 1.5) == pytest.approx(1.12)
    for _ in range(20):
        pauses.learn(4.0)
    assert pauses.silence_seconds(0.7, 1.5) == 1.5


def test_gaps_between_words_teach_nothing() -> None:
    pauses = Pauses()
    pauses.learn(0.1)
    assert pauses.silence_seconds(0.4, 1.5) == 0.4


def test_pauses_inside_a_turn_are_learnt() -> None:
    scene = Scene()
    for _ in range(3):
        scene.voice(0.5).quiet(0.6)
    ended = scene.settled("a b c").quiet(3).one(TurnEnded)
    assert ended.spoken_until is not None
    assert ended.at - ended.spoken_until > FREE.silence_seconds + 0.1


def test_who_was_cut_off_and_goes_on_begins_a_new_turn_and_is_waited_for_longer() -> None:
    scene = (
        Scene(YES_NO).say(0.6, "my number is").quiet(0.8).voice(0.6).quiet(0.3).settled("one two").quiet(2)
    )
    first, second = scene.of(TurnEnded)
    assert first.spoken_until is not None
    assert second.spoken_until is not None
    assert second.at - second.spoken_until == pytest.approx(YES_NO.longest_seconds, abs=SLACK)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0.04, 2.0), st.booleans()), max_size=12),
    st.sampled_from([YES_NO, FREE, DIGITS]),
)
def test_whatever_is_heard_every_turn_ends_and_nothing_is_said_twice(
    sounds: list[tuple[float, bool]], profile: Endpointing
) -> None:
    scene = Scene(profile)
    for seconds, is_voice in sounds:
        (scene.voice if is_voice else scene.quiet)(seconds)
    scene.quiet(4)
    is_open = False
    for decision in scene.decisions:
        if isinstance(decision, SpeechStarted):
            assert not is_open
            is_open = True
        elif isinstance(decision, TurnEnded | SpeechDropped):
            assert is_open
            is_open = False
        elif isinstance(decision, SettleEarly | SettleDiscarded):
            assert is_open
    assert not is_open
    assert not scene.turns.caller_speaks
    times = [decision.at for decision in scene.decisions]
    assert times == sorted(times)
