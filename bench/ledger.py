"""The ledger under fire: messages over sockets that are cut at random, center killed and started again.

Ends with one line of JSON: messages lost, doubled or out of order, in what the clients saw and in what
the ledger holds. Everything must be 0.
"""

import argparse
import asyncio
import json
import random
import tempfile
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bench.chat_client import ChatClient
from bench.stack import Stack
from records import ledger
from records.models import Author, Conversation, ConversationId, Owner
from records.settings import Settings
from records.store import Store

SOCKETS = 20
CUT_EVERY_SECONDS = 2.0
LINES = ("hello", "thank you", "what can you do", "are you a robot", "good morning")


async def fire(stack: Stack, messages: int, kills: int, seed: int = 7) -> dict[str, Any]:
    """Send `messages` through the running `stack` and compare; returns the figures."""
    chance = random.Random(seed)  # noqa: S311 - the storm must repeat
    clients = [ChatClient(stack.socket_url) for _ in range(SOCKETS)]
    running = [asyncio.create_task(client.run()) for client in clients]
    begun = time.monotonic()
    cutting = asyncio.create_task(_cut(clients, chance))
    said = asyncio.Semaphore(0)
    talking = asyncio.gather(
        *(_talk(client, _share(messages, nth), chance, said) for nth, client in enumerate(clients))
    )
    for _ in range(kills):
        for _ in range(messages // (kills + 1)):
            await said.acquire()
        stack.kill("center")
        stack.start("center")
    await talking
    await asyncio.gather(*(client.until(_all_acknowledged, 180) for client in clients))
    cutting.cancel()
    # Every message heard back, and every turn's end: then there is nothing more to come.
    await asyncio.gather(*(client.until(_answered, 180) for client in clients))
    seconds = time.monotonic() - begun
    for task in running:
        task.cancel()
    await asyncio.gather(*running, cutting, return_exceptions=True)
    return {
        "messages": sum(len(client.sent) for client in clients),
        **_compare(stack, clients),
        "sockets": SOCKETS,
        "connections": sum(client.connections for client in clients),
        "kills": kills,
        "seconds": round(seconds, 1),
    }


def _share(messages: int, nth: int) -> int:
    return messages // SOCKETS + (nth < messages % SOCKETS)


async def _talk(client: ChatClient, count: int, chance: random.Random, said: asyncio.Semaphore) -> None:
    for _ in range(count):
        await client.say(chance.choice(LINES))
        said.release()
        # Up to three messages under way: enough for their order to matter when the socket is cut.
        await client.until(lambda one: len(one.outbox) < 3, 180)


async def _cut(clients: list[ChatClient], chance: random.Random) -> None:
    while True:
        await asyncio.sleep(chance.expovariate(len(clients) / CUT_EVERY_SECONDS))
        chance.choice(clients).cut()


def _all_acknowledged(client: ChatClient) -> bool:
    return not client.outbox


def _answered(client: ChatClient) -> bool:
    heard = {entry["seq"] for entry in client.entries if entry["author"] == "customer"}
    if len(heard) < len(client.sent):
        return False
    replies = [entry["seq"] for entry in client.entries if entry["author"] == "bot" and "custom" in entry]
    return len(replies) >= len(client.sent)


def _compare(stack: Stack, clients: list[ChatClient]) -> dict[str, int]:
    figures: Counter[str] = Counter(lost=0, doubled=0, out_of_order=0, turns_doubled=0, unanswered=0)
    store = Store(Settings(data=stack.data).records_url)
    with store.reading() as session:
        for client in clients:
            assert client.conversation is not None  # noqa: S101 - all have talked
            entries = ledger.fetch_since(session, ConversationId(client.conversation), 0, limit=1_000_000)
            stored = [entry.key for entry in entries if entry.author is Author.CUSTOMER]
            seen = [entry["key"] for entry in client.entries if entry["author"] == "customer"]
            for keys in (stored, seen):
                figures["lost"] += len(set(client.sent) - set(keys))
                figures["doubled"] += len(keys) - len(set(keys))
                figures["out_of_order"] += sum(a != b for a, b in zip(keys, client.sent, strict=False))
            shown = [entry["seq"] for entry in client.entries]
            figures["lost"] += len({entry.seq for entry in entries} - set(shown))
            figures["doubled"] += len(shown) - len(set(shown))
            figures["out_of_order"] += sum(a >= b for a, b in pairwise(shown))
            ends = sum(entry.author is Author.BOT and "custom" in entry.body for entry in entries)
            figures["turns_doubled"] += max(0, ends - len(client.sent))
        waiting = select(Conversation.id).where(
            Conversation.owner == Owner.BOT, Conversation.pending_seq.is_not(None)
        )
        figures["unanswered"] = len(session.scalars(waiting).all())
    store.close()
    return dict(figures)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=200)
    parser.add_argument("--kills", type=int, default=2)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Stack(Path(folder)) as stack:
        print(f"{arguments.messages} messages over {SOCKETS} sockets, {arguments.kills} kills")
        print(json.dumps(asyncio.run(fire(stack, arguments.messages, arguments.kills))))


if __name__ == "__main__":
    main()
