"""The call's side of the conversation: what the caller says goes into the ledger, what they hear comes out.

The ledger is the truth: what is spoken is read from it, whoever wrote it, and a call that comes back goes on
there.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions import identity
from bot import talk_links, utterance
from bot.services import Services
from bot.utterance import Unacceptable
from handoff import queue
from handoff.reasons import Reason
from records import ledger
from records.ledger import Entry
from records.models import (
    Author,
    Beneficiary,
    Conversation,
    ConversationId,
    Customer,
    Kind,
    Leaving,
    Message,
    Owner,
    PhoneCall,
    Policy,
)
from records.models.base import opaque_id
from records.ownership import ImpossibleChange
from records.signals import PEOPLE
from voice.call import register
from voice.call.playback import Outcome
from voice.hearing.base import Heard

log = logging.getLogger(__name__)
T = TypeVar("T")

ENTRIES_AT_ONCE = 100
KEYPAD = "keypad"
"""Named as the engine of what was keyed, not spoken."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the conversation is when a stream opens."""

    conversation_id: ConversationId
    owner: Owner
    gentle: bool
    is_new: bool
    """Nobody has spoken in it yet."""
    streams: int
    heard_seq: int
    was_cut_off: bool = False
    """The stream before this one broke."""


class Dialogue:
    """One call's conversation."""

    def __init__(self, services: Services, call_sid: str, standing: Standing) -> None:
        """`standing` as it was when the stream opened."""
        self._services = services
        self._sid = call_sid
        self.conversation_id = standing.conversation_id
        self._heard_seq = self._position = standing.heard_seq

    async def say(self, text: str, heard: Heard | None, *, secret: bool) -> bool:
        """Store what the caller said or keyed, and have it answered; False when there is nothing to store.

        The answer comes by way of `follow`. What is `secret` is hidden where people read along.
        """
        try:
            body = utterance.typed(text)
        except Unacceptable:
            return False
        confidence, engine = (heard.confidence, heard.engine) if heard else (1.0, KEYPAD)
        body["hearing"] = {"confidence": round(confidence, 3), "engine": engine}
        if secret:
            body["secret"] = True
        await self._services.turns.receive(
            lambda _session: self.conversation_id, f"call:{opaque_id()}", lambda _session, _id: body
        )
        return True

    async def greet(self, text: str, *, notice: bool) -> None:
        """Say something of the bot's own accord, where the bot has the conversation."""

        def work(session: Session, now: datetime) -> None:
            standing = ledger.lock(session, self.conversation_id)
            if standing.owner is Owner.BOT:
                key = f"call:{standing.epoch}:{standing.last_seq}"
                register.say(session, standing, key, text, now, notice=notice)

        await self._write(work)
        self._services.signals.advanced(self.conversation_id)

    async def hand_over(self, reason: Reason) -> None:
        """Bring in a person; nothing changes where one is on the way already."""

        def work(session: Session, now: datetime) -> None:
            standing = register.to_bot(session, self.conversation_id, now)
            try:
                queue.hand_over(session, standing, reason, now, actor="system")
            except ImpossibleChange:
                log.info("call %s is with people already", self._sid)

        await self._write(work)
        self._services.signals.advanced(self.conversation_id)
        self._services.signals.advanced(PEOPLE)

    async def heard(self, outcome: Outcome, up_to: int) -> None:
        """Put on the record how much of what was said the caller heard."""

        def work(session: Session, now: datetime) -> None:
            call = register.find(session, self._sid)
            if call is not None:
                call.heard_seq = max(call.heard_seq, up_to)
            if outcome.is_whole or not outcome.utterance.seqs:
                return
            seqs = list(outcome.utterance.seqs)
            heard = outcome.heard_text
            words = f"The caller heard only: “{heard}”" if heard else "The caller heard nothing of it."
            register.note(
                session, self.conversation_id, f"heard:{seqs[0]}:{opaque_id()}", words, now,
                heard={"seqs": seqs, "text": heard, "lost": outcome.lost_text},
            )  # fmt: skip

        await self._write(work)

    async def note_exchange(self, heard: str, answered: str, *, secret: bool) -> None:
        """Put on the record what the line heard and how it answered by itself."""
        words = f"Heard “{heard}”. " if heard else "Heard nothing. "

        def work(session: Session, now: datetime) -> None:
            register.note(
                session, self.conversation_id, f"line:{opaque_id()}", f"{words}Answered: “{answered}”", now,
                line={"heard": heard, "answered": answered}, **({"secret": True} if secret else {}),
            )  # fmt: skip

        await self._write(work)
        self._services.signals.advanced(self.conversation_id)

    async def note(self, text: str) -> None:
        """Put on the record what happened on the line."""

        def work(session: Session, now: datetime) -> None:
            register.note(session, self.conversation_id, f"line:{opaque_id()}", text, now)

        await self._write(work)
        self._services.signals.advanced(self.conversation_id)

    async def last_said(self) -> tuple[Entry, bool] | None:
        """The bot's latest message, and whether it was heard; None where it has said nothing."""

        def read() -> Entry | None:
            with self._services.store.reading() as session:
                return last_of_bot(session, self.conversation_id)

        entry = await asyncio.to_thread(read)
        return None if entry is None else (entry, entry.seq <= self._heard_seq)

    async def names(self) -> tuple[str, ...]:
        """Names on file of the customer who is proven, and of those whom their policies name."""

        def read() -> tuple[str, ...]:
            with self._services.store.reading() as session:
                now = self._services.clock.now()
                return names_of(session, identity.standing(session, self.conversation_id, now).customer_id)

        return await asyncio.to_thread(read)

    async def send_link(self) -> bool:
        """Send the link that opens this conversation as a chat; False when it cannot be sent."""
        key = self._services.secrets["SESSION_KEY"].encode()
        base_url = self._services.settings.links_url
        return await self._write(
            lambda session, now: talk_links.send(session, self.conversation_id, key, base_url, now)
        )

    async def leave(self, leaving: Leaving) -> None:
        """Note why the stream is about to be closed."""
        await self._write(lambda session, now: register.leave(session, self._sid, leaving, now))

    async def keep_gentle(self) -> None:
        """The caller is to be treated gently from now on, as after the same words in a chat."""

        def work(session: Session, _now: datetime) -> None:
            session.get_one(Conversation, self.conversation_id).gentle = True

        await self._write(work)

    async def follow(self, news: Callable[[list[Entry]], None]) -> None:
        """Pass on what is new in the ledger until cancelled, own utterances and private notes left out."""
        with self._services.signals.watching(self.conversation_id) as bell:
            while True:
                bell.clear()
                entries = await asyncio.to_thread(self._fetch)
                if entries:
                    self._position = entries[-1].seq
                    shown = [one for one in entries if is_for_the_ear(one)]
                    if shown:
                        news(shown)
                    continue
                await bell.wait()

    def _fetch(self) -> list[Entry]:
        with self._services.store.reading() as session:
            return ledger.fetch_since(session, self.conversation_id, self._position, ENTRIES_AT_ONCE)

    async def _write(self, work: Callable[[Session, datetime], T]) -> T:
        def transaction() -> T:
            with self._services.store.writing() as session:
                return work(session, self._services.clock.now())

        return await asyncio.to_thread(transaction)


def is_for_the_ear(entry: Entry) -> bool:
    """Whether an entry is said to the caller, or changes who speaks to them."""
    return entry.author is not Author.CUSTOMER and entry.kind is not Kind.NOTE


def names_of(session: Session, customer_id: int | None) -> tuple[str, ...]:
    """Names that this customer may well say; none below level 2."""
    if customer_id is None:
        return ()
    mine = select(Policy.id).where(Policy.holder_id == customer_id)
    insured = select(Policy.insured_id).where(Policy.holder_id == customer_id)
    people = select(Customer.name).where((Customer.id == customer_id) | Customer.id.in_(insured))
    named = select(Beneficiary.name).where(Beneficiary.policy_id.in_(mine))
    return tuple(dict.fromkeys((*session.scalars(people), *session.scalars(named))))


def last_of_bot(session: Session, conversation_id: ConversationId) -> Entry | None:
    """The bot's latest message."""
    seq = session.scalar(
        select(Message.seq)
        .where(
            Message.conversation_id == conversation_id,
            Message.author == Author.BOT,
            Message.kind == Kind.MESSAGE,
        )
        .order_by(Message.seq.desc())
        .limit(1)
    )
    return None if seq is None else ledger.fetch_since(session, conversation_id, seq - 1, 1)[0]


def standing_of(session: Session, call: PhoneCall, *, was_cut_off: bool) -> Standing:
    """Where the conversation of a call is."""
    conversation = session.get_one(Conversation, call.conversation_id, populate_existing=True)
    return Standing(
        ConversationId(call.conversation_id),
        conversation.owner,
        conversation.gentle,
        conversation.last_seq == 0,
        call.streams,
        call.heard_seq,
        was_cut_off,
    )
