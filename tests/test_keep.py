"""Processes that crash are started again; one that cannot run is given up; one told to stop stays stopped."""

import signal
import subprocess
import sys
from pathlib import Path

from deploy.keep import MOST_CRASHES

ROOT = Path(__file__).resolve().parent.parent


def kept(code: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "deploy.keep", sys.executable, "-uc", code]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def lines(process: "subprocess.Popen[str]") -> "list[str]":
    said, _ = process.communicate(timeout=60)
    return said.splitlines()


def test_a_process_that_is_killed_is_started_again_and_one_that_ends_is_not(tmp_path: Path) -> None:
    mark = tmp_path / "was here"
    code = (
        f"import os, pathlib, signal; mark = pathlib.Path({str(mark)!r})\n"
        "again = mark.exists(); mark.touch()\n"
        "print('second' if again else 'first')\n"
        "again or os.kill(os.getpid(), signal.SIGKILL)"
    )
    process = kept(code)
    assert lines(process) == ["first", "ended with status -9; starting it again", "second"]
    assert process.returncode == 0


def test_a_process_that_cannot_run_is_given_up() -> None:
    process = kept("print('begun'); raise SystemExit(3)")
    said = lines(process)
    assert said.count("begun") == MOST_CRASHES and said[-1].endswith("giving up")
    assert process.returncode == 3


def test_told_to_stop_it_stops_and_does_not_begin_again() -> None:
    process = kept("import signal; print('ready'); signal.pause()")
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGTERM)
    assert lines(process) == []
    assert process.returncode == 0


def test_it_takes_its_process_along_when_it_is_killed() -> None:
    process = kept("import os, signal; print(os.getpid()); signal.pause()")
    assert process.stdout is not None
    process.stdout.readline()
    process.kill()
    # The pipe ends only when its last writer, the kept process, is gone.
    assert process.communicate(timeout=60)[0] == ""
