"""The REST channel's door: who is let in, and what counts as a message."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from bot.services import Services
from records.clock import ManualClock
from records.settings import Settings
from records.store import Store
from tests.bot.centre import SECRETS, application, services_over

WEBHOOK = "/webhooks/rest/webhook"
MESSAGE = {"sender": "a program", "message": "hello"}


@pytest.fixture
def stranger(store: Store, clock: ManualClock) -> TestClient:
    """Somebody without a token, where this is no demonstration."""
    services: Services = services_over(store, clock, Settings(demo=False))
    return TestClient(application(services), base_url="http://localhost:8000", client=("127.0.0.1", 50000))


@pytest.mark.parametrize("token", [None, "", "Bearer ", "Bearer wrong", SECRETS["REST_TOKEN"]])
def test_nobody_gets_in_without_the_token(stranger: TestClient, token: str | None) -> None:
    headers = {} if token is None else {"Authorization": token}
    with stranger as client:
        assert client.post(WEBHOOK, json=MESSAGE, headers=headers).status_code == 401
        assert client.post(WEBHOOK, content=b"{", headers=headers).status_code == 401
        assert client.get("/webhooks/rest/", headers=headers).status_code == 401
        assert client.get(f"{WEBHOOK}/a program", headers=headers).status_code == 401


def test_the_token_opens(stranger: TestClient) -> None:
    with stranger as client:
        token = {"Authorization": f"Bearer {SECRETS['REST_TOKEN']}"}
        assert client.post(WEBHOOK, json=MESSAGE, headers=token).status_code == 200


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"message": "hello"}, ["body", "sender"]),
        ({"sender": "", "message": "hello"}, ["body", "sender"]),
        ({"sender": "x", "message": 7}, ["body", "message"]),
        ({"sender": "x", "metadata": {"message_id": "m" * 65}}, ["body", "metadata", "message_id"]),
        ([], ["body"]),
    ],
)
def test_what_is_no_message_is_told_where_it_is_wrong(
    client: TestClient, body: Any, place: list[str]
) -> None:
    answer = client.post(WEBHOOK, json=body)
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == place


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_form_of_another_site_is_no_message(client: TestClient, kind: str) -> None:
    content = b'{"sender": "x", "message": "hello"}'
    assert client.post(WEBHOOK, content=content, headers={"Content-Type": kind}).status_code == 422


def test_the_route_is_described(client: TestClient) -> None:
    described = client.get("/openapi.json").json()["paths"][WEBHOOK]["post"]
    schema = described["requestBody"]["content"]["application/json"]["schema"]
    assert schema["$ref"].endswith("/Incoming")
