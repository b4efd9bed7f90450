"""Recognisers die, hang and grow; callers are heard all the same."""

import asyncio
from functools import partial
from pathlib import Path

import pytest

from tests.voice.hearing.recognisers import DIES, HANGS, Broken, Speller
from voice.hearing.base import Grammar, HearingFailed
from voice.hearing.workers import ProcessEars

ANY = Grammar()


def alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


async def test_utterances_are_heard_side_by_side_in_one_process_and_go_on_after_a_result() -> None:
    ears = ProcessEars(Speller, processes=1)
    try:
        first, second = await ears.listen(ANY), await ears.listen(ANY)
        first.feed(b"claim ")
        second.feed(b"policy ")
        one, two = await asyncio.gather(first.settle(), second.settle())
        first.feed(b"status")
        again = await first.settle()

        assert (one.text, two.text, again.text) == ("claim ", "policy ", "claim status")
        assert one.engine == two.engine
        assert first.partial == "claim status"
        assert await ears.healthy()
    finally:
        await ears.close()
    assert not await ears.healthy()
    assert ears.pids == ()


async def test_an_utterance_whose_process_dies_is_heard_again_from_the_beginning(tmp_path: Path) -> None:
    ears = ProcessEars(partial(Speller, tmp_path / "died"), processes=2)
    try:
        utterance = await ears.listen(ANY)
        utterance.feed(b"my ")
        utterance.feed(DIES + b"number")
        heard = await utterance.settle()

        assert heard.text == "my die number"
        assert ears.replaced == 1
    finally:
        await ears.close()


async def test_others_in_a_process_that_dies_lose_nothing(tmp_path: Path) -> None:
    ears = ProcessEars(partial(Speller, tmp_path / "died"), processes=1)
    try:
        killer, other = await ears.listen(ANY), await ears.listen(ANY)
        other.feed(b"hello ")
        killer.feed(DIES)
        await killer.settle()
        other.feed(b"world")

        assert (await other.settle()).text == "hello world"
    finally:
        await ears.close()


async def test_a_process_that_hangs_is_killed_and_what_hangs_two_is_given_up() -> None:
    ears = ProcessEars(Speller, processes=1, deadline_seconds=0.2)
    try:
        utterance = await ears.listen(ANY)
        (hung,) = ears.pids
        utterance.feed(HANGS)
        with pytest.raises(HearingFailed) as failure:
            await utterance.settle()
        utterance.close()
        after = await ears.listen(ANY)
        after.feed(b"fine")

        assert failure.value.code == "not_heard"
        assert (await after.settle()).text == "fine"
        assert ears.replaced == 2
        assert not alive(hung)
    finally:
        await ears.close()


async def test_a_process_that_heard_enough_is_replaced_when_its_last_utterance_closes() -> None:
    ears = ProcessEars(Speller, processes=1, utterances_a_process=2)
    try:
        engines = []
        for _ in range(3):
            utterance = await ears.listen(ANY)
            utterance.feed(b"a")
            engines.append((await utterance.settle()).engine)
            utterance.close()

        assert engines[0] == engines[1] != engines[2]
        assert (ears.recycled, ears.replaced) == (1, 0)
    finally:
        await ears.close()


async def test_a_process_that_grew_too_large_is_replaced() -> None:
    ears = ProcessEars(Speller, processes=1, most_bytes=1)
    try:
        utterance = await ears.listen(ANY)
        first = (await utterance.settle()).engine
        utterance.close()
        utterance = await ears.listen(ANY)

        assert (await utterance.settle()).engine != first
        assert ears.recycled >= 1
    finally:
        await ears.close()


async def test_an_engine_that_cannot_be_loaded_is_not_tried_for_ever() -> None:
    ears = ProcessEars(Broken, processes=1)
    try:
        with pytest.raises(HearingFailed) as failure:
            await ears.listen(ANY)
        assert failure.value.code == "no_engine"
    finally:
        await ears.close()


async def test_a_closed_utterance_hears_nothing_more() -> None:
    ears = ProcessEars(Speller, processes=1)
    try:
        utterance = await ears.listen(ANY)
        utterance.close()
        utterance.close()
        utterance.feed(b"late")
        with pytest.raises(HearingFailed) as failure:
            await utterance.settle()
        assert failure.value.code == "closed"
    finally:
        await ears.close()
