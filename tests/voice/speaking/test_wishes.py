"""What is a wish about the speaking, and what only sounds like one."""

import pytest

from voice.speaking.wishes import Wish, wish_of


@pytest.mark.parametrize(
    ("said", "wish"),
    [
        ("say that again", Wish.AGAIN),
        ("can you repeat that please", Wish.AGAIN),
        ("could you say that again please", Wish.AGAIN),
        ("I didn't catch that", Wish.AGAIN),
        ("sorry?", Wish.AGAIN),
        ("pardon", Wish.AGAIN),
        ("what did you say", Wish.AGAIN),
        ("once more", Wish.AGAIN),
        ("I can't hear you", Wish.AGAIN),
        ("slower please", Wish.SLOWER),
        ("could you speak more slowly", Wish.SLOWER),
        ("you're talking too fast", Wish.SLOWER),
        ("slow down", Wish.SLOWER),
        ("go back", Wish.BACK),
        ("go back one step please", Wish.BACK),
        ("previous question", Wish.BACK),
        ("more choices", Wish.MORE),
        ("what else", Wish.MORE),
    ],
)
def test_a_wish_is_recognised(said: str, wish: Wish) -> None:
    assert wish_of(said) is wish


@pytest.mark.parametrize(
    "said",
    [
        "", "yes", "no", "please", "can you tell me", "tell me about my policy", "I want my money back",
        "what is my premium", "how much more do I pay", "the last question was about my son",
        "I want to go back to my old bank account", "again and again the payment fails",
    ],
)  # fmt: skip
def test_what_says_anything_else_goes_to_the_bot(said: str) -> None:
    assert wish_of(said) is None
