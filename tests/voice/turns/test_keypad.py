"""What is keyed: how an entry ends, how it is corrected, what single keys mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.voice.turns.scenes import FRAME, Scene
from voice.turns import BargeIn, Cause, Ending, Keypad, Keys, SpeechDropped, State, TurnEnded


def test_the_hash_ends_an_entry() -> None:
    ended = Scene().keys("1234#").one(TurnEnded)
    assert (ended.keys, ended.reason, ended.text) == ("1234", Ending.KEYS, None)


def test_a_full_entry_ends_by_itself() -> None:
    assert Scene(keys=Keys(length=6)).keys("123456").one(TurnEnded).keys == "123456"


def test_the_star_begins_anew() -> None:
    assert Scene().keys("129*1234#").one(TurnEnded).keys == "1234"


def test_an_entry_ends_when_no_key_follows() -> None:
    scene = Scene().keys("12").quiet(2.0).keys("3").quiet(2.9)
    assert scene.of(TurnEnded) == []
    ended = scene.quiet(0.2).one(TurnEnded)
    assert (ended.keys, ended.reason) == ("123", Ending.KEYS_IDLE)
    assert ended.at == pytest.approx(5.0, abs=3 * FRAME)


def test_a_key_stands_for_an_answer() -> None:
    keys = Keys(meanings=(("1", "yes"), ("2", "no")))
    ended = Scene(keys=keys).keys("2").one(TurnEnded)
    assert keys.text(ended.keys) == "no"


def test_an_identity_number_may_end_with_an_x() -> None:
    keys = Keys(length=4, letters=(("*", "X"),))
    assert keys.text(Scene(keys=keys).keys("123*").one(TurnEnded).keys) == "123X"
    assert keys.text(Scene(keys=keys).keys("12*1234").one(TurnEnded).keys) == "1234"


def test_the_first_key_interrupts_the_bot() -> None:
    scene = Scene(keys=Keys(length=2)).bot().quiet(0.1).mark("s1").keys("12")
    assert scene.one(BargeIn).cause is Cause.KEY
    assert scene.one(TurnEnded).keys == "12"


def test_keys_take_over_from_the_voice_of_the_same_turn() -> None:
    scene = Scene().voice(0.5).keys("12#").quiet(2)
    assert scene.one(SpeechDropped)
    assert scene.one(TurnEnded).keys == "12"


def test_a_hash_alone_is_no_turn() -> None:
    scene = Scene().keys("#").quiet(1)
    assert scene.of(TurnEnded) == []
    assert scene.turns.state is State.LISTENING


@given(st.text(alphabet="0123456789*#", max_size=30), st.integers(1, 18))
def test_an_entry_is_never_longer_than_it_should_be_and_has_no_sign_in_it(pressed: str, length: int) -> None:
    keypad = Keypad(Keys(length=length))
    for key in pressed:
        if keypad.press(0.0, key):
            break
    assert len(keypad.entry) <= length
    assert keypad.entry == "" or keypad.entry.isdecimal()
