"""Leaving the queue through the channels: a press starts no turn, wakes the floor, and REST does not wait."""

import asyncio
from typing import Any

from fastapi.testclient import TestClient

from bot import utterance
from bot.services import Services
from handoff import queue
from handoff.reasons import Reason
from records import ledger
from records.models import ConversationId, Owner
from records.signals import PEOPLE

WEBHOOK = "/webhooks/rest/webhook"


def say(client: TestClient, message: str, message_id: str | None = None) -> list[dict[str, Any]]:
    metadata = {"message_id": message_id} if message_id else {}
    answer = client.post(WEBHOOK, json={"sender": "app", "message": message, "metadata": metadata})
    assert answer.status_code == 200
    return list(answer.json())


def payloads(replies: list[dict[str, Any]]) -> dict[str, str]:
    return {one["title"]: one["payload"] for reply in replies for one in reply.get("buttons", [])}


def owner(services: Services, conversation_id: ConversationId) -> Owner:
    with services.store.writing() as session:
        return ledger.lock(session, conversation_id).owner


def test_over_rest_a_customer_stops_waiting_and_goes_on_with_the_assistant(client: TestClient) -> None:
    ways = payloads(say(client, "I want to talk to a person"))
    (left,) = say(client, ways["Stop waiting"], "stop")
    assert left["text"].startswith("All right, you have left the queue.")
    assert say(client, ways["Stop waiting"], "stop") == [left]
    (late,) = say(client, ways["Call me back instead"], "late")
    assert late["text"].startswith("You are not waiting in the queue any more.")
    assert say(client, "hello")[0]["author"] == "bot"


def test_over_rest_the_number_is_asked_for_and_the_call_promised(client: TestClient) -> None:
    ways = payloads(say(client, "I want to talk to a person"))
    (asked,) = say(client, ways["Call me back instead"])
    assert asked["custom"]["expects"] == "phone"
    (promised,) = say(client, "+1 202 555 0177")
    assert promised["text"].startswith("We will call you on ")
    assert promised["text"].endswith("on +1 202-555-0177.")
    assert "call" not in promised


def test_a_press_wakes_whoever_works_with_the_queue(services: Services) -> None:
    async def run() -> None:
        with services.store.writing() as session:
            chat, _ = ledger.open_conversation(session, "chat", services.clock.now())
            moved = queue.hand_over(
                session, ledger.lock(session, chat), Reason.ASKED_FOR, services.clock.now()
            )
        with services.signals.watching(PEOPLE) as bell:
            bell.clear()
            receipt = await services.turns.receive(
                lambda _session: chat,
                "stop",
                lambda session, known: utterance.pressed(session, known, f"/b/{moved.last_seq}.1"),
            )
            assert (receipt.fresh, receipt.answering) == (True, None)
            await asyncio.wait_for(bell.wait(), 5)
        assert owner(services, chat) is Owner.BOT
        assert await services.turns.sweep() == 0

    asyncio.run(run())
