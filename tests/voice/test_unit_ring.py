"""The fence of the unit ring stands, and what climbs over it does not get by unseen."""

import asyncio
import multiprocessing
import os
import socket
import subprocess
import time
from collections.abc import Callable

import pytest

from tests.voice.unit_ring import FENCE, FOLDER, OUTSIDE, OutsideRing, is_inside
from voice.testing import VirtualLoop


def spawns() -> None:
    multiprocessing.get_context("spawn").Process(target=print).start()


def forks() -> None:
    multiprocessing.get_context("fork").Process(target=print).start()


def connects() -> None:
    with socket.socket() as one:
        one.connect(("127.0.0.1", 9))


def waits() -> None:
    asyncio.run(asyncio.sleep(0.001))


@pytest.mark.parametrize(
    "deed",
    [
        *(spawns, forks, connects, waits),
        lambda: subprocess.run(["/bin/true"], check=True),
        lambda: os.posix_spawn("/bin/true", ["true"], {}),
        lambda: time.sleep(0.001),
    ],
)
def test_it_is_refused_and_noted(deed: Callable[[], object]) -> None:
    with pytest.raises(OutsideRing):
        deed()
    assert len(FENCE.trespasses) == 1
    FENCE.trespasses.clear()


def test_what_was_refused_is_noted_also_where_nobody_minds() -> None:
    async def story() -> None:
        await asyncio.gather(asyncio.to_thread(subprocess.run, ["/bin/true"]), return_exceptions=True)

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(story())
    assert FENCE.trespasses == ["subprocess.Popen"]
    FENCE.trespasses.clear()


def test_what_is_outside_exists() -> None:
    assert [one for one in OUTSIDE if not (FOLDER / one).exists()] == []
    assert is_inside(FOLDER / "turns") and not is_inside(FOLDER / "faults" / "test_stream_faults.py")
