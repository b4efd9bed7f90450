"""New conversations by address: held back when there are too many, while those that are open go on."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from bot.services import Services
from records.clock import ManualClock, today
from records.demo import told
from records.settings import Settings
from records.store import Store
from tests.bot.centre import SECRETS, application, services_over

TOKEN = {"Authorization": f"Bearer {SECRETS['REST_TOKEN']}"}


@pytest.fixture
def services(store: Store, clock: ManualClock) -> Services:
    with store.writing() as session:
        told.add(session, today(clock))
    return services_over(store, clock, Settings(demo=True, new_conversations=3))


@pytest.fixture
def client(services: Services) -> Iterator[TestClient]:
    """A program on the machine itself, without a token."""
    with TestClient(
        application(services), base_url="http://localhost:8000", client=("127.0.0.1", 50000)
    ) as client:
        yield client


def hello(client: TestClient, **known: Any) -> dict[str, Any]:
    frame = {"type": "hello", "conversation": None, "secret": None, "after": 0} | known
    with client.websocket_connect("/chat/ws") as socket:
        socket.send_json(frame)
        answer: dict[str, Any] = socket.receive_json()
        if answer["type"] == "error":
            with pytest.raises(WebSocketDisconnect) as closed:
                socket.receive_json()
            answer["close"] = closed.value.code
        return answer


def say(client: TestClient, sender: str, **headers: str) -> int:
    body = {"sender": sender, "message": "is it in force?"}
    return client.post("/webhooks/rest/webhook", json=body, headers=headers).status_code


def test_too_many_over_the_socket_are_refused_and_the_socket_is_closed(client: TestClient) -> None:
    first = [hello(client) for _ in range(3)]
    assert [answer["type"] for answer in first] == ["welcome"] * 3
    refused = hello(client)
    assert (refused["type"], refused["code"], refused["close"]) == ("error", "rate_limited", 4429)
    known = {"conversation": first[0]["conversation"], "secret": first[0]["secret"]}
    assert hello(client, **known)["type"] == "welcome", "an open conversation goes on"


def test_too_many_over_rest_are_refused_and_known_senders_go_on(client: TestClient) -> None:
    assert [say(client, f"sender {number}") for number in range(5)] == [200, 200, 200, 429, 429]
    assert say(client, "sender 0") == 200


def test_both_channels_count_together(client: TestClient) -> None:
    for _ in range(3):
        hello(client)
    assert say(client, "somebody") == 429


def test_the_insurers_program_brings_many_customers(client: TestClient) -> None:
    codes = [say(client, f"sender {number}", **TOKEN) for number in range(6)]
    assert codes == [200] * 6
