"""The chat opened by a link to a return visit: it asks by itself, knows level 1 at most, and only once."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from starlette.testclient import WebSocketTestSession

from actions import identity
from actions.visits import links, record
from bot import visit_links
from bot.services import Services
from records import ledger
from records.clock import ManualClock
from records.models import (
    AuditEntry,
    Conversation,
    ConversationId,
    Customer,
    Policy,
    PolicyState,
    ReturnVisit,
)
from records.ownership import Event
from tests.bot.centre import SECRETS

KEY = SECRETS["SESSION_KEY"].encode()
FIRST = "Are you the person who applied for this policy?"


def token_of(services: Services) -> str:
    with services.store.reading() as session:
        return links.sign(session.scalars(select(ReturnVisit)).one(), KEY)


def visit_of(services: Services) -> ReturnVisit:
    with services.store.reading() as session:
        return session.scalars(select(ReturnVisit)).one()


def level_of(services: Services, conversation: str) -> int:
    with services.store.reading() as session:
        return identity.level(session, conversation, services.clock.now())


@contextmanager
def chat(
    client: TestClient, visit: Any = None, **known: Any
) -> Iterator[tuple[WebSocketTestSession, dict[str, Any]]]:
    frame = {"type": "hello", "conversation": None, "secret": None, "after": 0, "visit": visit} | known
    with client.websocket_connect("/chat/ws") as socket:
        socket.send_json(frame)
        yield socket, socket.receive_json()


def hear(socket: WebSocketTestSession, words: str) -> list[str]:
    """Everything that is said until `words` are."""
    texts: list[str] = []
    while not any(words in text for text in texts):
        frame = socket.receive_json()
        texts += [entry.get("text", "") for entry in frame.get("entries", [])]
    return texts


def told(services: Services, conversation: str) -> list[str]:
    with services.store.reading() as session:
        entries = ledger.fetch_since(session, ConversationId(conversation), 0)
    return [entry.body.get("text", "") for entry in entries]


def test_the_link_begins_the_visit_and_it_can_be_done_to_its_end(
    client: TestClient, services: Services
) -> None:
    with chat(client, token_of(services)) as (socket, welcome):
        texts = hear(socket, FIRST)
        assert texts[0] == visit_links.BEGINS
        assert level_of(services, welcome["conversation"]) == 1
        for number in range(7):
            socket.send_json({"type": "say", "key": f"k{number}", "text": "yes"})
            hear(socket, "is done" if number == 6 else "?")
    visit = visit_of(services)
    assert (visit.status, visit.assurance) == (record.DONE, 1)
    assert visit.conversation_id == welcome["conversation"]


def test_it_opens_nothing_but_the_visit(client: TestClient, services: Services) -> None:
    with chat(client, token_of(services)) as (socket, _):
        hear(socket, FIRST)
        socket.send_json({"type": "say", "key": "k", "text": "is my policy in force?"})
        said = " ".join(hear(socket, "policy number"))
    assert "880000100501" not in said and "Liu" not in said


def test_a_line_that_breaks_begins_nothing_twice(client: TestClient, services: Services) -> None:
    token = token_of(services)
    with chat(client, token) as (socket, welcome):
        hear(socket, FIRST)
    known = {"conversation": welcome["conversation"], "secret": welcome["secret"]}
    with chat(client, token, **known) as (socket, again):
        hear(socket, FIRST)
    assert "secret" not in again
    assert told(services, welcome["conversation"]).count(visit_links.BEGINS) == 1


def forged(token: str) -> str:
    body = base64.urlsafe_b64encode(json.dumps({"visit": 1, "until": 9_999_999_999}).encode()).decode()
    return f"{body.rstrip('=')}.{token.partition('.')[2]}"


@pytest.mark.parametrize("harm", ["forged", "cut", "late", "used", "given up", "empty", "no text"])
def test_a_link_that_is_no_good_is_refused_politely_and_reveals_nothing(
    harm: str, client: TestClient, services: Services, clock: ManualClock
) -> None:
    token: Any = token_of(services)
    match harm:
        case "forged":
            token = forged(token)
        case "cut":
            token = token[:-4]
        case "late":
            clock.advance(days=12)
        case "empty" | "no text":
            token = "" if harm == "empty" else {"visit": 1}
        case _:
            with services.store.writing() as session:
                visit = session.scalars(select(ReturnVisit)).one()
                if harm == "used":
                    visit.status = record.DONE
                else:
                    session.get_one(Policy, visit.policy_id).state = PolicyState.CANCELLED
    with chat(client, token) as (socket, welcome):
        hear(socket, visit_links.GONE)
    assert told(services, welcome["conversation"]) == [visit_links.GONE], "the same in every case"
    assert level_of(services, welcome["conversation"]) == 0
    known = {"conversation": welcome["conversation"], "secret": welcome["secret"]}
    with chat(client, token, **known) as (socket, _):
        hear(socket, visit_links.GONE)
    assert told(services, welcome["conversation"]) == [visit_links.GONE], "said once"
    with services.store.reading() as session:
        noted = session.scalars(select(AuditEntry).where(AuditEntry.action == "visit.link_refused")).all()
    assert len(noted) == 1


def test_another_customers_conversation_is_left_alone(client: TestClient, services: Services) -> None:
    with chat(client) as (_, welcome):
        pass
    other = welcome["conversation"]
    with services.store.writing() as session:
        li_wei = session.scalars(select(Customer.id).where(Customer.number == "C1001")).one()
        identity.raise_to(session, other, 2, li_wei, services.clock.now(), how="knowledge")
    known = {"conversation": other, "secret": welcome["secret"], "after": 0}
    with chat(client, token_of(services), **known) as (socket, fresh):
        hear(socket, FIRST)
    assert fresh["conversation"] != other and fresh["secret"]
    assert level_of(services, fresh["conversation"]) == 1
    assert told(services, other) == []


def test_a_bad_link_does_not_lead_out_of_a_conversation(client: TestClient, services: Services) -> None:
    with chat(client) as (_, welcome):
        pass
    known = {"conversation": welcome["conversation"], "secret": welcome["secret"]}
    with chat(client, "bad", **known) as (socket, again):
        hear(socket, visit_links.GONE)
    assert again["conversation"] == welcome["conversation"]


def test_a_person_who_has_the_conversation_sees_it_and_the_bot_keeps_quiet(
    client: TestClient, services: Services
) -> None:
    with chat(client) as (_, welcome):
        pass
    conversation = ConversationId(welcome["conversation"])
    with services.store.writing() as session:
        ledger.change_owner(
            session, ledger.lock(session, conversation), Event.HAND_OVER, services.clock.now(), text="Queued."
        )
    known = {"conversation": conversation, "secret": welcome["secret"]}
    with chat(client, token_of(services), **known) as (socket, _):
        hear(socket, visit_links.BEGINS)
    assert told(services, conversation) == ["Queued.", visit_links.BEGINS]
    with services.store.reading() as session:
        assert session.get_one(Conversation, conversation).pending_seq is None
