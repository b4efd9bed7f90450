"""The demo page with its soft-phone, before a small centre that notes what it hears: no engines."""

import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from bot.security_headers import SecurityHeaders
from bot.services import Services
from bot.widget.pages import build_pages
from records import schema
from records.clock import SystemClock
from records.settings import Settings
from records.store import Store
from tests.bot.centre import services_over
from tests.voice.testing.centre import Centre
from voice.testing import soft_phone

KEY = "phone key of the tests, long enough"


class PhoneApp:
    """Serves in a thread of its own; the fixture drives it."""

    def __init__(self, folder: Path, *, demo: bool = True) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        stream = f"ws://127.0.0.1:{self.port}/voice/stream"
        self.centre = Centre(f"http://127.0.0.1:{self.port}", stream, KEY)
        self.centre.documents = {
            "/voice/incoming": f'<Connect action="/voice/action"><Stream url="{stream}"/></Connect>'
        }
        self._store = Store(f"sqlite:///{folder / 'records.db'}")
        schema.upgrade(self._store)
        self.app = FastAPI()
        soft_phone.attach(self.app, self._services(folder, demo))
        self.app.include_router(build_pages(demo=demo))
        self.app.mount("/voice", self.centre.app)
        self.app.add_middleware(SecurityHeaders)
        self._server = uvicorn.Server(uvicorn.Config(self.app, log_level="error", lifespan="off"))
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(20)
        self._socket.close()
        self._store.close()

    def wait_until(self, holds: Callable[[], bool]) -> None:
        """Until the centre has heard something; fails after ten seconds."""
        deadline = time.monotonic() + 10
        while not holds():
            assert time.monotonic() < deadline
            self.centre.news.wait(0.1)
            self.centre.news.clear()

    def _services(self, folder: Path, demo: bool) -> Services:
        settings = Settings(data=folder, demo=demo, port=self.port)
        services = services_over(self._store, SystemClock(), settings)
        services.secrets["PHONE_KEY"] = KEY
        return services
