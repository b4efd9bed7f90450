"""Shadow mode: a candidate hears the turns that customers really had, and is compared with what served.

It follows the ledger a moment behind, first through the recorded days asked for, then live. It never answers:
the candidate's engine has no way to speak, and this writes nothing but reviews of disagreements, masked.
"""

import argparse
import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import aiohttp

from actions.learning import collecting
from actions.learning.reasons import FALLBACK, Heard, Reason
from records import secrets
from records.clock import Clock, SystemClock
from records.models import ConversationId
from records.settings import settings
from records.store import Store

log = logging.getLogger(__name__)

CURSOR = "shadow"
LOOK_SECONDS = 5.0
PATIENCE_SECONDS = 60.0
"""How long the candidate's engine may take to start."""

Ask = Callable[[str], Awaitable[str]]
"""A sentence to the intent that the candidate would act upon."""


class CandidateAway(Exception):
    """The candidate's engine does not answer."""


@dataclass(slots=True)
class Tally:
    """What the comparison came to."""

    heard: int = 0
    agreed: int = 0
    candidate_only: int = 0
    """Disagreements where only the candidate would have acted."""
    serving_only: int = 0
    """Disagreements where only the serving model acted."""

    def __str__(self) -> str:
        """In words."""
        share = f"{self.agreed / self.heard:.1%}" if self.heard else "nothing to compare"
        return (
            f"{self.heard} turns, agreement {share}; of {self.heard - self.agreed} disagreements "
            f"{self.candidate_only} where only the candidate would have acted, {self.serving_only} where "
            "only the serving model did"
        )


class Shadow:
    """Follows the ledger beside the serving model."""

    def __init__(self, store: Store, clock: Clock, ask: Ask) -> None:
        """Compare what `ask` says with what is on record."""
        self._store = store
        self._clock = clock
        self._ask = ask
        self._heard: set[tuple[ConversationId, int]] = set()
        self.tally = Tally()

    def begin(self, since: datetime) -> None:
        """Start at a moment of the ledger, wherever an earlier shadow ended."""
        with self._store.writing() as session:
            collecting.move_cursor(session, CURSOR, since)

    async def follow(self) -> int:
        """Hear what is new; returns how many turns were compared.

        Raises:
            CandidateAway: nothing of the unfinished part counts as heard; it is heard again next time.
        """
        compared = 0
        while True:
            turns, up_to = await asyncio.to_thread(self._next)
            if up_to is None:
                return compared
            for conversation, heard in turns:
                await self._compare(conversation, heard)
                compared += 1
            await asyncio.to_thread(self._move, up_to)

    async def _compare(self, conversation: ConversationId, heard: Heard) -> None:
        candidate = await self._ask(heard.text)
        self._heard.add((conversation, heard.seq))
        self.tally.heard += 1
        if candidate == heard.intent:
            self.tally.agreed += 1
            return
        self.tally.candidate_only += heard.intent == FALLBACK
        self.tally.serving_only += candidate == FALLBACK
        await asyncio.to_thread(self._file, conversation, heard, candidate)

    def _next(self) -> tuple[list[tuple[ConversationId, Heard]], datetime | None]:
        with self._store.reading() as session:
            window = collecting.next_window(session, CURSOR, self._clock.now())
            if window is None:
                return [], None
            found = [
                (conversation, heard)
                for conversation, first in collecting.touched(session, window)
                for heard in collecting.heard_since(session, conversation, first)
                if not heard.in_form and (window[0] is None or heard.said_at > window[0])
            ]
        return [one for one in found if (one[0], one[1].seq) not in self._heard], window[1]

    def _move(self, up_to: datetime) -> None:
        with self._store.writing() as session:
            collecting.move_cursor(session, CURSOR, up_to)

    def _file(self, conversation: ConversationId, heard: Heard, candidate: str) -> None:
        with self._store.writing() as session:
            names = collecting.names_of(session, conversation)
            suggested = "" if candidate == FALLBACK else candidate
            collecting.file_review(session, conversation, heard, [Reason.DISAGREEMENT], names, suggested)


def asking(session: aiohttp.ClientSession, url: str) -> Ask:
    """Asks the candidate's engine."""

    async def ask(text: str) -> str:
        try:
            async with session.post(f"{url}/model/parse", json={"text": text}) as response:
                response.raise_for_status()
                told: Any = await response.json(content_type=None)
            return str(told["intent"]["name"] or FALLBACK)
        except (aiohttp.ClientError, TimeoutError, KeyError, TypeError, ValueError) as error:
            raise CandidateAway(f"{type(error).__name__}: {error}") from error

    return ask


async def run(url: str, days: float, *, once: bool) -> None:
    """Hear the recorded days, then follow live until stopped (`once`: only the recorded days)."""
    chosen = settings()
    store, clock = Store(chosen.records_url), SystemClock()
    headers = {"Authorization": f"Bearer {secrets.load(chosen.data)['ENGINE_TOKEN']}"}
    timeout = aiohttp.ClientTimeout(total=PATIENCE_SECONDS)
    async with aiohttp.ClientSession(headers=headers, timeout=timeout) as session:
        shadow = Shadow(store, clock, asking(session, url))
        shadow.begin(clock.now() - timedelta(days=days))
        await shadow.follow()
        print(f"replayed {days:g} recorded days: {shadow.tally}", flush=True)
        while not once:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                if await shadow.follow():
                    print(f"with live turns: {shadow.tally}", flush=True)
            except CandidateAway as error:
                log.warning("the candidate is away: %s", error)
    store.close()


def main() -> None:
    """Run from the command line; `make shadow` starts the candidate's engine beside it."""
    parser = argparse.ArgumentParser(prog="python -m bot.shadow", description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:5006", help="the candidate's engine")
    parser.add_argument("--days", type=float, default=7.0, help="recorded days to replay first")
    parser.add_argument("--once", action="store_true", help="replay only, follow nothing")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    asyncio.run(run(options.url, options.days, once=options.once))


if __name__ == "__main__":
    main()
