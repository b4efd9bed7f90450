"""A file from the chat reaches what waits for it, a request or a claim; and the customer is told."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.services import Services
from bot.turn import Body
from records.models import AuditEntry, Claim, ConversationId, Message, Paper, ServiceTransaction
from records.settings import Settings
from tests.records.test_papers import JPEG, PDF

WANG = ("880000100201", "1990-07-25", "0022")
CLAIM = "CL20260007"


@pytest.fixture(autouse=True)
def _own_folder(services: Services, tmp_path: Any) -> None:
    object.__setattr__(services, "settings", Settings(demo=True, data=tmp_path))


def _typed(text: str) -> Body:
    return lambda _session, _known: {"text": text}


class Talk:
    """A customer in the chat, with files at hand."""

    def __init__(self, client: TestClient, services: Services) -> None:
        self.client, self.services, self.count = client, services, 0
        with client.websocket_connect("/chat/ws") as socket:
            socket.send_json({"type": "hello", "conversation": None, "secret": None})
            self.known: dict[str, Any] = socket.receive_json()

    def say(self, *texts: str) -> str:
        """Write, and wait for the answer to the last."""
        for text in texts:
            self.count += 1
            self._do(partial(self.services.turns.receive, self._here, f"k{self.count}", _typed(text)))
            self._do(self.services.turns.drain)
        return self.last()

    def send(self, content: bytes, key: str) -> str:
        """Hand in a file, and wait for the answer."""
        headers = {
            "X-Conversation": self.known["conversation"], "X-Secret": self.known["secret"], "X-Key": key,
        }  # fmt: skip
        answer = self.client.post("/chat/upload", content=content, headers=headers)
        assert answer.status_code == 201, answer.text
        self._do(self.services.turns.drain)
        return self.last()

    def last(self) -> str:
        """What the bot said last."""
        with self.services.store.reading() as session:
            bodies = session.scalars(
                select(Message.body)
                .where(Message.conversation_id == self.known["conversation"], Message.author == "bot")
                .order_by(Message.seq.desc())
            )
            return str(next(iter(bodies))["text"])

    def _here(self, _session: Session) -> ConversationId:
        return ConversationId(self.known["conversation"])

    def _do(self, work: Callable[[], Any]) -> None:
        assert self.client.portal is not None
        self.client.portal.call(work)


@pytest.fixture
def talk(client: TestClient, services: Services) -> Talk:
    return Talk(client, services)


def row_of(services: Services) -> ServiceTransaction:
    with services.store.reading() as session:
        return session.scalars(select(ServiceTransaction)).one()


def papers_of(services: Services) -> list[Paper]:
    with services.store.reading() as session:
        return list(session.scalars(select(Paper).order_by(Paper.received_at, Paper.id)))


def ask_for_new_date(talk: Talk, who: tuple[str, str, str] = ("880000100101", "1985-03-12", "0011")) -> str:
    return talk.say("I have a new identity document", *who, "3 March 2036", "yes")


def test_the_photo_of_the_document_completes_its_request(talk: Talk, services: Services) -> None:
    said = ask_for_new_date(talk)
    assert "photo of both sides" in said and row_of(services).state == "pending"
    said = talk.send(JPEG, "front")
    row = row_of(services)
    assert f"this is here for {row.receipt}" in said and "A colleague looks at it" in said
    assert (row.state, row.waiting_for) == ("waiting_for_agent", "")
    (paper,) = papers_of(services)
    assert (paper.receipt, paper.title) == (row.receipt, "a photo of both sides of the document")
    assert paper.taken_at is not None
    with services.store.reading() as session:
        actions = session.scalars(select(AuditEntry.action).where(AuditEntry.action.startswith("service.ID")))
        assert {"service.ID.completed", "service.ID.paper_arrived"} <= set(actions)


def test_the_other_side_joins_the_first(talk: Talk, services: Services) -> None:
    ask_for_new_date(talk)
    talk.send(JPEG, "front")
    said = talk.send(JPEG + b"back", "back")
    assert "put it with the a photo" not in said and "put it with what you sent" in said
    receipt = row_of(services).receipt
    assert [paper.receipt for paper in papers_of(services)] == [receipt, receipt]


def test_a_paper_ticks_off_the_claims_list(talk: Talk, services: Services) -> None:
    talk.say("is my policy in force?", *WANG)
    said = talk.send(PDF, "report")
    assert f"the pathology report for claim {CLAIM} is here" in said
    with services.store.reading() as session:
        claim = session.scalars(select(Claim).where(Claim.number == CLAIM)).one()
    assert claim.missing == [] and claim.papers_complete_at is not None
    assert [paper.claim_id for paper in papers_of(services)] == [claim.id]


def test_with_a_claim_waiting_too_the_request_of_this_conversation_gets_it(
    talk: Talk, services: Services
) -> None:
    ask_for_new_date(talk, WANG)
    said = talk.send(JPEG, "front")
    assert f"this is here for {row_of(services).receipt}" in said
    with services.store.reading() as session:
        assert session.scalars(select(Claim).where(Claim.number == CLAIM)).one().missing


def test_in_another_conversation_it_is_asked_what_the_file_is_for(
    talk: Talk, client: TestClient, services: Services
) -> None:
    ask_for_new_date(talk, WANG)
    receipt = row_of(services).receipt
    later = Talk(client, services)
    later.say("is my policy in force?", *WANG)
    assert later.send(JPEG, "front") == "What is the paper for?"
    assert f"this is here for {receipt}" in later.say(receipt)


def test_who_is_not_known_is_asked_first(talk: Talk, client: TestClient, services: Services) -> None:
    ask_for_new_date(talk)
    stranger = Talk(client, services)
    assert "policy number" in stranger.send(JPEG, "front")
    assert row_of(services).state == "pending"
    said = stranger.say(*WANG)
    assert row_of(services).state == "pending", "a photo of another customer's decides nothing here"
    assert CLAIM in said or "pathology report" in said


def test_a_file_that_nothing_waits_for_is_kept_and_that_is_said(talk: Talk, services: Services) -> None:
    talk.say("is my policy in force?", "880000100101", "1985-03-12", "0011")
    assert "nothing of yours is waiting for a paper" in talk.send(PDF, "report")
    (paper,) = papers_of(services)
    assert paper.taken_at is None
    ask_for_new_date(talk, ())  # type: ignore[arg-type]
    assert "this is here for" in talk.send(JPEG, "front")
    assert len({paper.receipt for paper in papers_of(services)}) == 1
