"""Runs the processes of the Procfile, each kept alive; one that is given up ends all."""

import os
import sys

from honcho.environ import expand_processes, parse_procfile  # type: ignore[import-untyped]
from honcho.manager import Manager  # type: ignore[import-untyped]

from deploy.steps import ROOT


def main() -> int:
    """Run until stopped; the exit status of the first that was given up.

    Each process gets a PORT of its own, a hundred apart; the first of the Procfile gets ours.
    """
    manager = Manager()
    processes = parse_procfile((ROOT / "Procfile").read_text()).processes
    for one in expand_processes(processes, port=int(os.environ.get("PORT", "8000"))):
        command = f"exec {sys.executable} -m deploy.keep {one.cmd}"
        manager.add_process(one.name, command, quiet=one.quiet, env={**os.environ, **one.env})
    manager.loop()
    return int(manager.returncode or 0)


if __name__ == "__main__":
    sys.exit(main())
