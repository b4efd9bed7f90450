"""The console in a process of its own, and a customer's hand in its database."""

import json
import os
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import delete, select, update

from handoff import accounts, queue
from handoff.reasons import Reason
from records import ledger, papers
from records.clock import SystemClock
from records.models import (
    Agent,
    Author,
    Claim,
    Conversation,
    ConversationId,
    Customer,
    Form,
    Handoff,
    HandoffState,
    Kind,
    Policy,
    PolicyState,
    Product,
    QualityFinding,
    Rating,
    Transfer,
)
from records.ownership import Event
from records.store import Store

ROOT = Path(__file__).parents[2]


@dataclass
class ConsoleCenter:
    """The running console, and what customers and other processes do to its records."""

    url: str
    store: Store
    passwords: dict[str, str]
    clock: SystemClock
    data: Path

    def ring(
        self, conversation_id: str = "*", *, typing: bool = False, delivered: int = 0, read: int = 0
    ) -> None:
        params: dict[str, str | bool | int] = {
            "conversation": conversation_id, "typing": typing, "delivered": delivered, "read": read,
        }  # fmt: skip
        httpx.post(f"{self.url}/test/ring", params=params).raise_for_status()

    def customer(self, name: str = "Li Wei", birth: date = date(1985, 3, 12), **more: Any) -> int:
        """A customer with a policy and a case on file."""
        number = f"C{uuid.uuid4().int % 10**8}"
        today = self.clock.now().date()
        with self.store.writing() as session:
            if session.get(Product, "HL-WL") is None:
                session.add(Product(code="HL-WL", name="Harbour Whole Life", kind="whole_life"))
            customer = Customer(
                **{
                    "number": number,
                    "name": name,
                    "sex": "m",
                    "birth": birth,
                    "id_no": "110101198503120011",
                    "mobile": "+12025550101",
                    "email": "li.wei@example.com",
                    "province": "Beijing",
                    **more,
                }
            )
            session.add(customer)
            session.flush()
            policy = Policy(
                number=f"88{customer.id:010}",
                holder_id=customer.id,
                insured_id=customer.id,
                product_code="HL-WL",
                state=PolicyState.IN_FORCE,
                start=today - timedelta(days=2200),
                sum_insured=Decimal(500000),
                premium=Decimal(12000),
                frequency="yearly",
                next_due=today + timedelta(days=40),
                cash_value=Decimal(58000),
            )
            session.add(policy)
            session.flush()
            session.add(
                Claim(
                    number=f"CL{customer.id:08}",
                    policy_id=policy.id,
                    policy_number=policy.number,
                    kind="critical_illness",
                    status="documents_missing",
                    reported_at=self.clock.now(),
                    missing=["pathology report"],
                )
            )
            return customer.id

    def hand_over(
        self,
        *said: str,
        reason: Reason = Reason.ASKED_FOR,
        customer_id: int | None = None,
        assurance: int = 0,
        bot: str = "",
        form: dict[str, Any] | None = None,
        context: dict[str, Any] | None = None,
    ) -> ConversationId:
        """A conversation in which the customer said something, now waiting for a person."""
        now = self.clock.now()
        with self.store.writing() as session:
            conversation_id, _ = ledger.open_conversation(session, "chat", now, context=context)
            for text in said:
                ledger.append_from_customer(session, conversation_id, uuid.uuid4().hex, {"text": text}, now)
            session.execute(
                update(Conversation)
                .where(Conversation.id == conversation_id)
                .values(customer_id=customer_id, assurance=assurance, assured_at=now if assurance else None)
            )
            standing = ledger.lock(session, conversation_id)
            if bot:
                custom = {"tier": 1, "intent": "take_policy_loan", "expects": "account"}
                buttons = [{"title": "Yes", "payload": {}}, {"title": "No", "payload": {}}]
                body = {"text": bot, "buttons": buttons, "custom": custom}
                ledger.append(session, standing, Author.BOT, [("b", Kind.MESSAGE, body)], now, epoch=0)
                standing = ledger.lock(session, conversation_id)
            if form:
                session.add(
                    Form(
                        conversation_id=conversation_id,
                        version=1,
                        service="take_policy_loan",
                        status="open",
                        state=form,
                        updated_at=now,
                    )
                )
                session.flush()
            queue.hand_over(session, standing, reason, now)
        self.ring(conversation_id)
        return conversation_id

    def customer_writes(self, conversation_id: ConversationId, text: str, **more: Any) -> None:
        with self.store.writing() as session:
            ledger.append_from_customer(
                session, conversation_id, uuid.uuid4().hex, {"text": text, **more}, self.clock.now()
            )
        self.ring(conversation_id)

    def customer_sends_file(self, conversation_id: ConversationId, content: bytes) -> str:
        """A file as the chat takes it; returns its id."""
        kept = papers.keep(self.data, content)
        with self.store.writing() as session:
            paper = papers.register(session, conversation_id, kept, self.clock.now())
            assert paper is not None
            name = paper.id
        self.customer_writes(conversation_id, f"(Sent a file: {papers.describe(kept)})", paper=name)
        return name

    def take_away(self, conversation_id: ConversationId) -> None:
        """What a lost heartbeat does, done by another process: no bell rings here."""
        now = self.clock.now()
        with self.store.writing() as session:
            standing = ledger.lock(session, conversation_id)
            ledger.change_owner(session, standing, Event.AGENT_LOST, now)
            session.execute(
                update(Handoff)
                .where(Handoff.conversation_id == conversation_id)
                .values(state=HandoffState.DONE, agent_id=None)
            )

    def handoff(self, conversation_id: ConversationId) -> Handoff:
        with self.store.reading() as session:
            return session.scalars(select(Handoff).where(Handoff.conversation_id == conversation_id)).one()

    def texts(self, conversation_id: ConversationId) -> list[str]:
        with self.store.reading() as session:
            entries = ledger.fetch_since(session, conversation_id, 0)
        return [str(entry.body.get("text", "")) for entry in entries]

    def reset(self) -> None:
        """Nobody available, nothing in the queue, the passwords as known."""
        with self.store.writing() as session:
            session.execute(update(Handoff).values(state=HandoffState.DONE))
            session.execute(update(Agent).values(available=False))
        self.ring()

    def forget_the_day(self) -> None:
        """No handoffs at all, nor what hangs on them."""
        with self.store.writing() as session:
            for table in (Rating, Transfer, Handoff, QualityFinding):
                session.execute(delete(table))
        self.ring()

    def new_password(self, login: str) -> None:
        with self.store.writing() as session:
            self.passwords[login] = accounts.reset_password(session, login, self.clock.now())


@contextmanager
def running(data: Path, **environment: str) -> Iterator[ConsoleCenter]:
    """The console, started with fresh records in a folder and further settings; stopped in the end.

    It inherits a socket that listens already: no other process can take its port, and whoever is early waits.
    """
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        fd = listening.fileno()
        command = [sys.executable, "-m", "tests.browser.console_app", str(data), str(fd)]
        url = f"http://127.0.0.1:{port}"
        known = {**os.environ, "PUBLIC_URL": url, **environment}
        process = subprocess.Popen(command, cwd=ROOT, pass_fds=[fd], env=known)
    try:
        assert httpx.get(f"{url}/console/login", timeout=60).status_code == 200
        store = Store(f"sqlite:///{data}/records.db")
        passwords = json.loads((data / "passwords.json").read_text())
        yield ConsoleCenter(url, store, passwords, SystemClock(), data)
        store.close()
    finally:
        process.terminate()
        process.wait(20)
