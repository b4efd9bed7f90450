"""The dialler: makes planned calls, at the network's pace and no more than so many at a time.

Any number of processes may run one: orders are claimed in a transaction. It hears nothing of a call's course;
that comes by webhooks (`routes.py`).
"""

import asyncio
import logging
from typing import Protocol

from sqlalchemy.exc import SQLAlchemyError

from records.clock import Clock, today
from records.store import Store
from voice.outbound import orders, planning
from voice.telephony.client import OVER, CarrierFailed

log = logging.getLogger(__name__)

CALLS_PER_SECOND = 1.0
"""What the network takes from one account; more would only wait there."""

PLAN_SECONDS = 300.0
LOOK_SECONDS = 30.0
"""How often the network is asked after calls whose end we may have missed."""

RING_SECONDS = 25
DETECTION_SECONDS = 30


class Network(Protocol):
    """Where calls are ordered."""

    async def begin(self, to: str, caller_id: str, url: str, **more: str) -> str:
        """Call somebody; the call's sid.

        Raises:
            CarrierFailed: nobody is called, or nobody knows.
        """
        ...

    async def status(self, call_sid: str) -> str:
        """How a call stands.

        Raises:
            CarrierFailed: nobody knows.
        """
        ...


class Dialler:
    """Makes calls until it is cancelled."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        network: Network,
        *,
        caller_id: str,
        base_url: str,
        concurrency: int,
        calls_per_second: float = CALLS_PER_SECOND,
    ) -> None:
        """`base_url` is the centre's address as the network knows it."""
        self._store = store
        self._clock = clock
        self._network = network
        self._caller_id = caller_id
        self._base_url = base_url
        self._concurrency = concurrency
        self._gap_seconds = 1 / calls_per_second

    async def run(self) -> None:
        """Plan and dial. A database that does not answer is asked again."""
        loop = asyncio.get_running_loop()
        planned_at = -PLAN_SECONDS
        looked_at = -LOOK_SECONDS
        while True:
            try:
                if loop.time() - looked_at >= LOOK_SECONDS:
                    looked_at = loop.time()
                    await self.look()
                if loop.time() - planned_at >= PLAN_SECONDS:
                    planned_at = loop.time()
                    await asyncio.to_thread(self.plan)
                await self.dial_next()
            except SQLAlchemyError:
                log.exception("the dialler could not read its orders; it tries again")
            await asyncio.sleep(self._gap_seconds)

    def plan(self) -> int:
        """Plan what is due, in the calling thread; how many calls."""
        with self._store.writing() as session:
            return planning.plan_visits(session, today(self._clock), self._clock.now())

    async def look(self) -> int:
        """Settle the calls that are over and whose end nobody was there to be told; how many."""
        settled = 0
        for order_id, sid in await asyncio.to_thread(self._under_way):
            try:
                status = await self._network.status(sid)
            except CarrierFailed as error:
                log.info("nobody knows how outbound call %s stands: %s", order_id, error.code)
                continue
            if status in OVER:
                await asyncio.to_thread(self._settle, order_id, status)
                settled += 1
        return settled

    async def dial_next(self) -> bool:
        """Make the next call, if there is one and there is room for it."""
        claimed = await asyncio.to_thread(self._claim)
        if claimed is None:
            return False
        order_id, number = claimed
        try:
            sid = await self._network.begin(
                number,
                self._caller_id,
                f"{self._base_url}/voice/outbound/answer?order={order_id}",
                StatusCallback=f"{self._base_url}/voice/outbound/status?order={order_id}",
                StatusCallbackEvent="completed",
                MachineDetection="DetectMessageEnd",
                MachineDetectionTimeout=str(DETECTION_SECONDS),
                Timeout=str(RING_SECONDS),
            )
        except CarrierFailed as error:
            log.warning("outbound call %s was not placed: %s", order_id, error.code)
            if error.code == "no_answer":
                return True  # it may have been placed: its lease, or its status, settles it
            await asyncio.to_thread(self._not_placed, order_id)
            return True
        await asyncio.to_thread(self._placed, order_id, sid)
        return True

    def _claim(self) -> tuple[int, str] | None:
        with self._store.writing() as session:
            order = orders.claim(session, self._clock.now(), self._concurrency)
            return None if order is None else (order.id, order.number)

    def _under_way(self) -> list[tuple[int, str]]:
        with self._store.reading() as session:
            return orders.under_way(session)

    def _settle(self, order_id: int, status: str) -> None:
        with self._store.writing() as session:
            orders.settle(session, order_id, status, self._clock.now())

    def _not_placed(self, order_id: int) -> None:
        with self._store.writing() as session:
            orders.not_placed(session, order_id, self._clock.now())

    def _placed(self, order_id: int, sid: str) -> None:
        with self._store.writing() as session:
            if (order := orders.find(session, order_id)) is not None:
                order.sid = sid
