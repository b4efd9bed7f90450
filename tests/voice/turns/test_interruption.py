"""Who speaks while the bot speaks: the bot falls silent at once, and goes on when it was not meant."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.voice.turns.scenes import FRAME, Scene
from voice.turns import (
    BargeIn,
    BotHeld,
    BotResumed,
    Cause,
    Interruption,
    SettleEarly,
    SpeechDropped,
    SpeechStarted,
    State,
    TurnEnded,
)
from voice.turns.profiles import UNINTERRUPTIBLE


def talking(interruption: Interruption | None = None) -> Scene:
    return Scene(interruption=interruption).bot().quiet(1.0).mark("s1")


def test_the_bot_falls_silent_before_a_quarter_of_a_second_of_voice() -> None:
    scene = talking().voice(0.5)
    assert scene.one(BotHeld).at - 1.0 < 0.25
    assert scene.one(SpeechStarted).began == pytest.approx(1.0, abs=2 * FRAME)


def test_two_words_interrupt() -> None:
    scene = talking().voice(0.2).partial("my policy").voice(0.1).partial("my policy is")
    assert scene.of(BargeIn) == []
    barge_in = scene.voice(0.15).one(BargeIn)
    assert (barge_in.cause, barge_in.mark) == (Cause.WORDS, "s1")


def test_one_word_interrupts_together_with_enough_voice() -> None:
    scene = talking(Interruption(stable_seconds=0.1)).voice(0.2).partial("policy").voice(0.15)
    assert scene.of(BargeIn) == []
    assert scene.voice(0.1).one(BargeIn).cause is Cause.WORDS


@pytest.mark.parametrize("word", ["stop", "no", "agent", "wait", "hold on"])
def test_a_stop_word_interrupts_as_soon_as_it_stands(word: str) -> None:
    assert talking().voice(0.2).partial(word).voice(0.25).one(BargeIn).cause is Cause.STOP_WORD


def test_a_first_guess_of_the_recogniser_does_not_interrupt() -> None:
    scene = talking().voice(0.2).partial("no").voice(0.1).partial("").partial("okay").voice(0.2).quiet(0.4)
    assert scene.settled("okay").of(BargeIn) == []
    assert scene.one(BotResumed)


def test_words_that_only_listen_are_resumed_from_before_their_result_is_there() -> None:
    scene = talking().voice(0.2).partial("yeah").voice(0.25).quiet(0.25)
    resumed = scene.one(BotResumed)
    assert resumed.at - 1.45 == pytest.approx(0.15, abs=3 * FRAME)


def test_a_long_voice_interrupts_though_no_word_is_made_out() -> None:
    barge_in = talking().voice(1.2).one(BargeIn)
    assert barge_in.cause is Cause.VOICE
    assert barge_in.at - 1.0 == pytest.approx(0.7, abs=2 * FRAME)


@pytest.mark.parametrize("word", ["mhm", "uh-huh", "yeah", "okay", "right", "I see", "all right yeah"])
def test_a_word_that_only_says_i_am_listening_does_not_interrupt(word: str) -> None:
    scene = talking().voice(0.25).partial(word).voice(0.35).quiet(0.4).settled(word).quiet(1)
    assert scene.of(BargeIn) == []
    assert scene.one(BotResumed).mark == "s1"
    assert scene.one(SpeechDropped)
    assert scene.turns.state is State.TALKING


def test_a_cough_does_not_interrupt() -> None:
    scene = talking().voice(0.3).quiet(0.4).settled("").quiet(1)
    assert scene.kinds == ["BotHeld", "SpeechStarted", "SettleEarly", "BotResumed", "SpeechDropped"]


def test_a_doubtful_single_word_of_a_cough_does_not_interrupt() -> None:
    assert talking().voice(0.3).quiet(0.4).settled("the", confidence=0.2).of(BargeIn) == []
    assert talking().voice(0.3).quiet(0.4).settled("claims", confidence=0.9).one(BargeIn)


def test_without_a_recogniser_a_short_sound_is_resumed_from_and_a_longer_one_is_not() -> None:
    assert talking().voice(0.3).quiet(2).one(BotResumed)
    assert talking().voice(0.5).quiet(2).one(BargeIn).cause is Cause.VOICE


def test_who_interrupts_has_their_turn() -> None:
    scene = talking().voice(0.4).partial("I want").voice(0.5).quiet(0.4).settled("I want an agent").quiet(1)
    assert scene.one(BargeIn)
    assert scene.one(TurnEnded).text == "I want an agent"


def test_a_short_answer_over_the_bot_has_its_turn_too() -> None:
    scene = talking().voice(0.3).quiet(0.35).settled("claims").quiet(1)
    assert scene.one(BargeIn).cause is Cause.WORDS
    assert scene.one(TurnEnded).text == "claims"


def test_the_bots_own_echo_at_its_beginning_is_no_voice() -> None:
    scene = Scene().bot().voice(0.3).quiet(2)
    assert scene.kinds == []


def test_voice_that_goes_on_after_the_guard_counts_from_there() -> None:
    held = Scene().bot().voice(1.0).one(BotHeld)
    assert held.at == pytest.approx(0.3 + 0.16, abs=2 * FRAME)


def test_after_a_false_hold_the_guard_holds_again_and_it_takes_more_voice() -> None:
    scene = talking().voice(0.3).quiet(0.4).settled("")
    resumed = scene.one(BotResumed).at
    scene.voice(0.3).quiet(1)
    assert len(scene.of(BotHeld)) == 1
    scene.voice(0.5)
    assert len(scene.of(BotHeld)) == 2
    assert scene.of(BotHeld)[1].at > resumed


def test_what_must_be_heard_is_not_interrupted_by_voice_or_key() -> None:
    scene = talking(UNINTERRUPTIBLE).voice(2.0).keys("12")
    assert scene.kinds == []


def test_what_was_keyed_over_it_counts_afterwards() -> None:
    scene = talking(UNINTERRUPTIBLE).keys("12#").quiet(0.5).bot_done()
    assert scene.one(TurnEnded).keys == "12"


def test_who_still_speaks_when_it_was_heard_is_listened_to() -> None:
    scene = (
        talking(UNINTERRUPTIBLE).voice(0.4).bot_done().voice(0.3).quiet(0.4).settled("yes please").quiet(1)
    )
    assert scene.one(TurnEnded).text == "yes please"


def test_the_tail_of_the_echo_is_no_answer() -> None:
    scene = Scene().bot().quiet(1).voice(0.1).bot_done().voice(0.15).quiet(1)
    assert scene.of(SpeechStarted) == []


def test_a_held_bot_whose_last_mark_came_back_was_heard_and_the_caller_has_the_floor() -> None:
    scene = talking().voice(0.3).bot_done().voice(0.3).quiet(0.4).settled("yes").quiet(1)
    assert scene.of(BargeIn) == []
    assert scene.one(TurnEnded).text == "yes"


def test_a_bot_that_begins_while_the_caller_speaks_is_held() -> None:
    scene = Scene().voice(0.5).bot()
    assert scene.one(BotHeld)
    assert scene.turns.state is State.HOLDING


def test_a_murmur_that_goes_on_is_taken_seriously_in_the_end() -> None:
    scene = talking().voice(0.3).partial("yeah").voice(0.8)
    assert scene.of(BargeIn) == []
    assert scene.voice(1.0).one(BargeIn).cause is Cause.VOICE


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("voice"), st.floats(0.03, 1.5)),
            st.tuples(st.just("quiet"), st.floats(0.03, 1.5)),
            st.tuples(st.just("partial"), st.sampled_from(["", "yeah", "my policy", "stop", "policy"])),
            st.tuples(st.just("settled"), st.sampled_from(["", "yeah", "my policy", "stop", "policy"])),
            st.tuples(st.just("keys"), st.sampled_from(["1", "#", "*", "12"])),
            st.tuples(st.sampled_from(["bot", "bot_done"]), st.none()),
        ),
        max_size=25,
    )
)
def test_a_held_bot_always_resumes_or_is_interrupted_or_was_heard(events: list[tuple[str, object]]) -> None:
    scene = Scene()
    for name, value in events:
        act = getattr(scene, name)
        act() if value is None else act(value)
    scene.quiet(5)
    assert scene.turns.state not in (State.HOLDING, State.SPEAKING, State.PAUSING, State.KEYING)
    is_open = False
    for decision in scene.decisions:
        if isinstance(decision, SpeechStarted):
            assert not is_open
            is_open = True
        elif isinstance(decision, SpeechDropped) or (isinstance(decision, TurnEnded) and not decision.keys):
            assert is_open
            is_open = False
        elif isinstance(decision, SettleEarly):
            assert is_open
    assert not is_open
