"""The journal of a call: all that happened on it, told to who follows it, and waited for by tests.

It knows nothing of calls: its keeper writes, and says when there is nothing more to wait for.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, `at` seconds after the call was placed."""

    at: float
    kind: str
    detail: Mapping[str, str]


class Journal:
    """Events in their order. What is waited for is looked for at every event, and when `look` is called."""

    def __init__(self) -> None:
        """Empty; time counts from now."""
        self.events: list[Event] = []
        self._loop = asyncio.get_running_loop()
        self._begun = self._loop.time()
        self._followers: list[Callable[[Event], None]] = []
        self._waiters: list[tuple[Callable[[], Any], asyncio.Future[Any]]] = []
        self._returned: dict[str, int] = {}

    def write(self, kind: str, detail: Mapping[str, str]) -> None:
        """Something happened."""
        event = Event(self._loop.time() - self._begun, kind, dict(detail))
        self.events.append(event)
        for follower in self._followers:
            follower(event)
        self.look()

    def follow(self, follower: Callable[[Event], None]) -> None:
        """Be told of every event from now on."""
        self._followers.append(follower)

    def next_of(self, kind: str, detail: Mapping[str, str]) -> Event | None:
        """The next event of a kind with these details that this has not returned yet."""
        for index in range(self._returned.get(kind, 0), len(self.events)):
            event = self.events[index]
            if event.kind == kind and detail.items() <= event.detail.items():
                self._returned[kind] = index + 1
                return event
        return None

    async def until(self, found: Callable[[], Any], within: float | None) -> Any:
        """Wait until `found` finds something; returns that.

        Raises:
            TimeoutError: it did not in time; the last events are told.
            Exception: what `release` was given.
        """
        waiter = (found, self._loop.create_future())
        self._waiters.append(waiter)
        try:
            async with asyncio.timeout(within):
                return await waiter[1]
        except TimeoutError as error:
            last = [f"{event.at:.2f} {event.kind}" for event in self.events[-8:]]
            raise TimeoutError(f"not within {within} s; last events: {last}") from error
        finally:
            self._waiters.remove(waiter)

    def look(self) -> None:
        """See whether somebody finds now what they wait for."""
        for found, future in list(self._waiters):
            if not future.done() and (result := found()) is not None:
                future.set_result(result)

    def release(self, problem: Callable[[], Exception]) -> None:
        """Nothing more will happen: who still waits hears of the problem."""
        for _, future in self._waiters:
            if not future.done():
                future.set_exception(problem())
