"""One leg of a call at Twilio: its state, its telephone, and what runs on it.

All that happened is in its journal. Decides nothing about TwiML (`verbs.py`) or who answers (`parties.py`).
"""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from voice.testing import mulaw
from voice.testing.faults import NONE, Faults
from voice.testing.journal import Event, Journal
from voice.testing.media import Media, Nothing
from voice.testing.phone import Phone
from voice.testing.recording import Recording
from voice.testing.sids import new_sid
from voice.testing.tape import Tape
from voice.testing.webhooks import Webhooks

if TYPE_CHECKING:
    from voice.testing.twilio import OfflineTwilio

PATIENCE_SECONDS = 60.0
"""How long a test waits for something before it is said to have failed."""

ENDED = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})


class CallOver(Exception):
    """The call ended while somebody waited for something on it."""


@dataclass(frozen=True, slots=True)
class Callbacks:
    """Who is told of a call's progress, and of which steps."""

    url: str = ""
    events: frozenset[str] = frozenset({"completed"})


class Call:
    """A leg. `dial` and the REST API make them; a test holds on to one to speak and to look."""

    def __init__(
        self,
        twilio: "OfflineTwilio",
        caller: str,
        called: str,
        direction: str = "inbound",
        *,
        callbacks: Callbacks | None = None,
        faults: Faults = NONE,
        parent: "Call | None" = None,
    ) -> None:
        """Not yet ringing."""
        self.twilio = twilio
        self.sid = new_sid("CA")
        self.caller = caller
        self.called = called
        self.direction = direction
        self.status = "queued"
        self.faults = faults
        self.parent = parent
        self.callbacks = callbacks or Callbacks()
        self.media: Media = Nothing()
        self.phone = Phone()
        self.recording = Recording(twilio.keeps_audio)
        self.tapes: list[Tape] = []
        self._journal = Journal()
        self.events = self._journal.events
        self.webhooks = Webhooks(twilio, self)
        self.leaving = ""
        """Why what runs is being ended from outside: "redirected" or "hangup"."""
        self.answered_at: float | None = None
        self.lateness: list[float] = []
        """Of the frames sent late by more than one frame, how late, in seconds; real time only."""
        self._loop = asyncio.get_running_loop()
        self._over = False
        self._settled = asyncio.Event()
        self._program: asyncio.Task[None] | None = None
        self._audio: asyncio.Task[None] | None = None
        self._side: set[asyncio.Task[None]] = set()
        self._progress = 0

    # What the person at the telephone does

    async def say(self, sound: bytes) -> None:
        """Speak 8 kHz mu-law; returns when the last of it went into the line."""
        await self.phone.begin(sound)
        self.phone.heard_frames = 0

    def press(self, keys: str) -> None:
        """Press keys."""
        self.phone.press(keys)
        self.phone.heard_frames = 0

    async def pause(self, seconds: float) -> None:
        """Say nothing for a while."""
        await asyncio.sleep(seconds)

    async def hang_up(self) -> None:
        """Put the receiver down."""
        await self.end("completed")

    # What a test waits for

    async def bot_finished(self, quiet_seconds: float = 0.8, within: float | None = PATIENCE_SECONDS) -> None:
        """Something was heard since the caller last spoke or this last returned, and it is quiet since.

        Raises:
            TimeoutError: nothing, or no end of it.
            CallOver: the call ended first.
        """
        needed = round(quiet_seconds / mulaw.FRAME_SECONDS)
        phone = self.phone
        await self._until(
            lambda: True if phone.heard_frames and phone.quiet_frames >= needed else None, within
        )
        phone.heard_frames = 0

    async def sounds(self, within: float | None = PATIENCE_SECONDS) -> None:
        """Something is heard that began after the caller last spoke, or after `bot_finished` returned.

        Raises:
            TimeoutError: nothing.
            CallOver: the call ended first.
        """
        await self._until(lambda: True if self.phone.heard_frames else None, within)

    async def wait_for(
        self,
        kind: str,
        within: float | None = PATIENCE_SECONDS,
        **detail: str,
    ) -> Event:
        """The next event of a kind (with these details) that this has not returned yet.

        Raises:
            TimeoutError: it did not happen.
            CallOver: the call ended first.
        """
        event: Event = await self._until(lambda: self._journal.next_of(kind, detail), within)
        return event

    async def ended(self, within: float | None = PATIENCE_SECONDS) -> str:
        """The final status, once the centre was told of it.

        Raises:
            TimeoutError: it goes on.
        """
        async with asyncio.timeout(within):
            await self._settled.wait()
        return self.status

    def follow(self, follower: Callable[[Event], None]) -> None:
        """Be told of every event from now on."""
        self._journal.follow(follower)

    def happened(self, kind: str) -> list[Mapping[str, str]]:
        """Details of all events of a kind."""
        return [event.detail for event in self.events if event.kind == kind]

    # What Twilio does with it

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self._over

    @property
    def seconds(self) -> int:
        """Whole seconds since it was answered."""
        return 0 if self.answered_at is None else max(1, round(self._loop.time() - self.answered_at))

    def fields(self) -> dict[str, str]:
        """What every webhook says of it."""
        parent = {"ParentCallSid": self.parent.sid} if self.parent else {}
        return {
            "CallSid": self.sid,
            "AccountSid": self.twilio.account_sid,
            "ApiVersion": "2010-04-01",
            "From": self.caller,
            "Caller": self.caller,
            "To": self.called,
            "Called": self.called,
            "CallStatus": self.status,
            "Direction": self.direction,
            **parent,
        }

    def report(self, kind: str, detail: Mapping[str, str]) -> None:
        """Write down what happened."""
        self._journal.write(kind, detail)

    async def progress(self, step: str) -> None:
        """Tell the centre of a step, if it asked for it: initiated, ringing, answered, completed."""
        self.report("status", {"step": step, "CallStatus": self.status})
        if self.callbacks.url and step in self.callbacks.events:
            more = {"SequenceNumber": str(self._progress), "CallbackSource": "call-progress-events"}
            if step == "completed":
                more |= {"CallDuration": str(self.seconds), "Duration": str(-(-self.seconds // 60))}
            await self.webhooks.tell(self.callbacks.url, more)
        self._progress += 1

    def answer(self) -> None:
        """Both sides hear each other from now on."""
        if self.answered_at is None and not self.is_over:
            self.answered_at = self._loop.time()
            self.status = "in-progress"
            self.report("answered", {})
            self._audio = asyncio.create_task(self._run_audio(), name=f"audio {self.sid}")

    def run(self, program: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Let something run on it until it is done or the call is ended or redirected."""
        self._program = asyncio.create_task(program, name=f"call {self.sid}")
        return self._program

    def aside(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something beside what runs, until the call ends."""
        task = asyncio.create_task(work, name=f"beside {self.sid}")
        self._side.add(task)
        task.add_done_callback(self._side.discard)

    async def interrupt(self, why: str) -> None:
        """End what runs on it, though not the call."""
        program, self._program = self._program, None
        if program is None or program is asyncio.current_task() or program.done():
            return
        self.leaving = why
        program.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await program
        self.leaving = ""

    async def end(self, status: str) -> None:
        """End the call and what runs on it, from outside."""
        if self.is_over:
            return
        self.status = status
        await self.interrupt("hangup")
        await self.finish(status)

    async def finish(self, status: str) -> None:
        """The call is over; from inside what runs on it."""
        if self.is_over:
            return
        self.status = status
        await self.end_tapes()
        self._over = True
        await self.progress("completed")
        self.report("ended", {"CallStatus": status})
        self.phone.stop()
        self.media = Nothing()
        for task in [self._audio, *self._side]:
            if task is not None and task is not asyncio.current_task():
                task.cancel()
        self._journal.release(lambda: CallOver(f"{self.sid} {status}"))
        self._settled.set()

    async def end_tapes(self) -> None:
        """Recordings are complete."""
        for tape in self.tapes:
            if tape.status not in ("completed", "stopped"):
                tape.status = "completed"
                await self.tell_tape(tape)

    async def tell_tape(self, tape: Tape) -> None:
        """Tell how a recording stands, if asked to."""
        self.report("recording", {"RecordingSid": tape.sid, "RecordingStatus": tape.status})
        if tape.callback and tape.status in tape.events:
            await self.webhooks.tell(tape.callback, tape.fields(self.twilio.account_sid))

    async def _run_audio(self) -> None:
        begun, frames = self._loop.time(), 0
        while True:
            spoken = self.phone.next_spoken()
            if digit := self.phone.next_key():
                self.report("key", {"digit": digit})
                await self.media.key(digit)
            heard = await self.media.exchange(spoken)
            self.recording.add(spoken, heard)
            for tape in self.tapes:
                tape.add(spoken, heard)
            self.phone.hear(heard)
            self._journal.look()
            frames += 1
            ahead = begun + frames * mulaw.FRAME_SECONDS - self._loop.time()
            if ahead < -mulaw.FRAME_SECONDS:
                self.lateness.append(-ahead)
            await asyncio.sleep(max(0.0, ahead))

    async def _until(self, found: Callable[[], Any], within: float | None) -> Any:
        if (result := found()) is not None:
            return result
        if self.is_over:
            raise CallOver(f"{self.sid} {self.status}")
        return await self._journal.until(found, within)
