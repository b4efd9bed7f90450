"""The inbox: what an agent's screen shows, read from the records in one go.

Reads only, apart from the line of audit that every look at a customer's data leaves.
"""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff import sources, transfers
from handoff.packet import Packet
from handoff.unseen import News
from records import audit, ledger
from records.ledger import Entry
from records.models import (
    Agent,
    Claim,
    Conversation,
    ConversationId,
    Customer,
    Handoff,
    HandoffState,
    Owner,
    Policy,
)

_SHOWN = (HandoffState.QUEUED, HandoffState.OFFERED, HandoffState.ACTIVE, HandoffState.WRAP_UP)
_ENTRIES_SHOWN = 400


@dataclass(frozen=True, slots=True)
class Row:
    """A conversation in the list."""

    conversation_id: ConversationId
    state: HandoffState
    title: str
    reason: str
    priority: int
    elderly: bool
    queued_at: datetime
    offer_until: datetime | None
    preview: str
    """The last thing said, by whomever."""
    customer_seq: int
    """The customer's latest message."""
    agent_seq: int
    """The latest message of an agent: what came before it is answered."""
    passed_by: str = ""
    """The agent who passes it on; they keep it until it is accepted."""
    note: str = ""
    """What they tell the next one."""
    news: News = field(default_factory=News)
    """What came after the last words of an agent."""


@dataclass(frozen=True, slots=True)
class Passed:
    """A transfer of the conversation that is under way."""

    state: str
    """`waiting` for somebody, or `offered` to them."""
    to: str
    """The person asked for, or whom it is offered to; empty where anybody with the skill will do."""
    skill: str
    note: str
    offer_until: datetime | None


@dataclass(frozen=True, slots=True)
class Inbox:
    """The list, as one agent sees it."""

    available: bool
    offers: tuple[Row, ...]
    mine: tuple[Row, ...]
    wrap_up: tuple[Row, ...]
    waiting: tuple[Row, ...]
    waiting_count: int
    opens_waiting: bool
    """Whether the agent may read what waits; nobody else picks and chooses."""


@dataclass(frozen=True, slots=True)
class Talk:
    """One conversation on the screen."""

    conversation_id: ConversationId
    title: str
    owner: Owner
    epoch: int
    state: HandoffState | None
    holder_id: int | None
    packet: Packet | None
    channel: str
    assurance: int
    """The identity level now; the packet has the one at the handoff."""
    came_from: str
    """Page title, address and referrer, as the customer's browser told them."""
    entries: tuple[Entry, ...]
    ended_at: datetime | None = None
    """When the latest handoff's talk ended: the write-up runs since."""
    transfer: Passed | None = None


@dataclass(frozen=True, slots=True)
class PolicyLine:
    """A contract of the customer, in words."""

    number: str
    product: str
    state: str
    amounts: str


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """A case of the customer, in words."""

    number: str
    kind: str
    status: str
    missing: str


@dataclass(frozen=True, slots=True)
class Card:
    """What the insurer has on file of the customer."""

    number: str
    name: str
    age: int
    mobile: str
    email: str
    address: str
    province: str
    gentle: bool
    policies: tuple[PolicyLine, ...]
    claims: tuple[ClaimLine, ...]


def open_talk(session: Session, conversation_id: ConversationId, now: datetime, after_seq: int = 0) -> Talk:
    """A conversation with its entries after `after_seq`; the latest few hundred of a long one.

    Raises:
        UnknownConversation: no such conversation.
    """
    conversation = session.get(Conversation, conversation_id)
    if conversation is None:
        raise ledger.UnknownConversation(conversation_id)
    handoff = current(session, conversation_id)
    packet = Packet.model_validate(handoff.packet) if handoff else None
    start = max(after_seq, conversation.last_seq - _ENTRIES_SHOWN)
    return Talk(
        conversation_id=conversation_id,
        title=title_of(conversation_id, packet),
        owner=conversation.owner,
        epoch=conversation.epoch,
        state=handoff.state if handoff else None,
        holder_id=handoff.agent_id if handoff else None,
        packet=packet,
        channel=conversation.channel,
        assurance=sources.identity_level(session, conversation_id, now),
        came_from=_came_from(conversation),
        entries=tuple(ledger.fetch_since(session, conversation_id, start, _ENTRIES_SHOWN)),
        ended_at=handoff.ended_at if handoff else None,
        transfer=_under_way(session, conversation_id),
    )


def current(session: Session, conversation_id: ConversationId) -> Handoff | None:
    """The latest handoff of a conversation."""
    return session.scalars(
        select(Handoff).where(Handoff.conversation_id == conversation_id).order_by(Handoff.id.desc()).limit(1)
    ).first()


def holder_of(session: Session, conversation_id: ConversationId) -> int | None:
    """The agent to whom the conversation is offered, who holds it, or who is writing it up."""
    handoff = current(session, conversation_id)
    return handoff.agent_id if handoff and handoff.state in _SHOWN else None


def reader_of(session: Session, conversation_id: ConversationId, agent_id: int) -> int | None:
    """The holder; or the agent who asks, where the conversation is being passed on to them."""
    if transfers.is_offered(session, conversation_id, agent_id):
        return agent_id
    return holder_of(session, conversation_id)


def has_customer(session: Session, conversation_id: ConversationId) -> bool:
    """Whether there is a card to be looked up: the customer is at least identified.

    Raises:
        UnknownConversation: no such conversation.
    """
    conversation = session.get(Conversation, conversation_id)
    if conversation is None:
        raise ledger.UnknownConversation(conversation_id)
    return sources.known_customer(session, conversation) is not None


def look_up_customer(
    session: Session, conversation_id: ConversationId, actor: str, now: datetime
) -> Card | None:
    """The customer's card, once identified; every look is on the audit.

    Raises:
        UnknownConversation: no such conversation.
    """
    conversation = session.get(Conversation, conversation_id)
    if conversation is None:
        raise ledger.UnknownConversation(conversation_id)
    customer = sources.known_customer(session, conversation)
    if customer is None:
        return None
    audit.note(
        session,
        now,
        actor,
        "customer_viewed",
        f"customer:{customer.number}",
        conversation=conversation_id,
    )
    policies = session.scalars(
        select(Policy)
        .where((Policy.holder_id == customer.id) | (Policy.insured_id == customer.id))
        .order_by(Policy.number)
    ).all()
    claims = session.scalars(
        select(Claim)
        .where(
            Claim.policy_id.in_([policy.id for policy in policies])
            | (Claim.conversation_id == conversation_id)
        )
        .order_by(Claim.reported_at.desc())
    ).all()
    return Card(
        number=customer.number,
        name=customer.name,
        age=customer.age(sources.local_date(now)),
        mobile=customer.mobile,
        email=customer.email,
        address=customer.address,
        province=customer.province,
        gentle=customer.gentle,
        policies=tuple(_policy_line(policy, customer) for policy in policies),
        claims=tuple(
            ClaimLine(
                claim.number,
                sources.label_of(claim.kind),
                sources.label_of(claim.status),
                ", ".join(claim.missing),
            )
            for claim in claims
        ),
    )


def title_of(conversation_id: ConversationId, packet: Packet | None) -> str:
    """What a conversation is called in the list: the customer, or the tail of its id."""
    if packet and packet.customer:
        return packet.customer.name
    return f"Visitor {conversation_id[-4:]}"


def _under_way(session: Session, conversation_id: ConversationId) -> Passed | None:
    transfer = transfers.open_of(session, conversation_id)
    if transfer is None:
        return None
    agent_id = transfer.agent_id or transfer.wanted_agent_id
    return Passed(
        state=transfer.state.value,
        to=session.get_one(Agent, agent_id).name if agent_id else "",
        skill=transfer.skill or "",
        note=transfer.note,
        offer_until=transfer.offer_until,
    )


def _came_from(conversation: Conversation) -> str:
    parts = (conversation.context.get(name) for name in ("page_title", "page_url", "referrer"))
    return " · ".join(part[:200] for part in parts if isinstance(part, str) and part)


def _policy_line(policy: Policy, customer: Customer) -> PolicyLine:
    due = f", next due {policy.next_due:%d %b %Y}" if policy.next_due else ""
    premium = f"; premium {policy.premium:,.2f} {policy.frequency}{due}" if policy.premium else ""
    role = "" if policy.holder_id == customer.id else " (insured, not the holder)"
    return PolicyLine(
        number=policy.number,
        product=f"{policy.product.name}{role}",
        state=sources.label_of(policy.state.value),
        amounts=f"Sum insured {policy.sum_insured:,.2f}{premium}",
    )
