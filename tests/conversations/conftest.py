"""A customer who talks to a running centre over its public REST channel."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from bench.stack import Stack


class Customer:
    """One conversation of the REST channel, and what was last said in it."""

    def __init__(self, client: httpx.Client, sender: str) -> None:
        self._client = client
        self.sender = sender
        self.replies: list[dict[str, Any]] = []

    def say(self, message: str, **metadata: Any) -> "Customer":
        """Send a message; keeps the turn's replies."""
        body = {"sender": self.sender, "message": message, "metadata": metadata}
        response = self._client.post("/webhooks/rest/webhook", json=body)
        assert response.status_code == 200, response.text
        self.replies = response.json()
        return self

    def press(self, title: str) -> "Customer":
        """Press the button of the last replies whose title contains `title`."""
        buttons = [button for reply in self.replies for button in reply.get("buttons", [])]
        (payload,) = {one["payload"] for one in buttons if title.lower() in one["title"].lower()}
        return self.say(payload)

    def prove_identity(self, policy: str, birth: str, id_tail: str) -> "Customer":
        """Answer the questions of the knowledge check once, whatever their order."""
        answers = {"identifier": policy, "birth": birth, "id_ending": id_tail}
        while (expected := self.custom.get("expects")) in answers:
            self.say(answers.pop(expected))
        return self

    @property
    def text(self) -> str:
        """Everything that was last said, in one string."""
        return "\n".join(reply["text"] for reply in self.replies)

    @property
    def custom(self) -> dict[str, Any]:
        """What the last message of the turn says for machines."""
        customs = [reply["custom"] for reply in self.replies if "custom" in reply]
        assert customs, self.replies
        last: dict[str, Any] = customs[-1]
        return last

    def since(self, after: int, wait: float = 0) -> list[dict[str, Any]]:
        """What was said after an entry."""
        path = f"/webhooks/rest/webhook/{self.sender}"
        response = self._client.get(path, params={"after": after, "wait": wait})
        assert response.status_code == 200, response.text
        found: list[dict[str, Any]] = response.json()
        return found


@pytest.fixture(scope="session")
def client(stack: Stack) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=stack.url, timeout=40) as client:
        yield client


@pytest.fixture
def customer(client: httpx.Client) -> Customer:
    return Customer(client, f"test-{uuid4().hex}")


@pytest.fixture
def another(client: httpx.Client) -> Customer:
    return Customer(client, f"test-{uuid4().hex}")
