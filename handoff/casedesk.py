"""The case desk: requests, claims and their lists, for agents with a living session.

Beside `handoff.switchboard` the only way from pages and APIs to the cases: token, permission, look or act,
and the line of audit for every customer whose data was shown.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy.orm import Session

from handoff import accounts, casework, claims, decisions, inbox, requests, sheets, sources, verdicts
from handoff.authorization import Permission, Principal, authorize
from handoff.casework import Cases, Pulse, Pulses
from handoff.claims import ClaimRow, ClaimSheet
from handoff.decisions import Effect
from handoff.refusals import UnknownCase
from handoff.requests import Request
from handoff.sheets import Sheet
from records import audit
from records.clock import Clock
from records.models import Conversation, ConversationId
from records.signals import PEOPLE, Signals
from records.store import Store

T = TypeVar("T")
Act = Callable[[Session, Principal, datetime], Effect]


@dataclass(frozen=True, slots=True)
class Work:
    """What waits for a decision."""

    requests: tuple[Request, ...]
    claims: tuple[ClaimRow, ...]

    @property
    def customers(self) -> frozenset[str]:
        """Numbers of the customers who are shown."""
        shown = (
            *(request.customer_number for request in self.requests),
            *(claim.customer_number for claim in self.claims),
        )
        return frozenset(number for number in shown if number)


class Casedesk:
    """Looks and acts by agents, each named by the token of a living session."""

    def __init__(self, store: Store, clock: Clock, signals: Signals, pulses: Pulses) -> None:
        """Work on `store` at the time of `clock`; tell `signals` what moved."""
        self._store = store
        self._clock = clock
        self._signals = signals
        self._pulses = pulses

    async def pulse(self, token: str) -> Pulse:
        """How much waits, and which promises are broken; no customer's data."""
        return await self._look(token, lambda session, _who, now: self._pulses.at(session, now))

    async def read_work(self, token: str, seen: frozenset[str] = frozenset()) -> Work:
        """What waits for a decision. Customers that this page has `seen` leave no second line of audit."""

        def work(session: Session, _who: Principal, now: datetime) -> Work:
            return Work(requests.waiting(session, now), claims.open_claims(session, now))

        found = await self._look(token, work)
        await self._note_list(token, "decisions", found.customers - seen)
        return found

    async def read_cases(self, token: str, seen: frozenset[str] = frozenset()) -> Cases:
        """The lists of the casework; audited as `read_work`."""
        found = await self._look(token, lambda session, _who, now: casework.read(session, now))
        await self._note_list(token, "cases", found.customers - seen)
        return found

    async def open_request(self, token: str, receipt: str) -> Sheet:
        """All that is known of a request; the look is audited.

        Raises:
            UnknownCase: no such receipt.
        """

        def work(session: Session, who: Principal, now: datetime) -> Sheet:
            row = requests.find(session, receipt)
            if row is None:
                raise UnknownCase
            found = sheets.sheet(session, row, now)
            _note(session, who, now, "request_viewed", found.request.customer_number, receipt=receipt)
            return found

        return await self._write(token, Permission.READ_CASES, work)

    async def open_claim(self, token: str, number: str) -> ClaimSheet:
        """All that is known of a claim; the look is audited.

        Raises:
            UnknownCase: no such claim.
        """

        def work(session: Session, who: Principal, now: datetime) -> ClaimSheet:
            claim = claims.find(session, number)
            if claim is None:
                raise UnknownCase
            found = claims.sheet(session, claim, now)
            _note(session, who, now, "claim_viewed", found.row.customer_number, claim=number)
            return found

        return await self._write(token, Permission.READ_CASES, work)

    async def requests_in(self, token: str, conversation_id: ConversationId) -> tuple[Request, ...]:
        """The open requests of the customer of a conversation; for comparing, not for showing.

        The card beside the conversation has been audited already, and each request is when it is opened.
        """

        def work(session: Session, who: Principal, now: datetime) -> tuple[Request, ...]:
            authorize(who, Permission.READ_CUSTOMER, inbox.reader_of(session, conversation_id, who.agent_id))
            conversation = session.get(Conversation, conversation_id)
            customer = sources.known_customer(session, conversation) if conversation else None
            return requests.of_customer(session, customer.id, now) if customer else ()

        return await self._look(token, work)

    async def approve(self, token: str, receipt: str, *, called: bool = False) -> Effect:
        """Agree to a request; `called`: the call-back was made and the customer confirmed."""
        return await self._act(
            token, lambda s, who, now: decisions.approve(s, who, receipt, now, called=called)
        )

    async def refuse(self, token: str, receipt: str, reason: str) -> Effect:
        """Refuse a request, with a reason."""
        return await self._act(token, lambda s, who, now: decisions.refuse(s, who, receipt, reason, now))

    async def ask_for_more(self, token: str, receipt: str, what: str) -> Effect:
        """Ask the customer for something more."""
        return await self._act(token, lambda s, who, now: decisions.ask_for_more(s, who, receipt, what, now))

    async def take_up(self, token: str, receipt: str) -> Effect:
        """What was to come is here."""
        return await self._act(token, lambda s, who, now: decisions.take_up(s, who, receipt, now))

    async def pay_claim(self, token: str, number: str, amount: str, accounts: Mapping[str, str]) -> Effect:
        """Decide to pay a claim."""
        return await self._act(token, lambda s, who, now: verdicts.pay(s, who, number, amount, accounts, now))

    async def agree_to_claim(self, token: str, number: str) -> Effect:
        """Agree to a payment as the second one."""
        return await self._act(token, lambda s, who, now: verdicts.agree(s, who, number, now))

    async def refuse_claim(self, token: str, number: str, reason: str) -> Effect:
        """Refuse a claim, with a reason."""
        return await self._act(token, lambda s, who, now: verdicts.refuse(s, who, number, reason, now))

    async def ask_for_paper(self, token: str, number: str, title: str, because: str) -> Effect:
        """Ask for a paper of a claim."""
        return await self._act(
            token, lambda s, who, now: verdicts.ask_for_paper(s, who, number, title, because, now)
        )

    async def mark_direct(self, token: str, number: str, wanted: bool) -> Effect:
        """Pay the hospital, or not."""
        return await self._act(token, lambda s, who, now: verdicts.mark_direct(s, who, number, wanted, now))

    async def _act(self, token: str, act: Act) -> Effect:
        effect = await self._write(token, Permission.DECIDE, act)
        self._pulse = None
        if effect.told_in is not None:
            self._signals.advanced(effect.told_in)
        self._signals.advanced(PEOPLE)
        return effect

    async def _note_list(self, token: str, name: str, customers: frozenset[str]) -> None:
        """One line for each customer who came to be shown; before anything is shown."""
        if not customers:
            return

        def work(session: Session, who: Principal, now: datetime) -> None:
            for number in sorted(customers):
                _note(session, who, now, "list_viewed", number, list=name)

        await self._write(token, Permission.READ_CASES, work)

    async def _look(self, token: str, work: Callable[[Session, Principal, datetime], T]) -> T:
        def reading() -> T:
            with self._store.reading() as session:
                return self._as(session, token, Permission.READ_CASES, work)

        return await asyncio.to_thread(reading)

    async def _write(
        self, token: str, permission: Permission, work: Callable[[Session, Principal, datetime], T]
    ) -> T:
        def writing() -> T:
            with self._store.writing() as session:
                return self._as(session, token, permission, work)

        return await asyncio.to_thread(writing)

    def _as(
        self,
        session: Session,
        token: str,
        permission: Permission,
        work: Callable[[Session, Principal, datetime], T],
    ) -> T:
        now = self._clock.now()
        principal = accounts.principal_of(session, token, now)
        # Cases belong to no agent: only a permission over all of them lets anybody pass.
        authorize(principal, permission, None)
        return work(session, principal, now)


def _note(session: Session, who: Principal, now: datetime, action: str, customer: str, **detail: str) -> None:
    subject = f"customer:{customer}" if customer else "customer:unknown"
    audit.note(session, now, f"agent:{who.login}", action, subject, **detail)
