"""Files over HTTP: who may send them, what is taken, and what the customer's message becomes."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import uploads
from bot.services import Services
from bot.turn import Body, Receipt, Turns
from records import ledger
from records.clock import ManualClock
from records.models import ConversationId, Form, Message, Paper
from records.ownership import Event
from records.settings import Settings
from records.store import Store
from tests.records.test_papers import JPEG, PDF


@dataclass
class Ledgered:
    """Turns that store a message and start nothing."""

    store: Store
    clock: ManualClock

    async def receive(
        self, conversation: Callable[[Session], ConversationId], key: str, body: Body
    ) -> Receipt:
        with self.store.writing() as session:
            conversation_id = conversation(session)
            content = body(session, conversation_id)
            entry, _, fresh = ledger.append_from_customer(
                session, conversation_id, key, content, self.clock.now()
            )
        return Receipt(entry, fresh, None)


@dataclass
class Place:
    client: httpx.AsyncClient
    store: Store
    data: Path
    headers: dict[str, str]
    conversation: ConversationId

    async def send(self, content: bytes, key: str = "k1", **headers: str) -> httpx.Response:
        return await self.client.post(
            "/chat/upload", content=content, headers=self.headers | {"X-Key": key} | headers
        )

    def files(self) -> list[Path]:
        folder = self.data / "papers"
        return sorted(folder.iterdir()) if folder.exists() else []

    def bodies(self) -> list[dict[str, Any]]:
        with self.store.reading() as session:
            return list(session.scalars(select(Message.body).order_by(Message.seq)))

    def papers(self) -> list[Paper]:
        with self.store.reading() as session:
            return list(session.scalars(select(Paper)))


@pytest.fixture
async def place(store: Store, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Place]:
    with store.writing() as session:
        conversation, secret = ledger.open_conversation(session, "chat", clock.now())
    settings = Settings(data=tmp_path, upload_megabytes=0.01, allowed_origins="https://insurer.example")
    services = Services(
        store, clock, settings, {}, cast(Any, None), cast(Any, None), cast(Turns, Ledgered(store, clock))
    )
    app = FastAPI()
    app.include_router(uploads.router(services))
    headers = {"X-Conversation": conversation, "X-Secret": secret}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://centre") as client:
        yield Place(client, store, tmp_path, headers, conversation)


async def test_a_file_is_kept_and_its_message_wants_to_hand_in_a_paper(place: Place) -> None:
    response = await place.send(PDF)
    assert response.status_code == 201 and response.json() == {"seq": 1, "file": "PDF, 1 kB"}
    (paper,) = place.papers()
    assert (place.data / "papers" / paper.file).read_bytes() == PDF
    button = {"intent": "add_claim_document"}
    assert place.bodies() == [{"text": "(Sent a file: PDF, 1 kB)", "button": button, "paper": paper.id}]


async def test_it_answers_the_question_for_a_file(place: Place, clock: ManualClock) -> None:
    with place.store.writing() as session:
        session.add(
            Form(
                conversation_id=place.conversation, version=3, service="add_claim_document", status="open",
                state={"asking": "file"}, updated_at=clock.now(),
            )
        )  # fmt: skip
    await place.send(JPEG)
    assert place.bodies()[0]["button"] == {
        "form": "add_claim_document", "version": 3, "field": "file", "value": "sent",
    }  # fmt: skip


async def test_to_a_person_it_is_a_message_alone(place: Place, clock: ManualClock) -> None:
    with place.store.writing() as session:
        ledger.change_owner(session, ledger.lock(session, place.conversation), Event.HAND_OVER, clock.now())
    await place.send(JPEG)
    assert "button" not in place.bodies()[-1]


async def test_the_same_upload_again_is_one_file_and_one_message(place: Place) -> None:
    first, again = await place.send(PDF), await place.send(PDF)
    assert first.json()["seq"] == again.json()["seq"]
    assert len(place.papers()) == len(place.files()) == len(place.bodies()) == 1


async def test_sent_again_after_a_service_took_it_it_is_still_one(place: Place, clock: ManualClock) -> None:
    first = await place.send(PDF)
    with place.store.writing() as session:
        session.scalars(select(Paper)).one().taken_at = clock.now()
    again = await place.send(PDF)
    assert (again.status_code, again.json()["seq"]) == (201, first.json()["seq"])
    assert len(place.papers()) == len(place.files()) == len(place.bodies()) == 1


async def test_its_limits_are_told_before(place: Place) -> None:
    said = (await place.client.get("/chat/upload")).json()
    assert said["megabytes"] == 0.01
    assert set(said["kinds"]) == {"application/pdf", "image/jpeg", "image/png", "image/heic"}


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", 415, "unknown_kind"),
        (b"<!doctype html><script>alert(1)</script>", 415, "unknown_kind"),
        (b"", 422, "empty"),
        (PDF + b"x" * 10_001, 413, "too_large"),
    ],
)
async def test_what_is_not_taken_leaves_nothing(content: bytes, status: int, code: str, place: Place) -> None:
    response = await place.send(content, **{"Content-Type": "application/pdf"})
    assert (response.status_code, response.json()["error"]) == (status, code)
    assert not place.files() and not place.papers() and not place.bodies()


async def test_a_body_without_a_length_is_read_no_further_than_the_limit(place: Place) -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while read < 1_000_000:
            read += 4096
            yield PDF[:5] + b"x" * 4091

    response = await place.client.post(
        "/chat/upload", content=endless(), headers=place.headers | {"X-Key": "k"}
    )
    assert response.status_code == 413 and place.files() == []


@pytest.mark.parametrize("harm", [{"X-Secret": "wrong"}, {"X-Conversation": "nobody"}, {"X-Secret": ""}])
async def test_only_the_conversations_own_client_may_send(harm: dict[str, str], place: Place) -> None:
    response = await place.send(PDF, **harm)
    assert (response.status_code, response.json()["error"]) == (404, "unknown_conversation")
    assert place.files() == []


async def test_pages_elsewhere_are_refused_unless_they_are_listed(place: Place) -> None:
    refused = await place.send(PDF, Origin="https://evil.example")
    assert refused.status_code == 403 and place.files() == []
    assert (await place.send(PDF, Origin="http://centre")).status_code == 201
    listed = await place.send(JPEG, "k2", Origin="https://insurer.example")
    assert listed.headers["access-control-allow-origin"] == "https://insurer.example"
    preflight = await place.client.options("/chat/upload", headers={"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in preflight.headers


async def test_a_flood_is_held_back(place: Place) -> None:
    codes = {(await place.send(PDF + bytes([n]), f"k{n}")).status_code for n in range(30)}
    assert codes == {201, 429}
    assert len(place.files()) == len(place.papers()) <= 20
