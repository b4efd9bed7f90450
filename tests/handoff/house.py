"""The whole application in one process, with an account for every role, and the list of its routes."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.routing import Mount, WebSocketRoute
from starlette.testclient import TestClient

from app import create_app
from handoff import accounts
from handoff.accounts import AgentSpec
from records.clock import SystemClock
from records.models import Base, Role
from records.settings import Settings
from records.store import Store


@dataclass
class House:
    """The running application, and its records."""

    app: FastAPI
    client: TestClient
    store: Store
    passwords: dict[str, str]

    def log_in(self, login: str) -> str:
        """A token of the agent's; logins are the names of the roles."""
        token = accounts.log_in(self.store, login, self.passwords[login], SystemClock())
        assert token is not None
        return token


@contextmanager
def open_house(data: Path) -> Iterator[House]:
    """Put it up, once per process: the console's toolkit allows no second."""
    settings = Settings(data=data, demo=True)
    store = Store(settings.records_url)
    Base.metadata.create_all(store.engine)
    specs = [
        AgentSpec(role.value, role.value.title(), role, ("servicing",), ("en",), "Beijing", 3)
        for role in Role
    ]
    with store.writing() as session:
        passwords = accounts.create_agents(session, specs, SystemClock().now())
    app = create_app(settings)
    with TestClient(app, follow_redirects=False) as client:
        yield House(app, client, store, passwords)
    store.close()


def routes_of(app: FastAPI) -> set[str]:
    """Method and path template of everything that is mounted, whatever it was mounted with."""
    return set(_walk(app.routes, ""))


def _walk(routes: Iterable[Any], prefix: str) -> Iterator[str]:
    for route in routes:
        if hasattr(route, "effective_candidates"):
            yield from _walk(route.effective_candidates(), prefix)
            continue
        original = getattr(route, "original_route", route)
        path = prefix + (getattr(route, "path", "") or original.path)
        if isinstance(original, Mount):
            yield from _walk(original.routes, path) if original.routes else _of_toolkit("*", path)
        elif isinstance(original, WebSocketRoute):
            yield f"WS {path}"
        else:
            for method in route.methods - {"HEAD"}:
                yield from _of_toolkit(method, path)


def _of_toolkit(method: str, path: str) -> Iterator[str]:
    """The toolkit's own routes have its version in their names, and sockets without a method."""
    if path == "/console/_nicegui_ws":
        yield from (f"{one} {path}/{{path:path}}" for one in ("GET", "POST", "WS"))
    elif re.match(r"/console/_nicegui/[\d.]+/", path):
        yield f"{'GET' if method == '*' else method} /console/_nicegui/{{path:path}}"
    else:
        yield f"{method} {path}"
