"""How long callers waited for the bot: by stage from the center's log, and as their telephones heard it."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from bench.measuring import percentile
from voice.testing import mulaw

STAGES = ("endpoint", "recogniser", "bot", "synthesis", "total")
"""Seconds of quiet until the caller had finished, of the recogniser, the bot and the voice; and of all."""

_WAIT = re.compile(r"latency ((?:\w+=[\d.]+ ?)+)")

Wait = Mapping[str, float]
"""Seconds by stage, of one turn; a turn that the line answered by itself has no bot in it."""


def in_log(log: Path, *, after: int = 0) -> list[Wait]:
    """Every wait that the center wrote down after so many characters of its log."""
    text = log.read_text(errors="replace")[after:]
    return [_parse(found[1]) for found in _WAIT.finditer(text)]


def own(wait: Wait) -> float:
    """Seconds that were the machine's: all but the quiet that a question leaves its callers to think in."""
    return wait["total"] - wait["endpoint"]


def by_stage(waits: Iterable[Wait]) -> dict[str, dict[str, float]]:
    """Percentiles of each stage that occurred."""
    found: dict[str, list[float]] = {stage: [] for stage in STAGES}
    for wait in waits:
        for stage, seconds in wait.items():
            found[stage].append(seconds)
    return {stage: percentiles(values) for stage, values in found.items() if values}


def percentiles(seconds: list[float]) -> dict[str, float]:
    """Median and 95th percentile, and of how many; nothing of nothing."""
    if not seconds:
        return {}
    return {
        "p50": round(percentile(seconds, 50), 3),
        "p95": round(percentile(seconds, 95), 3),
        "n": len(seconds),
    }


def on_the_telephone(spoken: bytes, heard: bytes) -> list[float]:
    """Seconds from each end of the caller's voice to the next sound they heard; both sides as mu-law."""
    waits: list[float] = []
    quiet = None
    for at in range(0, len(spoken), mulaw.FRAME_BYTES):
        if mulaw.is_loud(spoken[at : at + mulaw.FRAME_BYTES]):
            quiet = 0
        elif quiet is not None:
            quiet += 1
            if mulaw.is_loud(heard[at : at + mulaw.FRAME_BYTES]):
                waits.append(quiet * mulaw.FRAME_SECONDS)
                quiet = None
    return waits


def _parse(stages: str) -> Wait:
    pairs = (part.split("=") for part in stages.split())
    return {stage: float(seconds) for stage, seconds in pairs}
