"""The playback ledger: what the marks prove, and what they do not."""

from voice.call.playback import Playback, Utterance

THREE = Utterance(("One.", "Two.", "Three."), (4, 5))


def begun(sent: int = 3) -> tuple[Playback, list[str]]:
    playback = Playback()
    playback.begin(THREE)
    return playback, [playback.sent() for _ in range(sent)]


def test_a_sentence_is_heard_when_its_mark_comes_back() -> None:
    playback, marks = begun()
    assert [playback.returned(mark) for mark in marks] == [True, True, True]
    assert playback.is_heard
    outcome = playback.end()
    assert outcome is not None
    assert outcome.is_whole
    assert outcome.heard_text == "One. Two. Three."


def test_marks_that_come_back_after_a_clear_prove_nothing() -> None:
    playback, marks = begun()
    playback.returned(marks[0])
    playback.hold()
    assert [playback.returned(mark) for mark in marks[1:]] == [False, False]
    outcome = playback.end()
    assert outcome is not None
    assert (outcome.heard_text, outcome.lost_text) == ("One.", "Two. Three.")


def test_after_a_false_interruption_it_goes_on_with_the_sentence_that_was_cut() -> None:
    playback, marks = begun()
    playback.returned(marks[0])
    playback.hold()
    playback.resume()
    assert playback.next_index == 1
    again = [playback.sent(), playback.sent()]
    assert not set(again) & set(marks), "marks of the first time are told from those of the second"
    assert not playback.returned(marks[1])
    assert [playback.returned(mark) for mark in again] == [True, True]
    assert playback.is_heard


def test_marks_of_an_earlier_utterance_or_of_nobody_are_harmless() -> None:
    playback, old = begun()
    playback.begin(THREE)
    playback.sent()
    for mark in (*old, "g2:s2", "g2:s", "g2:sx", "x", ""):
        assert not playback.returned(mark)


def test_a_mark_counts_once_and_a_lost_one_is_made_up_by_a_later_one() -> None:
    playback, marks = begun()
    assert playback.returned(marks[1])
    assert not playback.returned(marks[1])
    assert not playback.returned(marks[0])
    outcome = playback.end()
    assert outcome is not None
    assert outcome.heard == 2
    assert playback.end() is None
