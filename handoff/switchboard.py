"""The switchboard: an agent's session and presence, their list, and what they do in a conversation.

Beside `handoff.passing`, `handoff.steering` and `handoff.lookup` the only way from pages, sockets and APIs
into the queue and the desk: token, permission, act, signal.
"""

import asyncio
from datetime import timedelta

from handoff import accounts, desk, inbox, listing, offers, presence
from handoff.acting import Acting
from handoff.authorization import Permission, Principal, authorize, reaches_all
from handoff.beats import Beats
from handoff.inbox import Card, Inbox, Talk
from handoff.refusals import PasswordsOff
from records import ledger
from records.clock import Clock
from records.ledger import Entry, Standing
from records.models import ConversationId
from records.signals import PEOPLE, Signals
from records.store import Store


class Switchboard(Acting):
    """Sessions, presence and talk of agents."""

    def __init__(self, store: Store, clock: Clock, signals: Signals, *, passwords: bool = True) -> None:
        """As every desk; `passwords` says whether one opens a session."""
        super().__init__(store, clock, signals)
        self._passwords = passwords
        self._beats = Beats(store, clock)

    async def principal(self, token: str) -> Principal:
        """Who holds the token.

        Raises:
            NotLoggedIn: nobody.
        """
        return await asyncio.to_thread(self._principal, token)

    async def log_in(
        self,
        login: str,
        password: str,
        *,
        code: str = "",
        address: str = "",
        life: timedelta = accounts.SESSION_LIFE,
    ) -> accounts.SessionToken | None:
        """Open a session; None when refused, whatever the reason.

        Raises:
            CodeNeeded: the password is right, and the account has a second factor.
            PasswordsOff: no password opens anything here.
        """
        if not self._passwords:
            raise PasswordsOff
        return await asyncio.to_thread(
            accounts.log_in,
            self._store,
            login,
            password,
            self._clock,
            code=code,
            address=address,
            life=life,
        )

    async def log_out(self, token: str) -> None:
        """End the session.

        Raises:
            NotLoggedIn: there is none.
        """

        def work() -> None:
            with self._store.writing() as session:
                accounts.log_out(session, token, self._clock.now())

        await asyncio.to_thread(work)
        self._signals.advanced(PEOPLE)

    async def heartbeat(self, token: str) -> None:
        """A sign of life of an open console."""
        await self._beats.beat(token)

    async def set_available(self, token: str, available: bool) -> None:
        """The agent's own switch."""
        await self._for_self(
            token,
            Permission.SET_PRESENCE,
            lambda s, who, now: presence.set_available(s, who.agent_id, available, now),
        )
        self._signals.advanced(PEOPLE)

    async def read_phone(self, token: str) -> str:
        """The number on which the agent is put through to callers; empty where there is none."""
        return await self._look_around(
            token, Permission.OWN_ACCOUNT, lambda s, who, _now: accounts.phone_of(s, who.agent_id)
        )

    async def set_phone(self, token: str, number: str) -> str:
        """The agent's own number, empty to take it away; returns it as it is kept.

        Raises:
            UnfitNumber: it is no telephone number.
        """
        return await self._for_self(
            token,
            Permission.OWN_ACCOUNT,
            lambda s, who, now: accounts.set_phone(s, who.login, number, now, f"agent:{who.login}") or "",
        )

    async def read_inbox(self, token: str) -> Inbox:
        """The agent's list."""

        def work() -> Inbox:
            with self._store.reading() as session:
                principal = accounts.principal_of(session, token, self._clock.now())
                authorize(principal, Permission.OPEN_CONSOLE, principal.agent_id)
                opens = reaches_all(principal, Permission.READ_CONVERSATION)
                return listing.read(session, principal.agent_id, opens_waiting=opens)

        return await asyncio.to_thread(work)

    async def read_talk(self, token: str, conversation_id: ConversationId, after_seq: int = 0) -> Talk:
        """A conversation, from `after_seq` on."""
        await self._note_look(token, conversation_id)
        return await self._look(
            token, conversation_id, lambda s, _who, now: inbox.open_talk(s, conversation_id, now, after_seq)
        )

    async def read_entries(
        self, token: str, conversation_id: ConversationId, after_seq: int, limit: int
    ) -> list[Entry]:
        """The entries that follow `after_seq`, the oldest first; none is left out."""
        await self._note_look(token, conversation_id)
        return await self._look(
            token,
            conversation_id,
            lambda s, _who, _now: ledger.fetch_since(s, conversation_id, after_seq, limit),
        )

    async def look_up_customer(self, token: str, conversation_id: ConversationId) -> Card | None:
        """The customer's card; the look is audited."""
        if not await self._look(
            token,
            conversation_id,
            lambda s, _who, _now: inbox.has_customer(s, conversation_id),
            Permission.READ_CUSTOMER,
        ):
            return None
        return await self._in_conversation(
            token,
            Permission.READ_CUSTOMER,
            conversation_id,
            lambda s, who, now: inbox.look_up_customer(s, conversation_id, f"agent:{who.login}", now),
            rings=False,
        )

    async def accept(self, token: str, conversation_id: ConversationId) -> Standing:
        """Take an offer."""
        standing = await self._for_self(
            token,
            Permission.ANSWER_OFFER,
            lambda s, who, now: offers.accept(s, who.agent_id, conversation_id, now),
        )
        self._ring(conversation_id)
        return standing

    async def decline(self, token: str, conversation_id: ConversationId) -> Standing:
        """Let an offer go."""
        standing = await self._for_self(
            token,
            Permission.ANSWER_OFFER,
            lambda s, who, now: offers.decline(s, who.agent_id, conversation_id, now),
        )
        self._ring(conversation_id)
        return standing

    async def reply(
        self, token: str, conversation_id: ConversationId, key: str, text: str, *, epoch: int
    ) -> int:
        """Say something to the customer."""
        return await self._in_conversation(
            token,
            Permission.REPLY,
            conversation_id,
            lambda s, who, now: desk.reply(s, who.agent_id, conversation_id, key, text, now, epoch=epoch),
            is_said=True,
        )

    async def note(self, token: str, conversation_id: ConversationId, key: str, text: str) -> int:
        """Leave a private note."""
        return await self._in_conversation(
            token,
            Permission.NOTE,
            conversation_id,
            lambda s, who, now: desk.note(s, who.agent_id, conversation_id, key, text, now),
            is_said=True,
        )

    async def wrap_up(self, token: str, conversation_id: ConversationId, *, epoch: int) -> Standing:
        """End the talk, write up later."""
        return await self._in_conversation(
            token,
            Permission.RESOLVE,
            conversation_id,
            lambda s, who, now: desk.wrap_up(s, who.agent_id, conversation_id, now, epoch=epoch),
        )

    async def resolve(
        self, token: str, conversation_id: ConversationId, disposition: str, notes: str, *, epoch: int
    ) -> Standing:
        """End the talk, or write up one that has ended."""
        return await self._in_conversation(
            token,
            Permission.RESOLVE,
            conversation_id,
            lambda s, who, now: desk.resolve(
                s, who.agent_id, conversation_id, disposition, notes, now, epoch=epoch
            ),
        )

    async def return_to_bot(
        self, token: str, conversation_id: ConversationId, *, epoch: int, instruction: str = ""
    ) -> Standing:
        """Give the conversation back; `instruction` names the service that the assistant begins at once."""
        return await self._in_conversation(
            token,
            Permission.RETURN_TO_BOT,
            conversation_id,
            lambda s, who, now: desk.return_to_bot(
                s, who.agent_id, conversation_id, now, epoch=epoch, instruction=instruction
            ),
        )

    def _principal(self, token: str) -> Principal:
        with self._store.reading() as session:
            return accounts.principal_of(session, token, self._clock.now())
