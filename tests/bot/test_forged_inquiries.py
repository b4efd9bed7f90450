"""Every inquiry that reads, asked with every forged identity, over REST and the chat socket: 0 reads."""

from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from actions.services.catalogue import CATALOGUE
from actions.services.registry import SERVICES
from records.clock import ManualClock
from records.store import Store
from tests.bot.dialogue_engine import WORDS
from tests.bot.test_forged_identity import bad_tokens, exchange, nothing_was_read, token

INQUIRIES = {
    "check_policy_status": "is my policy in force",
    "check_coverage": "what am I covered for on 880000100101",
    "check_premium_due": "what is the premium due on 880000100101",
    "check_cash_value": "what is the cash value of 880000100101",
    "check_loan_balance": "how much do I owe on 880000100101",
    "check_benefits": "what benefits wait on 880000100101",
    "check_claim_status": "how far is my claim CL20250001",
    "check_transaction_status": "how far is my change SR2026000001",
    "check_reminders": "what must I watch out for",
}
FOLLOWING = ("880000100101", "1985-03-12", "0000")


def test_all_inquiries_are_asked() -> None:
    # What asks nothing personal is open to all; transactions have tests of their own.
    reading = {name for name in SERVICES if name.startswith("check_") and CATALOGUE[name].assurance >= 2}
    assert set(INQUIRIES) == reading
    assert reading <= set(WORDS.values())


def say(client: TestClient, sender: str, text: str, given: Any) -> str:
    body = {"sender": sender, "message": text, "metadata": {"identity_token": given, "assurance": 3}}
    answer = client.post("/webhooks/rest/webhook", json=body)
    assert answer.status_code == 200, answer.text
    return "\n".join(one["text"] for one in answer.json())


@pytest.mark.parametrize("inquiry", INQUIRIES)
def test_nothing_is_read_over_rest(
    inquiry: str, client: TestClient, store: Store, clock: ManualClock
) -> None:
    answers = []
    for given in bad_tokens(clock):
        sender = uuid4().hex
        answers += [say(client, sender, text, given) for text in (INQUIRIES[inquiry], *FOLLOWING)]
    nothing_was_read(store, answers)


@pytest.mark.parametrize("inquiry", INQUIRIES)
def test_nothing_is_read_over_the_socket(
    inquiry: str, client: TestClient, store: Store, clock: ManualClock
) -> None:
    answers: list[str] = []
    for given in bad_tokens(clock):
        with client.websocket_connect("/chat/ws") as socket:
            socket.send_json({"type": "hello", "identity_token": given, "context": {"assurance": 3}})
            assert socket.receive_json()["type"] == "welcome"
            for text in (INQUIRIES[inquiry], *FOLLOWING[:2]):
                answers += exchange(socket, text, {"identity_token": given, "slots": {"assurance": 3}})
    nothing_was_read(store, answers)


@pytest.mark.parametrize("inquiry", INQUIRIES)
def test_a_good_token_reads_its_own_and_no_more(inquiry: str, client: TestClient, clock: ManualClock) -> None:
    own = say(client, uuid4().hex, INQUIRIES[inquiry], token(clock))
    telling = ("8800001001", "CL20250001", "request among yours", "attention")
    assert any(words in own for words in telling), own
    hers = say(client, uuid4().hex, INQUIRIES[inquiry], token(clock, sub="C1002"))
    assert "Harbour Whole Life" not in hers and "58,000" not in hers and "4,200" not in hers, hers
