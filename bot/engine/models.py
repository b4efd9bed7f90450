"""The models of this installation from the command line: list, promote, roll back.

`python -m bot.engine.models list|promote NAME|rollback` (`make models`, `make promote`, `make rollback`).
"""

from __future__ import annotations

import argparse
import os
import sys
from datetime import datetime, timezone

from bot.engine.candidate import decide, operator
from bot.engine.judging import Floors
from bot.engine.listener import Listener
from bot.engine.places import ROOT, Places
from bot.engine.registry import Registry, RegistryRefuses, State
from bot.engine.reload import tell_engine


def show(registry: Registry) -> str:
    """All versions, oldest first, with what became of them and why."""
    index = registry.read()
    lines = []
    for version in index.versions.values():
        mark = "*" if version.state is State.SERVING else " "
        found = version.verdict.get("figures") or {}
        told = "  ".join(
            f"{name} {found[name]:.1%}" for name in ("understood", "harmless", "outside") if name in found
        )
        lines.append(f"{mark} {version.name}  {version.state.value:9}  data {version.data[:12]}  {told}")
        lines += [f"    {one['at']}  {one['who']}: {one['event']}  {one['why']}" for one in version.history]
    return "\n".join(lines) or "no model has been registered; `make train` makes one"


def promote(places: Places, name: str) -> str:
    """Judge a waiting candidate again, against what serves now, and put it in service if it does not lose."""
    registry = Registry(places)
    waiting = [
        one
        for one in registry.read().versions.values()
        if one.state is State.CANDIDATE and one.name.startswith(name)
    ]
    if not waiting:
        raise RegistryRefuses("no such candidate waits; `make models` lists all models")
    version = waiting[-1]
    verdict = decide(places, ROOT, version, operator(), Floors(), hold=False)
    if not verdict.wins:
        raise RegistryRefuses(f"{version.name} {verdict.why}")
    return f"{version.name} serves: {verdict.why}; {tell_engine(places)}"


def roll_back(places: Places, why: str) -> str:
    """Put the model in service that served before, and have the running engine change over.

    It is loaded here first: a model that the present code cannot load would keep the engine from starting.
    """
    registry = Registry(places)
    served = registry.read().served
    if len(served) > 1 and registry.archive(served[-2]).is_file():
        try:
            Listener(registry.archive(served[-2])).understand("hello")
        except Exception as error:  # whatever Rasa raises over it, it must not serve
            raise RegistryRefuses(
                f"{served[-2]} cannot be loaded: {type(error).__name__}: {error}"
            ) from error
    version = registry.roll_back(operator(), datetime.now(timezone.utc), why)
    return f"{version.name} serves again; {tell_engine(places)}"


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m bot.engine.models", description=__doc__)
    tasks = parser.add_subparsers(dest="task", required=True)
    tasks.add_parser("list")
    tasks.add_parser("promote").add_argument("name", nargs="?", default="")
    tasks.add_parser("rollback").add_argument("--why", default="rolled back")
    options = parser.parse_args(arguments)
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    places = Places.from_environment()
    try:
        if options.task == "list":
            print(show(Registry(places)))
        elif options.task == "promote":
            print(f"engine: {promote(places, options.name)}")
        else:
            print(f"engine: {roll_back(places, options.why)}")
    except RegistryRefuses as error:
        print(f"engine: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
