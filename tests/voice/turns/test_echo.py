"""The bot's own voice coming back is not heard; a caller is, alone and over it."""

import numpy as np
import pytest

from voice import codec
from voice.turns.echo import REACH, WINDOW, EchoProof, Samples, explained

RATE = 8000


class Always:
    """Hears a voice in everything that is loud."""

    def probability(self, pcm: bytes) -> float:
        return 0.9 if np.abs(np.frombuffer(pcm, "<i2").astype(int)).mean() > 60 else 0.01


def speech(seed: int, seconds: float, loud: float = 3000) -> Samples:
    """Syllables of coloured noise."""
    chooser = np.random.default_rng(seed)
    sound = np.convolve(chooser.normal(size=int(RATE * seconds)), chooser.normal(size=6), "same")
    syllables = np.abs(np.sin(np.arange(sound.size) / RATE * chooser.uniform(9, 14))) ** 2
    said: Samples = loud * sound * syllables / np.sqrt(np.mean(sound**2))
    return said


def room(seed: int) -> Samples:
    walls = np.random.default_rng(seed).normal(size=800) * np.exp(-np.arange(800) / 160)
    answer: Samples = 0.6 * walls / np.sqrt(np.sum(walls**2))
    answer[0] = 1
    return answer


def listen(bot: Samples, line: Samples) -> list[float]:
    """What is heard of a line while the bot speaks."""
    ear = EchoProof(Always())
    ear.sent(codec.encode(bot.astype("<i2").tobytes()))
    frames = np.clip(line, -32768, 32767).astype("<i2")[: line.size // 256 * 256].reshape(-1, 256)
    return [ear.probability(frame.tobytes()) for frame in frames]


@pytest.mark.parametrize("delay", [0.05, 0.15, 0.6])
@pytest.mark.parametrize("decibels", [10, 20, 30])
def test_an_echo_is_not_heard_however_late_and_faint(delay: float, decibels: int) -> None:
    bot = speech(1, 4)
    echo = np.convolve(bot, room(2))[: bot.size] * 10 ** (-decibels / 20)
    line = np.concatenate((np.zeros(int(delay * RATE)), echo)) + np.random.default_rng(3).normal(
        0, 5, bot.size + int(delay * RATE)
    )
    assert max(listen(bot, line)) < 0.5


def test_a_caller_is_heard_alone_and_over_the_echo() -> None:
    bot, caller = speech(1, 4), speech(7, 1)
    echo = np.concatenate((np.zeros(1600), bot))[: bot.size] * 0.1
    for line in (np.zeros(bot.size), echo.copy()):
        line[2 * RATE : 3 * RATE] += caller
        heard = np.array(listen(bot, line))
        assert np.mean(heard[66:90] > 0.5) > 0.8


def test_without_a_bot_everybody_is_heard() -> None:
    assert np.mean(np.array(listen(np.zeros(0), speech(7, 2))) > 0.5) > 0.8


def test_what_was_cleared_makes_no_echo() -> None:
    bot = speech(1, 2)
    ear = EchoProof(Always())
    ear.sent(codec.encode(bot.astype("<i2").tobytes()))
    ear.cleared()
    frames = bot.astype("<i2")[: bot.size // 256 * 256].reshape(-1, 256)
    assert np.mean([ear.probability(frame.tobytes()) > 0.5 for frame in frames]) > 0.8


def test_strangers_do_not_explain_each_other() -> None:
    shares = [
        explained(speech(seed, 0.256), speech(seed + 50, (REACH + WINDOW) / RATE)) for seed in range(20)
    ]
    assert max(shares) < 0.4


def test_silence_explains_nothing() -> None:
    assert explained(np.zeros(WINDOW), speech(1, (REACH + WINDOW) / RATE)) == 0.0
    assert explained(speech(1, WINDOW / RATE), np.zeros(REACH + WINDOW)) == 0.0
