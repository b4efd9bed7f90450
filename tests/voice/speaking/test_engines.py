"""The engines in their processes: they speak; one that hangs or dies is replaced."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import numpy as np
import pytest

from tests.voice.speaking import engines_for_tests as engines
from voice import codec
from voice.speaking.base import Pace, SpeakingFailed
from voice.speaking.command import CommandVoice
from voice.speaking.engines import Engine
from voice.speaking.prompts import Prompts
from voice.speaking.speaker import Speaker, speaker
from voice.speaking.telephone_audio import telephone_audio
from voice.speaking.workers import ProcessVoice

Made = Callable[..., ProcessVoice]


@pytest.fixture
async def made() -> AsyncIterator[Made]:
    voices: list[ProcessVoice] = []

    def make(
        engine: Callable[[], Engine] | None = None, name: str = "test", seconds: float = 2.0
    ) -> ProcessVoice:
        voices.append(ProcessVoice(name, engine, deadline_seconds=seconds))
        return voices[-1]

    yield make
    for voice in voices:
        await voice.close()


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("name", ["pyttsx3", "espeak-library"])
async def test_an_engine_speaks_slower_for_those_who_need_it(made: Made, name: str) -> None:
    voice = made(name=name, seconds=10.0)
    text = "Your premium is due in March."
    usual = telephone_audio(*await voice.pcm(text, Pace.NORMAL))
    slow = telephone_audio(*await voice.pcm(text, Pace.SLOW))
    slowest = telephone_audio(*await voice.pcm(text, Pace.SLOWEST))
    assert 1.0 < len(usual) / codec.SAMPLES_PER_SECOND < 3.0
    assert len(usual) < len(slow) < len(slowest)


async def test_sentences_one_after_another_are_each_their_own(made: Made) -> None:
    voice = made(name="pyttsx3", seconds=10.0)
    long = await voice.pcm("This is a rather long sentence about a policy.", Pace.NORMAL)
    short = await voice.pcm("Short.", Pace.NORMAL)
    again = await voice.pcm("This is a rather long sentence about a policy.", Pace.NORMAL)
    assert len(short[0]) < len(long[0]) / 2
    assert abs(len(again[0]) - len(long[0])) < 500
    assert len(voice.pids) == 1


async def test_every_sentence_is_whole_on_a_busy_machine(made: Made) -> None:
    voices = [made(name="pyttsx3", seconds=10.0) for _ in range(3)]
    text = "Your policy is in force, and the next premium is due in March. Shall I go on?"
    said = await asyncio.gather(*(voice.pcm(text, Pace.NORMAL) for voice in voices for _ in range(12)))
    lengths = [len(pcm) for pcm, _ in said]
    assert min(lengths) > 0.98 * max(lengths)


async def test_a_hanging_engine_is_killed_and_replaced(made: Made) -> None:
    voice = made(engines.hanging, seconds=0.5)
    await voice.pcm("fine", Pace.NORMAL)
    (first,) = voice.pids
    with pytest.raises(SpeakingFailed) as failed:
        await voice.pcm("hang", Pace.NORMAL)
    assert (failed.value.code, failed.value.retryable) == ("timeout", True)
    assert not is_alive(first)
    await voice.pcm("fine", Pace.NORMAL)
    assert voice.replaced == 1


async def test_an_engine_that_dies_is_replaced(made: Made) -> None:
    voice = made(engines.dying)
    with pytest.raises(SpeakingFailed) as failed:
        await voice.pcm("die", Pace.NORMAL)
    assert failed.value.code == "crashed"
    assert (await voice.pcm("fine", Pace.NORMAL))[0] == engines.TONE


async def test_an_engine_that_raises_goes_on_in_the_same_process(made: Made) -> None:
    voice = made(engines.raising)
    await voice.pcm("fine", Pace.NORMAL)
    before = voice.pids
    with pytest.raises(SpeakingFailed):
        await voice.pcm("raise", Pace.NORMAL)
    assert (await voice.pcm("fine", Pace.NORMAL))[0] == engines.TONE
    assert voice.pids == before


async def test_closing_ends_every_process_and_refuses_more(made: Made) -> None:
    voice = made(engines.raising)
    await voice.pcm("fine", Pace.NORMAL)
    (pid,) = voice.pids
    await voice.close()
    assert not is_alive(pid)
    with pytest.raises(SpeakingFailed) as failed:
        await voice.pcm("fine", Pace.NORMAL)
    assert failed.value.code == "closed"


async def test_the_next_engine_speaks_where_the_first_cannot(made: Made, tmp_path: Path) -> None:
    missing, silent, good = (
        made(engines.not_installed),
        made(engines.raising, "other"),
        made(engines.dying, "good"),
    )
    mouth = Speaker((missing, silent, good), Prompts(tmp_path))
    assert len(await mouth.speech("nothing", Pace.NORMAL)) > 1000
    assert await mouth.healthy()


async def test_when_no_engine_speaks_it_is_said_so(made: Made, tmp_path: Path) -> None:
    mouth = Speaker((made(engines.not_installed),), Prompts(tmp_path))
    with pytest.raises(SpeakingFailed) as failed:
        await mouth.speech("Hello.")
    assert failed.value.code == "no_engine"
    assert not await mouth.healthy()


async def test_fixed_prompts_are_recorded_once_and_outlive_the_process(made: Made, tmp_path: Path) -> None:
    mouth = Speaker((made(engines.raising),), Prompts(tmp_path))
    assert await mouth.prepare(["Welcome.", "Goodbye."]) == 4
    broken = Speaker((made(engines.not_installed),), Prompts(tmp_path))
    assert await broken.prepare(["Welcome."]) == 0
    assert await broken.speech("Welcome.", Pace.SLOW) == await mouth.speech("Welcome.", Pace.SLOW)


async def test_what_is_said_to_a_customer_never_reaches_the_disk(made: Made, tmp_path: Path) -> None:
    mouth = Speaker((made(engines.raising),), Prompts(tmp_path))
    await mouth.speech("Thank you, Li Wei.")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("text", ["", " \n", "...", "\0"])
async def test_nothing_to_say_is_refused_before_an_engine_sees_it(text: str, tmp_path: Path) -> None:
    with pytest.raises(SpeakingFailed) as failed:
        await Speaker((), Prompts(tmp_path)).speech(text)
    assert failed.value.code == "empty"


async def test_the_mouth_of_an_installation_speaks(tmp_path: Path) -> None:
    mouth = speaker(tmp_path)
    try:
        audio = np.frombuffer(codec.decode(await mouth.speech("Welcome to Harbour Life.")), dtype="<i2")
    finally:
        await mouth.close()
    assert 0.8 < audio.size / codec.SAMPLES_PER_SECOND < 2.5
    assert np.abs(audio[-codec.SAMPLES_PER_SECOND // 5 :]).max() > 200


def command(folder: Path, script: str) -> CommandVoice:
    path = folder / "espeak-test"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return CommandVoice(str(path), deadline_seconds=1.0)


async def test_the_command_is_read_by_the_rate_in_its_header(tmp_path: Path) -> None:
    header = bytearray(44)
    header[24:28] = (16000).to_bytes(4, "little")
    (tmp_path / "out.wav").write_bytes(bytes(header) + engines.TONE)
    voice = command(tmp_path, f"cat > /dev/null; cat {tmp_path / 'out.wav'}")
    assert await voice.pcm("Hello.", Pace.NORMAL) == (engines.TONE, 16000)


async def test_a_command_that_fails_or_hangs_or_lacks_is_a_failure(tmp_path: Path) -> None:
    for script, code in (("exit 2", "crashed"), ("exec tail -f /dev/null", "timeout")):
        with pytest.raises(SpeakingFailed) as failed:
            await command(tmp_path, script).pcm("Hello.", Pace.NORMAL)
        assert failed.value.code == code
    with pytest.raises(SpeakingFailed) as failed:
        await CommandVoice(str(tmp_path / "nowhere")).pcm("Hello.", Pace.NORMAL)
    assert failed.value.code == "no_engine"
