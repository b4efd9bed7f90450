"""The bells of a page: what is watched rings, what is not does not, and an answered ring is over."""

import asyncio

from handoff.console.bells import Bells
from records.models import ConversationId
from records.signals import Signals

QUEUE, FIRST, SECOND = ConversationId("queue"), ConversationId("first"), ConversationId("second")
AT_ONCE = 0.0
LONG = 60.0


async def test_every_topic_rings_also_after_others_came_and_went() -> None:
    signals = Signals()
    bells = Bells(signals)
    for topics in ({QUEUE}, {QUEUE, FIRST}, {QUEUE, SECOND}):
        bells.watch(topics)
        for topic in topics:
            signals.advanced(topic)
            assert await bells.rung(AT_ONCE)
            bells.clear()
    signals.advanced(FIRST)
    assert not await bells.rung(AT_ONCE)


async def test_only_more_topics_are_news() -> None:
    bells = Bells(Signals())
    assert bells.watch({QUEUE, FIRST})
    assert not bells.watch({QUEUE, FIRST})
    assert not bells.watch({QUEUE})
    assert bells.watch({QUEUE, SECOND})


async def test_a_ring_that_was_answered_before_the_waiter_woke_is_over() -> None:
    signals = Signals()
    bells = Bells(signals)
    bells.watch({QUEUE})
    waits = asyncio.create_task(bells.rung(LONG))
    await asyncio.sleep(0)
    signals.advanced(QUEUE)
    bells.clear()
    await asyncio.sleep(0)
    assert not waits.done()
    signals.advanced(QUEUE)
    assert await waits


async def test_a_page_that_is_gone_watches_nothing() -> None:
    signals = Signals()
    bells = Bells(signals)
    bells.watch({QUEUE})
    bells.close()
    assert not bells.watch({QUEUE})
    signals.advanced(QUEUE)
    assert not await bells.rung(AT_ONCE)
