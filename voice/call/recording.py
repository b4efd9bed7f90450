"""Recording at the carrier's: begun when the caller has been told, paused around secrets, stopped on a word.

A recording that cannot be paused is stopped: nothing secret is kept because a network was slow.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Protocol, TypeVar

from sqlalchemy.orm import Session

from records import audit
from voice.call import register
from voice.telephony.client import CarrierFailed

log = logging.getLogger(__name__)
T = TypeVar("T")


class Recordings(Protocol):
    """The carrier's recordings; see `voice.telephony.client.Carrier`."""

    async def record(self, call_sid: str) -> str:
        """Begin; returns the recording's sid."""
        ...

    async def change_recording(self, call_sid: str, recording_sid: str, status: str) -> None:
        """Pause, go on, or stop."""
        ...


class Write(Protocol):
    """A transaction of its own; see `PhoneLine.write`."""

    async def __call__(self, work: Callable[[Session, datetime], T], /) -> T:
        """Do the work in it."""
        ...


class CarrierRecorder:
    """Records calls; one for the whole process."""

    def __init__(self, carrier: Recordings, write: Write) -> None:
        """`write` runs a transaction."""
        self._carrier = carrier
        self._write = write

    async def begin(self, call_sid: str) -> None:
        """Record from now on; where that fails, the call goes on without."""
        try:
            recording = await self._carrier.record(call_sid)
        except CarrierFailed as error:
            log.warning("call %s is not recorded: %s", call_sid, error)
            return

        def note(session: Session, now: datetime) -> None:
            call = register.find(session, call_sid)
            if call is not None:
                call.recording_sid = recording
                audit.note(
                    session, now, "system", "recording_begun", f"conversation:{call.conversation_id}",
                    call=call_sid, recording=recording,
                )  # fmt: skip

        await self._write(note)

    async def change(self, call_sid: str, status: str) -> None:
        """Pause, go on or stop; nothing where nothing is recorded."""

        def find(session: Session, _now: datetime) -> str:
            call = register.find(session, call_sid)
            return call.recording_sid if call is not None else ""

        recording = await self._write(find)
        if not recording:
            return
        try:
            await self._carrier.change_recording(call_sid, recording, status)
        except CarrierFailed as error:
            log.warning("the recording of call %s is not %s: %s", call_sid, status, error)
            if status == "paused":
                await self.change(call_sid, "stopped")
            return

        def note(session: Session, now: datetime) -> None:
            call = register.find(session, call_sid)
            if call is not None:
                subject = f"conversation:{call.conversation_id}"
                audit.note(session, now, "system", f"recording_{status}", subject, call=call_sid)
                if status == "stopped":
                    call.recording_sid = ""

        await self._write(note)
