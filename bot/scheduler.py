"""The schedule in the center: runs what is due by the clock in the background.

Goes on when a run fails; it decides nothing itself.
"""

import asyncio
import logging

from actions.schedule import run_due
from handoff import inspection
from records.clock import Clock
from records.store import Store

log = logging.getLogger(__name__)

TICK_SECONDS = 30.0


async def run_forever(store: Store, clock: Clock) -> None:
    """Run the schedule until cancelled; several centers may, since jobs are leased."""
    while True:
        await asyncio.sleep(TICK_SECONDS)
        try:
            done = await asyncio.to_thread(run_due, store, clock, more=(inspection.JOB,))
        except Exception:
            log.exception("the schedule failed; it is tried again")
            continue
        if any(done.values()):
            log.info("schedule: %s", {name: count for name, count in done.items() if count})
