"""Keeps one process alive: one that crashes is started again; one that was told to stop is not.

A process that crashes again and again is given up, so that a person looks at it.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections import deque
from typing import Sequence

MOST_CRASHES = 5
WITHIN_SECONDS = 60.0
"""So many crashes in this time mean that starting again does not help."""

_PR_SET_PDEATHSIG = 1


def keep(command: Sequence[str]) -> int:
    """Run until it ends by itself or we are told to stop; 0, or the status of the crash that was the last."""
    crashes: "deque[float]" = deque(maxlen=MOST_CRASHES)
    stopping = []
    child = _start(command)

    def stop(number: int, _frame: object) -> None:
        stopping.append(number)
        child.send_signal(number)

    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, stop)
    while True:
        status = child.wait()
        if stopping or status == 0:
            return 0
        crashes.append(time.monotonic())
        if len(crashes) == MOST_CRASHES and crashes[-1] - crashes[0] < WITHIN_SECONDS:
            print(f"ended {MOST_CRASHES} times within {WITHIN_SECONDS:.0f} s; giving up", flush=True)
            return status
        print(f"ended with status {status}; starting it again", flush=True)
        child = _start(command)
        if stopping:
            # Told between the crash and the new start: the new one has not heard of it.
            child.send_signal(stopping[-1])


def _start(command: Sequence[str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(command, preexec_fn=_die_with_parent if sys.platform == "linux" else None)


def _die_with_parent() -> None:
    """Nobody would stop a process whose keeper was killed, and it would hold its port."""
    keeper = os.getppid()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != keeper:
        os._exit(1)


if __name__ == "__main__":
    sys.exit(keep(sys.argv[1:]))
