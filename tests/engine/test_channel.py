"""The private channel: who may speak, what counts as a command, and what a failure looks like."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest
from bot.engine.channel import CenterChannel, DoesNotFit, Turn
from rasa.core.channels.channel import UserMessage
from rasa.shared.core.events import BotUttered
from sanic import Sanic

TOKEN = "right"


class Engine:
    """Stands for the agent behind the channel."""

    def __init__(self) -> None:
        self.heard: list[UserMessage] = []
        self.says: list[dict[str, Any]] = []
        self.fails: Exception | None = None

    async def handle(self, message: UserMessage) -> None:
        self.heard.append(message)
        if self.fails:
            raise self.fails
        ranking = [{"name": f"intent_{i}", "confidence": 0.5 / (i + 1)} for i in range(5)]
        message.parse_data = {
            "intent": ranking[0],
            "intent_ranking": ranking,
            "entities": [{"entity": "amount"}],
        }
        for said in self.says:
            await message.output_channel.send_response(
                "c", BotUttered(said.pop("text", None), said).message()
            )


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[str, dict[str, Engine]]]:
    """Serve the channel for whichever engine is in place; Sanic can start an app but once a process."""
    behind: dict[str, Engine] = {}
    app = Sanic("test-channel", configure_logging=False)
    channel = CenterChannel(TOKEN)
    app.blueprint(
        channel.blueprint(lambda message: behind["engine"].handle(message)), url_prefix="/webhooks/center"
    )
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    loop = asyncio.new_event_loop()

    async def start() -> None:
        running = await app.create_server(sock=listener, return_asyncio_server=True, access_log=False)
        assert running is not None
        await running.startup()
        await running.start_serving()

    loop.run_until_complete(start())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/webhooks/center/webhook", behind
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    listener.close()


@pytest.fixture
def address(server: tuple[str, dict[str, Engine]], engine: Engine) -> str:
    """Put the test's engine behind the channel."""
    server[1]["engine"] = engine
    return server[0]


async def post(address: str, body: Any, token: str | None = TOKEN) -> tuple[int, dict[str, Any]]:
    headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    async with (
        aiohttp.ClientSession() as session,
        session.post(address, data=data, headers=headers) as response,
    ):
        return response.status, await response.json(content_type=None)


def turn(message: str = "hello", **metadata: Any) -> dict[str, Any]:
    return {"sender": "c", "message": message, "turn": "c:1", "metadata": {"channel": "chat", **metadata}}


async def test_a_message_is_answered_whole(address: str, engine: Engine) -> None:
    engine.says = [
        {"text": "First."},
        {
            "text": "Second?",
            "buttons": [
                {"title": "Yes", "payload": "/affirm"},
                {"title": "A", "payload": {"form": "x", "value": "a"}},
            ],
            "custom": {"tier": 1},
        },
    ]
    status, answer = await post(address, turn())
    assert status == 200
    assert answer == {
        "messages": [
            {"text": "First."},
            {
                "text": "Second?",
                "buttons": [
                    {"title": "Yes", "payload": {"intent": "affirm"}},
                    {"title": "A", "payload": {"form": "x", "value": "a"}},
                ],
                "custom": {"tier": 1},
            },
        ],
        "intent": {"name": "intent_0", "confidence": 0.5},
        "ranking": [{"name": f"intent_{i}", "confidence": 0.5 / (i + 1)} for i in range(3)],
        "entities": [{"entity": "amount"}],
    }


async def test_the_turn_is_the_messages_identity(address: str, engine: Engine) -> None:
    await post(address, turn(button=None))
    assert engine.heard[0].message_id == "c:1"
    assert engine.heard[0].sender_id == "c"
    assert engine.heard[0].metadata == {"channel": "chat", "button": None}


@pytest.mark.parametrize("token", [None, "", "wrong", "right ", "Right"])
async def test_strangers_are_refused(address: str, engine: Engine, token: str | None) -> None:
    status, answer = await post(address, turn(), token)
    assert status == 401
    assert "error" in answer
    assert engine.heard == []


@pytest.mark.parametrize(
    "typed", ["/restart", "//restart", " / /restart", "\t/restart", '/pay{"amount":1}@0.9']
)
async def test_what_a_person_types_is_never_a_command(address: str, engine: Engine, typed: str) -> None:
    await post(address, turn(typed))
    assert not engine.heard[0].text.startswith("/")


async def test_a_button_is_the_command_it_names_and_no_more(address: str, engine: Engine) -> None:
    await post(address, turn("Pay", button={"intent": "pay_premium"}))
    await post(address, turn("Pay", button={"intent": 'pay_premium@0.1{"amount": "1"}'}))
    assert engine.heard[0].text == "/pay_premium"
    assert engine.heard[1].text == "/pay_premium01amount1"


async def test_a_button_of_a_form_goes_to_its_form_whatever_it_says(address: str, engine: Engine) -> None:
    await post(
        address, turn("/restart", button={"form": "pay_premium", "version": 1, "field": "f", "value": "v"})
    )
    parsed = engine.heard[0].parse_data
    assert engine.heard[0].text == "restart"
    assert parsed["intent"]["name"] == "intent_0"  # set by the engine above; before that it was the form's
    assert Turn.from_body(json.dumps(turn(button={"form": "pay_premium"})).encode()).parsed == {
        "text": "hello",
        "intent": {"name": "pay_premium", "confidence": 1.0},
        "intent_ranking": [{"name": "pay_premium", "confidence": 1.0}],
        "entities": [],
    }


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        {"message": "hello", "turn": "c:1"},
        {"sender": "", "message": "hello", "turn": "c:1"},
        {"sender": "c", "message": 5, "turn": "c:1"},
        {"sender": "c", "message": "hello"},
        {"sender": "c", "message": "x" * 10_001, "turn": "c:1"},
        {"sender": "c" * 256, "message": "hello", "turn": "c:1"},
        {"sender": "c", "message": "hello", "turn": "c:1", "metadata": "none"},
        {"sender": "c", "message": "hello", "turn": "c:1", "metadata": {"button": "/restart"}},
        {"sender": "c", "message": "hello", "turn": "c:1", "metadata": {"button": {"intent": ["restart"]}}},
    ],
)
async def test_a_body_that_does_not_fit_is_422(address: str, engine: Engine, body: Any) -> None:
    status, answer = await post(address, body)
    assert status == 422
    assert "error" in answer
    assert engine.heard == []


async def test_a_failure_is_500_and_never_an_empty_answer(address: str, engine: Engine) -> None:
    engine.says = [{"text": "half an answer"}]
    engine.fails = RuntimeError("the database is gone")
    status, answer = await post(address, turn())
    assert status == 500
    assert answer == {"error": "RuntimeError: the database is gone"}


def test_a_channel_without_a_token_is_not_made() -> None:
    with pytest.raises(ValueError, match="ENGINE_TOKEN"):
        CenterChannel("")


def test_a_missing_button_is_no_button() -> None:
    assert Turn.from_body(json.dumps(turn(button=None)).encode()).parsed is None
    with pytest.raises(DoesNotFit):
        Turn.from_body(b"null")
