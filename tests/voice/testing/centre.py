"""A centre that answers webhooks from a table and notes what arrives; Twilio's SDK checks the signatures."""

import base64
import json
import threading
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

TOKEN = "not-a-secret"
TALK = (
    '<Connect action="/action"><Stream url="wss://centre.test/stream" statusCallback="/stream-status">'
    '<Parameter name="token" value="t1"/></Stream></Connect>'
)


class Centre:
    """Documents by path; a list of them is used up one by one."""

    def __init__(
        self, root: str = "https://centre.test", socket: str = "wss://centre.test/stream", token: str = TOKEN
    ) -> None:
        self.documents: dict[str, str | list[str]] = {"/incoming": TALK}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.forged: list[str] = []
        self.messages: list[dict[str, Any]] = []
        self.talks: Callable[[Socket], Awaitable[None]] = Socket.listen
        self.content_type = "text/xml"
        self.news = threading.Event()
        self.statuses: dict[str, int] = {}
        self.files: dict[str, tuple[str, bytes]] = {}
        self._validator = RequestValidator(token)
        self._root, self._socket = root, socket
        self.app = Starlette(
            routes=[
                WebSocketRoute("/stream", self._stream),
                Route("/{path:path}", self._webhook, methods=["GET", "POST"]),
            ]
        )

    def fields(self, path: str) -> list[dict[str, str]]:
        return [fields for asked, fields in self.asked if asked == path]

    def heard(self, event: str) -> list[dict[str, Any]]:
        return [message for message in self.messages if message["event"] == event]

    async def _webhook(self, request: Request) -> Response:
        form = {name: str(value) for name, value in (await request.form()).items()}
        path = request.url.path
        url = f"{self._root}{path}" + (f"?{request.url.query}" if request.url.query else "")
        if not self._validator.validate(url, form, request.headers["x-twilio-signature"]):
            self.forged.append(path)
            return Response(status_code=403)
        self.asked.append((path, form or dict(request.query_params)))
        if path in self.files:
            return Response(self.files[path][1], media_type=self.files[path][0])
        document = self.documents.get(path, "")
        if isinstance(document, list):
            document = document.pop(0) if document else ""
        return Response(
            f"<Response>{document}</Response>",
            media_type=self.content_type,
            status_code=self.statuses.get(path, 200),
        )

    async def _stream(self, websocket: WebSocket) -> None:
        signature = websocket.headers["x-twilio-signature"]
        if not self._validator.validate(self._socket, {}, signature):
            self.forged.append("/stream")
            await websocket.close()
            return
        await websocket.accept()
        socket = Socket(websocket, self.messages, self.news)
        try:
            await self.talks(socket)
            await websocket.close()
        except WebSocketDisconnect:
            return


class Socket:
    """The centre's end of a stream."""

    def __init__(self, websocket: WebSocket, messages: list[dict[str, Any]], news: threading.Event) -> None:
        self._news = news
        self.websocket = websocket
        self.messages = messages
        self.sid = ""

    async def listen(self) -> None:
        while await self.next() != {}:
            pass

    async def next(self, *events: str) -> Mapping[str, Any]:
        """The next message, of these kinds if any are given."""
        while True:
            received = await self.websocket.receive()
            if received["type"] == "websocket.disconnect":
                raise WebSocketDisconnect(received["code"])
            try:
                message = json.loads(received.get("text") or received.get("bytes") or "")
            except ValueError:
                message = {"event": "nonsense"}
            self.messages.append(message)
            self._news.set()
            if message["event"] == "start":
                self.sid = message["streamSid"]
            if not events or message["event"] in events:
                return dict(message)

    async def play(self, sound: bytes) -> None:
        await self.send(event="media", media={"payload": base64.b64encode(sound).decode()})

    async def mark(self, name: str) -> None:
        await self.send(event="mark", mark={"name": name})

    async def send(self, **message: Any) -> None:
        await self.websocket.send_text(json.dumps({"streamSid": self.sid, **message}))
