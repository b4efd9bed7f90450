"""Concurrent calls, then calls in sequence: how many are held in real time, what they cost, what they leave.

Run as `python -m bench.calls`. The offline Twilio calls the three running processes from this one, in real
time, each caller speaking with flite; load and centre share the machine. Its last line is one of JSON.
"""

import argparse
import asyncio
import json
import re
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import httpx

from bench import call_waits
from bench.measuring import cpu_seconds, memory_megabytes, percentile, tree
from bench.stack import Stack
from records import secrets
from records.settings import SOFT_PHONE_ACCOUNT
from voice.testing import mulaw, visitor_voice
from voice.testing.call import Call, CallOver
from voice.testing.line import NetworkLine
from voice.testing.twilio import OfflineTwilio

CENTRE = "+12025550199"
SAID = ("what is the cooling off period", "what is the grace period", "where is your nearest branch")
PATIENCE_SECONDS = 45.0
HELD_SECONDS = 1.0
"""A level is held in real time while 95 of 100 waits are no longer, and no call fails. What counts is the
machine's own part of a wait: how much quiet ends a turn depends on what was asked, not on the load.
"""

APART_SECONDS = 0.25
"""Between two callers of a level: nobody's telephones ring in the same moment."""

OWN_LATENESS_SECONDS = 0.1
"""Later than this, and the load's own process was too slow to be believed."""

WARM_UP = 60
"""Calls before the first look at what a sequence leaves: pools of threads are full by then, caches warm."""

SETTLE_SECONDS = 5.0

MOST_GROWTH = {"tasks": 2, "open_calls": 0, "files": 8, "threads": 4, "processes": 1, "megabytes": 30.0}
"""What a sequence may leave, however long it is: pools that fill, a worker that is being replaced. What leaks
with each call is more than this after the shortest sequence that is worth making.
"""

_GAUGE = re.compile(r"^(centre_tasks|centre_calls_open) ([\d.e+-]+)$", re.MULTILINE)


@dataclass
class Level:
    """So many calls at a time."""

    calls: int
    heard: list[float] = field(default_factory=list)
    """Waits as the callers heard them."""
    waits: list[call_waits.Wait] = field(default_factory=list)
    """Waits as the center measured them, by stage."""
    greetings: list[float] = field(default_factory=list)
    failed: int = 0
    lateness: list[float] = field(default_factory=list)
    frames: int = 0

    @property
    def is_held(self) -> bool:
        """Whether the bot kept up."""
        own = [call_waits.own(wait) for wait in self.waits]
        return bool(own) and not self.failed and percentile(own, 95) <= HELD_SECONDS


@dataclass(frozen=True)
class Books:
    """What a centre holds at a moment."""

    tasks: int
    open_calls: int
    files: int
    threads: int
    processes: int
    megabytes: float


class Load:
    """Callers of one centre."""

    def __init__(self, stack: Stack, words: list[bytes]) -> None:
        """`words` are what each caller says, as mu-law."""
        self._stack = stack
        self._words = words
        self._callers = 0
        key = secrets.load(stack.data)["PHONE_KEY"]
        self.twilio = OfflineTwilio(NetworkLine(), key, SOFT_PHONE_ACCOUNT, keeps_audio=False)
        self.twilio.number(CENTRE, f"{stack.url}/voice/incoming", status_callback=f"{stack.url}/voice/status")

    async def level(self, calls: int) -> dict[str, Any]:
        """Hold so many calls at a time; how it went."""
        level = Level(calls)
        pids = tree(self._stack.pid("center"))
        log = self._stack.log("center")
        written = len(log.read_text(errors="replace"))
        before, cpu, begun = memory_megabytes(pids), self._cpu(), time.monotonic()
        talks = [asyncio.create_task(self._talk(level, index)) for index in range(calls)]
        peak = await self._watch(pids, talks)
        wall = time.monotonic() - begun
        self.twilio.forget_ended()
        level.waits = call_waits.in_log(log, after=written)
        return {
            "calls": calls,
            "held": level.is_held,
            "failed": level.failed,
            "own_seconds": call_waits.percentiles([call_waits.own(wait) for wait in level.waits]),
            "total_seconds": call_waits.percentiles([wait["total"] for wait in level.waits]),
            "heard_seconds": call_waits.percentiles(level.heard),
            "greeting_seconds": call_waits.percentiles(level.greetings),
            "cores": round((self._cpu() - cpu) / wall, 2),
            "megabytes_per_call": round((peak - before) / calls, 2),
            "load_late": round(
                sum(late > OWN_LATENESS_SECONDS for late in level.lateness) / max(1, level.frames), 4
            ),
        }

    async def sequence(self, calls: int) -> dict[str, Any]:
        """One call after the other; what is left of them."""
        for _ in range(WARM_UP):
            await self._ring_once()
        before = await self._books()
        failed = 0
        for _ in range(calls):
            failed += not await self._ring_once()
        self.twilio.forget_ended()
        after = await self._books()
        growth = {name: round(asdict(after)[name] - value, 2) for name, value in asdict(before).items()}
        return {
            "calls": calls,
            "failed": failed,
            "before": asdict(before),
            "growth": growth,
            "leaks": leaks(growth),
        }

    def _call(self) -> Call:
        # Every caller has a number of their own: one that calls too often is refused.
        self._callers += 1
        return self.twilio.dial(f"+1202{5_560_000 + self._callers}", CENTRE)

    async def _talk(self, level: Level, index: int) -> None:
        await asyncio.sleep(index * APART_SECONDS)
        begun = time.monotonic()
        call = self._call()
        try:
            await call.sounds(within=PATIENCE_SECONDS)
            level.greetings.append(time.monotonic() - begun)
            await call.bot_finished(within=PATIENCE_SECONDS)
            for words in self._words:
                await call.say(words)
                spoken = time.monotonic()
                await call.sounds(within=PATIENCE_SECONDS)
                level.heard.append(time.monotonic() - spoken)
                await call.bot_finished(within=PATIENCE_SECONDS)
        except (TimeoutError, CallOver) as error:
            level.failed += 1
            sys.stderr.write(f"call {index} of {level.calls}: {error}\n")
        finally:
            await call.hang_up()
            level.lateness += call.lateness
            level.frames += call.recording.frames

    async def _ring_once(self) -> bool:
        call = self._call()
        try:
            await call.sounds(within=PATIENCE_SECONDS)
        except (TimeoutError, CallOver):
            return False
        finally:
            await call.hang_up()
            self.twilio.forget_ended()
        return True

    async def _watch(self, pids: Iterable[int], talks: list[asyncio.Task[None]]) -> float:
        """The most memory while the calls are held."""
        peak = 0.0
        pending = set(talks)
        while pending:
            _, pending = await asyncio.wait(pending, timeout=1.0)
            peak = max(peak, await asyncio.to_thread(memory_megabytes, pids))
        for talk in talks:
            talk.result()
        return peak

    def _cpu(self) -> float:
        return sum(cpu_seconds(tree(self._stack.pid(name))) for name in ("center", "engine", "actions"))

    async def _books(self) -> Books:
        await asyncio.sleep(SETTLE_SECONDS)
        async with httpx.AsyncClient(trust_env=False) as client:
            figures = dict(_GAUGE.findall((await client.get(f"{self._stack.url}/metrics")).text))
        center = self._stack.pid("center")
        pids = tree(center)
        return Books(
            tasks=round(float(figures["centre_tasks"])),
            open_calls=round(float(figures["centre_calls_open"])),
            files=_entries(f"/proc/{center}/fd"),
            threads=_entries(f"/proc/{center}/task"),
            processes=len(pids),
            megabytes=round(memory_megabytes(pids), 1),
        )


async def run(stack: Stack, levels: list[int], calls: int) -> dict[str, Any]:
    """The curve, up to the first level that is not held, then the sequence."""
    # What a voice leaves quiet at its end would count as waiting for the bot.
    words = [_trimmed(visitor_voice.speak(text)) for text in SAID]
    load = Load(stack, words)
    curve: list[dict[str, Any]] = []
    try:
        await load.level(1)  # what is made once is made now
        for level in levels:
            curve.append(await load.level(level))
            print(json.dumps(curve[-1]), flush=True)
            if not curve[-1]["held"]:
                break
        sequence = await load.sequence(calls) if calls else {}
    finally:
        await load.twilio.close()
    held = max((one["calls"] for one in curve if one["held"]), default=0)
    return {"held": held, "curve": curve, "sequence": sequence, "errors": len(load.twilio.errors)}


def leaks(growth: Mapping[str, float]) -> list[str]:
    """What has grown by more than it may."""
    return [name for name, most in MOST_GROWTH.items() if growth[name] > most]


def is_ok(sequence: Mapping[str, Any]) -> bool:
    """Whether every call of a sequence was made, and nothing is left of them."""
    return not sequence or not (sequence["failed"] or sequence["leaks"])


def _entries(folder: str) -> int:
    return sum(1 for _ in Path(folder).iterdir())


def _trimmed(sound: bytes) -> bytes:
    frames = [sound[at : at + mulaw.FRAME_BYTES] for at in range(0, len(sound), mulaw.FRAME_BYTES)]
    while frames and not mulaw.is_loud(frames[-1]):
        frames.pop()
    return b"".join(frames)


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--levels", default="1,2,4", help="calls at a time, one level after the other")
    parser.add_argument("--sequence", type=int, default=20, help="calls one after the other")
    parser.add_argument("--recognizers", default="pocketsphinx", help="pocketsphinx, vosk, or both")
    parser.add_argument("--vosk-model", default="var/speech_model")
    parser.add_argument("--workers", default="2", help="processes that hear")
    chosen = parser.parse_args()
    levels = [int(level) for level in chosen.levels.split(",")]
    results: dict[str, Any] = {}
    for recognizer in chosen.recognizers.split(","):
        extra = {
            "RECOGNIZER": recognizer,
            "HEARING_WORKERS": chosen.workers,
            "PHONE_LINES": str(2 * max(levels)),
            "PUBLIC_URL": "",
        }
        if recognizer == "vosk":
            extra["VOSK_MODEL"] = str(Path(chosen.vosk_model).resolve())
        with (
            tempfile.TemporaryDirectory() as folder,
            Stack(Path(folder) / "centre", customers=2, **extra) as stack,
        ):
            results[recognizer] = asyncio.run(run(stack, levels, chosen.sequence))
    ok = all(is_ok(result["sequence"]) for result in results.values())
    print(json.dumps({"bench": "calls", "ok": ok, "held_seconds": HELD_SECONDS, **results}))
    return 0 if ok else 1


if __name__ == "__main__":
    raise SystemExit(main())
