"""Ours against plain Rasa: the same utterances through both, side by side in one run.

Plain is what `rasa init` gives, with its pipeline and policies trained on our examples, stock responses and
its tracker in memory; ours is the whole way: gateway, ledger on disk, engine, action server. Plain is
trained with few epochs, which changes what it understands and not what a turn costs (EPOCHS=100 for all).
Measured is what turns cost, not starts: our center runs its whole schedule for the first time half a minute
after it starts, which is waited for. Ends with one line of JSON.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import yaml

from bench import measuring
from bench.stack import COMMANDS, ROOT, START_SECONDS, Stack, free_ports
from bot.scheduler import TICK_SECONDS

UTTERANCES = ROOT / "tests" / "data" / "heldout_utterances.yml"
WARMING = 80
"""Utterances that both sides hear before anything is measured, none of them among those measured."""

SETTLED_SECONDS = TICK_SECONDS + 10
"""So long after the start of a center the first run of its schedule is over."""

BLOCK = 20
"""Utterances in a row to one side, before the other has its turn: so that both meet the same machine."""
SMALL_TALK = ("hello", "thank you", "what is the grace period", "what can you do", "are you a robot")


@dataclass
class Side:
    """One of the two, and what was measured of it."""

    name: str
    client: httpx.Client
    pids: list[int]
    latencies: list[float] = field(default_factory=list)
    cpu_seconds: float = 0.0

    def say(self, sender: str, message: str) -> float:
        """Send a message; returns the seconds until the replies were there."""
        begun = time.perf_counter()
        body = {"sender": sender, "message": message}
        response = self.client.post("/webhooks/rest/webhook", json=body)
        seconds = time.perf_counter() - begun
        response.raise_for_status()
        if not response.json():
            raise RuntimeError(f"{self.name} had nothing to say to {message!r}")
        return seconds

    def measure(self, block: Sequence[tuple[str, str]]) -> None:
        """Send a block of (sender, message) and keep what it cost."""
        before = measuring.cpu_seconds(self.pids)
        self.latencies += [self.say(sender, message) for sender, message in block]
        self.cpu_seconds += measuring.cpu_seconds(self.pids) - before

    def figures(self) -> dict[str, float]:
        """What was measured, for people and machines."""
        return {
            "p50_ms": round(measuring.percentile(self.latencies, 50) * 1000, 1),
            "p95_ms": round(measuring.percentile(self.latencies, 95) * 1000, 1),
            "cpu_ms_a_turn": round(self.cpu_seconds / len(self.latencies) * 1000, 2),
            "turns_a_cpu_second": round(len(self.latencies) / self.cpu_seconds, 1),
            "memory_mb": round(measuring.memory_megabytes(self.pids)),
        }


def utterances(count: int) -> list[str]:
    """`count` utterances that no training file holds, always the same.

    Raises:
        ValueError: there are not so many.
    """
    lines = [line["text"] for line in yaml.safe_load(UTTERANCES.read_text())]
    return random.Random(11).sample(lines, count)  # noqa: S311 - a fixed choice


@contextmanager
def plain_rasa(epochs: int) -> Iterator[tuple[str, int]]:
    """Train plain Rasa where needed, and run it; yields its address and process id."""
    python = str(ROOT / "bot/engine/.venv/bin/python")
    environment = {**os.environ, "RASA_TELEMETRY_ENABLED": "false"}
    module = [python, "-m", "bench.plain_rasa"]
    subprocess.run([*module, "train", "--epochs", str(epochs)], cwd=ROOT, env=environment, check=True)
    port = free_ports(1)[0]
    process = subprocess.Popen([*module, "serve", str(port)], cwd=ROOT, env=environment)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(url, process)
        yield url, process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    begun = time.monotonic()
    while time.monotonic() - begun < START_SECONDS * 3:
        if process.poll() is not None:
            raise RuntimeError(f"plain Rasa ended with {process.returncode}")
        try:
            urllib.request.urlopen(url, timeout=2)  # noqa: S310 - our own
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
        else:
            return
    raise RuntimeError("plain Rasa did not start")


def compare(sides: Sequence[Side], lines: Sequence[str], warming: Sequence[str], settled: float) -> None:
    """Send the same lines to all sides, block by block; every line is the fifth of its conversation.

    Both hear the `warming` lines first: what a process compiles or reads once is no cost of a turn.
    Nothing is measured before `settled`, by the monotonic clock.
    """
    senders = [f"bench-{nth}" for nth in range(len(lines))]
    for side in sides:
        for nth, line in enumerate(warming):
            side.say(f"bench-warming-{nth}", line)
        for sender in senders:
            for words in SMALL_TALK[:4]:
                side.say(sender, words)
    time.sleep(max(0.0, settled - time.monotonic()))
    said = list(zip(senders, lines, strict=True))
    for start in range(0, len(said), BLOCK):
        for side in sides:
            side.measure(said[start : start + BLOCK])


def long_conversation(side: Side, turns: int) -> float:
    """Median latency at the end of a conversation of `turns` turns, over that in conversations of five."""
    long: list[float] = []
    short: list[float] = []
    for nth in range(turns):
        long.append(side.say("bench-long", SMALL_TALK[nth % len(SMALL_TALK)]))
    for nth in range(50):
        # In turns, so that both meet the same machine.
        long.append(side.say("bench-long", SMALL_TALK[nth % len(SMALL_TALK)]))
        short.append(side.say(f"bench-short-{nth // 5}", SMALL_TALK[nth % len(SMALL_TALK)]))
    return measuring.percentile(long[-50:], 50) / measuring.percentile(short, 50)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--utterances", type=int, default=200)
    parser.add_argument("--turns", type=int, default=500, help="length of the long conversation")
    arguments = parser.parse_args()
    warming, lines = (said := utterances(WARMING + arguments.utterances))[:WARMING], said[WARMING:]
    with (
        plain_rasa(int(os.environ.get("EPOCHS", "3"))) as (plain_url, plain_pid),
        tempfile.TemporaryDirectory() as folder,
        Stack(Path(folder)) as stack,
        httpx.Client(base_url=plain_url, timeout=60) as plain_client,
        httpx.Client(base_url=stack.url, timeout=60) as our_client,
    ):
        processes = [pid for name in COMMANDS for pid in measuring.tree(stack.pid(name))]
        plain = Side("plain", plain_client, measuring.tree(plain_pid))
        ours = Side("ours", our_client, processes)
        settled = time.monotonic() + SETTLED_SECONDS
        print(f"{len(lines)} utterances through both, in blocks of {BLOCK}")
        compare([plain, ours], lines, warming, settled)
        results = {side.name: side.figures() for side in (plain, ours)}
        for name, figures in results.items():
            print(f"  {name:6}", figures)
        print(f"a conversation of {arguments.turns} turns")
        ratio = long_conversation(ours, arguments.turns)
    speedup = results["ours"]["turns_a_cpu_second"] / results["plain"]["turns_a_cpu_second"]
    summary = {
        "speedup": round(speedup, 2),
        "p95_ratio": round(results["ours"]["p95_ms"] / results["plain"]["p95_ms"], 2),
        "long_conversation_ratio": round(ratio, 2),
        **{f"{name}_{key}": value for name, figures in results.items() for key, value in figures.items()},
    }
    print(json.dumps(summary))


if __name__ == "__main__":
    main()
