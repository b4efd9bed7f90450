"""Turns of one conversation wait for one another, turns of two do not."""

from __future__ import annotations

import asyncio

import pytest
from bot.engine.stores.lock import ConversationLockStore
from rasa.core.lock_store import LockError


async def test_turns_of_one_conversation_run_in_the_order_they_came() -> None:
    store = ConversationLockStore()
    order: list[str] = []

    async def turn(number: int) -> None:
        async with store.lock("c"):
            order.append(f"in {number}")
            await asyncio.sleep(0)
            order.append(f"out {number}")

    await asyncio.gather(*(turn(number) for number in range(5)))
    assert order == [f"{way} {number}" for number in range(5) for way in ("in", "out")]


async def test_another_conversation_does_not_wait() -> None:
    store = ConversationLockStore()
    async with store.lock("a"), store.lock("b"):
        pass


async def test_a_turn_that_fails_lets_the_next_one_in() -> None:
    store = ConversationLockStore()
    with pytest.raises(ValueError, match="broken"):
        async with store.lock("c"):
            raise ValueError("broken")
    async with store.lock("c"):
        pass


async def test_waiting_ends() -> None:
    store = ConversationLockStore()
    async with store.lock("c"):
        with pytest.raises(LockError):
            async with store.lock("c", lock_lifetime=0):
                pass


async def test_nothing_is_kept_of_conversations_that_are_over() -> None:
    store = ConversationLockStore()
    for number in range(10):
        async with store.lock(f"c{number}"):
            pass
    assert store._turnstiles == {}
