"""Outcomes of conversations: which tier was enough, and whether the customer had to come back.

Reads only, over all conversations of a period.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from handoff.wallboard import Period, share
from records.models import Author, Conversation, Handoff, Kind, Message

ONE_TIME_WINDOW = timedelta(hours=48)
"""A customer who does not come back within this time was helped at once."""

CONTACT_PAUSE = timedelta(hours=1)
"""Messages of one customer with a longer pause between them belong to two contacts."""


@dataclass(frozen=True, slots=True)
class Containment:
    """Conversations by the highest tier that they needed."""

    services: int
    """Tier 1: the assistant's services, and nothing else."""
    articles: int
    """Tier 2: an answer from the articles, and nobody."""
    people: int
    """Tier 3: a person."""

    @property
    def first(self) -> float | None:
        """Of all conversations, those that tier 1 kept."""
        return share(self.services, self.services + self.articles + self.people)

    @property
    def second(self) -> float | None:
        """Of those that tier 1 could not keep, those that tier 2 kept."""
        return share(self.articles, self.articles + self.people)

    @property
    def both(self) -> float | None:
        """Of all conversations, those that needed nobody."""
        return share(self.services + self.articles, self.services + self.articles + self.people)


@dataclass(frozen=True, slots=True)
class Resolution:
    """Contacts after which the customer did not have to come back."""

    contacts: int
    """Those that ended long enough ago to tell."""
    once: int

    @property
    def rate(self) -> float | None:
        """Helped at once, of all."""
        return share(self.once, self.contacts)


def containment(session: Session, period: Period) -> Containment:
    """The highest tier of each conversation that began in the period and in which the customer wrote."""
    words = aliased(Message)
    wrote = select(words.seq).where(words.conversation_id == Conversation.id, words.author == Author.CUSTOMER)
    handed_over = select(Handoff.id).where(Handoff.conversation_id == Conversation.id)
    rows = session.execute(
        select(func.max(Message.body["custom"]["tier"].as_integer()), handed_over.exists())
        .select_from(Conversation)
        .join(Message, Message.conversation_id == Conversation.id)
        .where(
            Conversation.created_at >= period.start,
            Conversation.created_at < period.end,
            Message.author == Author.BOT,
            wrote.exists(),
        )
        .group_by(Conversation.id)
    )
    tiers = Counter(3 if people else (tier or 1) for tier, people in rows)
    return Containment(tiers[1], tiers[2], tiers[3])


def resolution(session: Session, period: Period, now: datetime) -> Resolution:
    """One-time resolution of the contacts that ended in the period, as far as their 48 hours are over.

    A customer is known by their number, and where they never said who they are, by the conversation. Coming
    back for something else counts as coming back: the figure errs on the customer's side.
    """
    rows = session.execute(
        select(Conversation.id, Conversation.customer_id, Message.created_at)
        .join(Message, Message.conversation_id == Conversation.id)
        .where(
            Message.author == Author.CUSTOMER,
            Message.kind == Kind.MESSAGE,
            Message.created_at >= period.start,
            Message.created_at < period.end + ONE_TIME_WINDOW + CONTACT_PAUSE,
        )
    )
    said: defaultdict[str, list[datetime]] = defaultdict(list)
    for conversation_id, customer_id, at in rows:
        said[f"customer:{customer_id}" if customer_id else conversation_id].append(at)
    contacts = once = 0
    for moments in said.values():
        for ended, next_at in _contacts(sorted(moments)):
            if ended < period.end and ended + ONE_TIME_WINDOW <= now:
                contacts += 1
                once += next_at is None or next_at - ended > ONE_TIME_WINDOW
    return Resolution(contacts, once)


def _contacts(moments: Sequence[datetime]) -> list[tuple[datetime, datetime | None]]:
    """The end of each contact, and when the next one began."""
    pairs = list(zip(moments, [*moments[1:], None], strict=True))
    return [(at, after) for at, after in pairs if after is None or after - at > CONTACT_PAUSE]
