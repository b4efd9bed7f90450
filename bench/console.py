"""Open chats and open consoles on one centre: how long words and offers take, and what a console costs.

Ends with one line of JSON. Words go the whole way: from the console's socket to the customer's. The engine
does not run: whoever writes to the assistant is given to a person at once, so that there are offers.
"""

import argparse
import asyncio
import contextlib
import json
import random
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from sqlalchemy import select

from bench import console_staff, measuring
from bench.chat_client import ChatClient
from bench.console_client import ConsoleClient
from bench.stack import Stack
from handoff.access import CONSOLE
from records.models import AuditEntry, ConversationId
from records.settings import Settings
from records.store import Store

SPARE = 5
"""Places of an agent beside those taken from the beginning."""
BETWEEN_REPLIES_SECONDS = 12.0
"""Of one agent, on average; customers write as often."""
ARRIVALS_PER_SECOND = 1.0
OPENED_AT_ONCE = 8
SETTLE_SECONDS = 3.0
LATE_SECONDS = 15.0
"""An engine that does not answer is waited for six seconds before a customer is given to a person."""


@dataclass(slots=True)
class Figures:
    """What is measured while the chats go on."""

    sent: dict[str, float] = field(default_factory=dict)
    """By text: when an agent sent it."""
    delivered: list[float] = field(default_factory=list)
    shown: dict[str, float] = field(default_factory=dict)
    """By conversation: when its offer stood in a console."""
    asked: int = 0
    """Customers who were to be offered to somebody."""
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    """Rung whenever something arrived."""

    @property
    def is_under_way(self) -> bool:
        """Whether words or offers have not arrived yet."""
        return bool(self.sent) or len(self.shown) < self.asked


class Customer(ChatClient):
    """A customer who notes when an agent's words come."""

    def __init__(self, url: str, figures: Figures) -> None:
        """With the figures that they are noted in."""
        super().__init__(url)
        self._figures = figures

    async def _take(self, frame: dict[str, object]) -> None:
        now = time.time()
        if frame["type"] == "entries":
            for entry in frame["entries"]:  # type: ignore[attr-defined]
                sent = self._figures.sent.pop(entry.get("text", ""), None)
                if sent is not None:
                    self._figures.delivered.append(now - sent)
                    self._figures.arrived.set()
        await super()._take(frame)


@dataclass(slots=True)
class Seat:
    """An agent with an open console."""

    console: ConsoleClient
    chats: list[str]


class Floor:
    """The centre with its customers and agents."""

    def __init__(self, stack: Stack, chats: int, consoles: int, seed: int) -> None:
        """Nothing is open yet."""
        self.stack = stack
        self.store = Store(Settings(data=stack.data, demo=True).records_url)
        self.figures = Figures()
        self.chance = random.Random(seed)  # noqa: S311 - only spreads the acts
        self.customers: list[Customer] = []
        self.seats: list[Seat] = []
        self._chats, self._consoles = chats, consoles
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> dict[str, float]:
        """Connect everybody; returns what that cost."""
        capacity = self._chats // self._consoles + 1 + SPARE
        tokens = await asyncio.to_thread(console_staff.engage, self.store, self._consoles, capacity)
        await self._in_turns([self._admit for _ in range(self._chats)], OPENED_AT_ONCE * 4)
        chats = [ConversationId(customer.conversation or "") for customer in self.customers]
        shares = await asyncio.to_thread(console_staff.hand_over, self.store, chats)
        before = measuring.memory_megabytes([self.stack.pid("center")])
        begun = time.monotonic()
        async with aiohttp.ClientSession() as session:
            for login, token in tokens.items():
                console = ConsoleClient(self.stack.url, token, self._offered)
                self.seats.append(Seat(console, shares[login]))
            await self._in_turns(
                [lambda seat=seat: seat.console.open(session) for seat in self.seats],  # type: ignore[misc]
                OPENED_AT_ONCE,
            )
            await self._in_turns(
                [lambda seat=seat: seat.console.choose(seat.chats[0]) for seat in self.seats if seat.chats],  # type: ignore[misc]
                OPENED_AT_ONCE,
            )
        opened = time.monotonic() - begun
        await asyncio.sleep(SETTLE_SECONDS)
        after = measuring.memory_megabytes([self.stack.pid("center")])
        return {
            "megabytes_before": round(before, 1),
            "megabytes_per_console": round((after - before) / len(self.seats), 2),
            "seconds_to_open": round(opened, 1),
        }

    async def talk(self, seconds: float) -> None:
        """Let everybody talk for so long."""
        end = time.monotonic() + seconds
        async with asyncio.TaskGroup() as group:
            for seat in self.seats:
                group.create_task(self._serve(seat, end))
            group.create_task(self._write(end))
            group.create_task(self._arrive(end))

    async def arrivals(self) -> None:
        """Wait for what is still under way: it is slow, not lost."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LATE_SECONDS):
                while self.figures.is_under_way:
                    self.figures.arrived.clear()
                    await self.figures.arrived.wait()

    async def close(self) -> None:
        """Everybody goes."""
        for seat in self.seats:
            await seat.console.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.store.close()

    def offers(self) -> list[float]:
        """Seconds from each offer to its place in the console."""
        with self.store.reading() as session:
            rows = session.execute(
                select(AuditEntry.subject, AuditEntry.at)
                .where(AuditEntry.action == "offered")
                .order_by(AuditEntry.id)
            ).all()
        made: dict[str, float] = {}
        for subject, at in rows:
            made.setdefault(subject.removeprefix("conversation:"), at.timestamp())
        # An offer that nobody took in time was made again: the first one is the one that was noted.
        return [shown - made[chat] for chat, shown in self.figures.shown.items() if chat in made]

    async def _admit(self) -> Customer:
        customer = Customer(self.stack.socket_url, self.figures)
        task = asyncio.create_task(customer.run())
        self._tasks.add(task)
        await customer.until(lambda one: one.conversation is not None)
        self.customers.append(customer)
        return customer

    async def _serve(self, seat: Seat, end: float) -> None:
        """An agent goes from chat to chat and writes."""
        number = 0
        while True:
            if not await self._pause(1 / BETWEEN_REPLIES_SECONDS, end):
                return
            chat = self.chance.choice(seat.chats)
            number += 1
            text = f"Answer {number} to {chat}"
            async with seat.console.hands:
                await seat.console.choose(chat)
                self.figures.sent[text] = time.time()
                await seat.console.send(chat, text)

    async def _write(self, end: float) -> None:
        """Customers write to their agents."""
        rate = len(self.seats) / BETWEEN_REPLIES_SECONDS
        talked_to = self.customers[: self._chats]
        while True:
            if not await self._pause(rate, end):
                return
            await self.chance.choice(talked_to).say("And what about this?")

    async def _arrive(self, end: float) -> None:
        """Further customers come."""
        while True:
            if not await self._pause(ARRIVALS_PER_SECOND, end):
                return
            customer = await self._admit()
            await customer.say("I want to talk to a person")
            self.figures.asked += 1

    async def _pause(self, rate: float, end: float) -> bool:
        """Wait for the next of so many a second; False when the time is over before it."""
        seconds = self.chance.expovariate(rate)
        if time.monotonic() + seconds > end:
            return False
        await asyncio.sleep(seconds)
        return True

    def _offered(self, console: ConsoleClient, chat: str, now: float) -> None:
        self.figures.shown.setdefault(chat, now)
        self.figures.arrived.set()
        task = asyncio.create_task(self._accept(console, chat))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @staticmethod
    async def _accept(console: ConsoleClient, chat: str) -> None:
        async with console.hands:
            await console.accept(chat)

    @staticmethod
    async def _in_turns(acts: list[Callable[[], Awaitable[object]]], at_once: int) -> None:
        for start in range(0, len(acts), at_once):
            await asyncio.gather(*(act() for act in acts[start : start + at_once]))


async def run(stack: Stack, chats: int, consoles: int, seconds: float, seed: int) -> dict[str, object]:
    """One measurement."""
    floor = Floor(stack, chats, consoles, seed)
    try:
        return await _measure(floor, chats, consoles, seconds)
    finally:
        await floor.close()


async def _measure(floor: Floor, chats: int, consoles: int, seconds: float) -> dict[str, object]:
    stack = floor.stack
    cost = await floor.open()
    center = [stack.pid("center")]
    cpu, begun = measuring.cpu_seconds(center), time.monotonic()
    await floor.talk(seconds)
    lasted = time.monotonic() - begun
    busy = (measuring.cpu_seconds(center) - cpu) / lasted
    updates = sum(seat.console.updates for seat in floor.seats)
    await floor.arrivals()
    shown = await asyncio.to_thread(floor.offers)
    delivered, lost = floor.figures.delivered, len(floor.figures.sent)
    return {
        "chats": chats,
        "consoles": consoles,
        "replies": len(delivered),
        "lost": lost,
        "delivery_ms": _milliseconds(delivered),
        "offers": floor.figures.asked,
        "offers_shown": len(shown),
        "offer_ms": _milliseconds(shown),
        "center_cpu": round(busy, 2),
        "page_updates_per_second": round(updates / lasted, 1),
        **cost,
    }


def _milliseconds(seconds: list[float]) -> dict[str, float]:
    if not seconds:
        return {}
    return {f"p{one}": round(measuring.percentile(seconds, one) * 1000, 1) for one in (50, 95, 99)}


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chats", type=int, default=100)
    parser.add_argument("--consoles", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        # Who has been handed customers before their console is open is not gone.
        stack = Stack(Path(folder) / "centre", customers=0, PRESENCE_SECONDS="3600")
        try:
            stack.start("center")
            # The engine is not there to be asked: green is when the pages answer.
            stack.wait_until_green(f"{CONSOLE}/login")
            figures = asyncio.run(
                run(stack, arguments.chats, arguments.consoles, arguments.seconds, arguments.seed)
            )
        finally:
            stack.stop()
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
