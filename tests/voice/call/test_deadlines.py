"""What a call does about waiting: fillers, a person, and the end of a dead line."""

from voice.call.deadlines import Deadlines, Due


def story(
    deadlines: Deadlines, until: float, *, speaks: tuple[float, float] = (0, 0)
) -> list[tuple[float, Due]]:
    """What falls due in quarters of a second, with audio all the time."""
    found = []
    for quarter in range(round(until * 4) + 1):
        now = quarter / 4
        deadlines.audio(now)
        someone = speaks[0] <= now < speaks[1]
        if (due := deadlines.due(now, leaves=False, someone_speaks=someone)) is not None:
            found.append((now, due))
    return found


def test_a_slow_answer_is_excused_twice_and_then_a_person_takes_over() -> None:
    deadlines = Deadlines(0, 3600)
    deadlines.asked(0)
    assert story(deadlines, 60) == [(1.5, Due.ONE_MOMENT), (8, Due.STILL_AT_IT), (30, Due.PERSON)]


def test_nobody_is_interrupted_by_an_excuse() -> None:
    deadlines = Deadlines(0, 3600)
    deadlines.asked(0)
    assert story(deadlines, 20, speaks=(1, 5)) == [(5, Due.ONE_MOMENT), (8, Due.STILL_AT_IT)]


def test_a_person_takes_over_even_while_the_caller_speaks() -> None:
    deadlines = Deadlines(0, 3600)
    deadlines.asked(0)
    assert story(deadlines, 40, speaks=(0, 60)) == [(30, Due.PERSON)]


def test_an_answer_ends_the_waiting_and_each_question_has_its_own_excuses() -> None:
    deadlines = Deadlines(0, 3600)
    deadlines.asked(0)
    assert deadlines.due(2, leaves=False, someone_speaks=False) is Due.ONE_MOMENT
    deadlines.answered()
    assert deadlines.due(9, leaves=False, someone_speaks=False) is None
    deadlines.asked(10)
    assert deadlines.due(12, leaves=False, someone_speaks=False) is Due.ONE_MOMENT


def test_a_call_that_lasts_too_long_gets_a_person_each_minute_anew() -> None:
    assert story(Deadlines(0, 600), 730) == [(600, Due.PERSON), (660, Due.PERSON), (720, Due.PERSON)]


def test_a_farewell_is_not_disturbed_by_the_longest_time() -> None:
    deadlines = Deadlines(0, 10)
    deadlines.audio(11)
    assert deadlines.due(11, leaves=True, someone_speaks=False) is None


def test_a_line_without_audio_is_dead_whatever_else_is_due() -> None:
    deadlines = Deadlines(0, 10)
    deadlines.asked(0)
    assert deadlines.due(14.9, leaves=True, someone_speaks=True) is None
    assert deadlines.due(15, leaves=False, someone_speaks=False) is Due.LINE_DEAD
