"""The inbox: what an agent's screen shows, read from the records in one go.

Reads only, apart from the line of audit that every look at a customer's data leaves.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from handoff import sources
from handoff.packet import Packet
from handoff.reasons import Reason
from records import audit, ledger
from records.ledger import Entry
from records.models import (
    Agent,
    Author,
    Claim,
    Conversation,
    ConversationId,
    Customer,
    Handoff,
    HandoffState,
    Kind,
    Message,
    Owner,
    Policy,
)

_SHOWN = (HandoffState.QUEUED, HandoffState.OFFERED, HandoffState.ACTIVE, HandoffState.WRAP_UP)
_WAITING_SHOWN = 50
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


def read(session: Session, agent_id: int, *, opens_waiting: bool) -> Inbox:
    """The agent's list: own conversations in the order they were accepted, the queue in its order."""
    available = session.scalar(select(Agent.available).where(Agent.id == agent_id)) or False
    mine = session.scalars(
        select(Handoff)
        .where(Handoff.agent_id == agent_id, Handoff.state.in_(_SHOWN))
        .order_by(Handoff.accepted_at, Handoff.queued_at, Handoff.id)
    ).all()
    queue = session.scalars(
        select(Handoff)
        .where(Handoff.state == HandoffState.QUEUED)
        .order_by(Handoff.ranked_at, Handoff.id)
        .limit(_WAITING_SHOWN)
    ).all()
    count = session.scalar(select(func.count()).where(Handoff.state == HandoffState.QUEUED)) or 0
    readable = (*mine, *queue) if opens_waiting else mine
    said = _last_said(session, [handoff.conversation_id for handoff in readable])

    def rows(handoffs: list[Handoff]) -> tuple[Row, ...]:
        return tuple(_row(handoff, said) for handoff in handoffs)

    by_state = {state: [one for one in mine if one.state is state] for state in _SHOWN}
    return Inbox(
        available=available,
        offers=rows(by_state[HandoffState.OFFERED]),
        mine=rows(by_state[HandoffState.ACTIVE]),
        wrap_up=rows(by_state[HandoffState.WRAP_UP]),
        waiting=rows(list(queue)),
        waiting_count=count,
        opens_waiting=opens_waiting,
    )


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


def _row(handoff: Handoff, said: dict[str, tuple[str, int, int]]) -> Row:
    packet = Packet.model_validate(handoff.packet)
    conversation_id = ConversationId(handoff.conversation_id)
    preview, customer_seq, agent_seq = said.get(conversation_id, ("", 0, 0))
    return Row(
        conversation_id=conversation_id,
        state=handoff.state,
        title=title_of(conversation_id, packet),
        reason=Reason.parse(handoff.reason).words,
        priority=handoff.priority,
        elderly=packet.elderly,
        queued_at=handoff.queued_at,
        offer_until=handoff.offer_until,
        preview=preview,
        customer_seq=customer_seq,
        agent_seq=agent_seq,
    )


def _last_said(session: Session, conversation_ids: list[str]) -> dict[str, tuple[str, int, int]]:
    """By conversation: the last thing said, and the latest seq of customer and agent."""
    latest = session.execute(
        select(Message.conversation_id, Message.author, func.max(Message.seq))
        .where(
            Message.conversation_id.in_(conversation_ids),
            Message.kind == Kind.MESSAGE,
            Message.author != Author.SYSTEM,
        )
        .group_by(Message.conversation_id, Message.author)
    ).all()
    seqs: dict[str, dict[Author, int]] = {}
    for conversation_id, author, seq in latest:
        seqs.setdefault(conversation_id, {})[author] = seq
    said: dict[str, tuple[str, int, int]] = {}
    for conversation_id, by_author in seqs.items():
        body = session.scalar(
            select(Message.body).where(
                Message.conversation_id == conversation_id, Message.seq == max(by_author.values())
            )
        )
        preview = sources.text_of(body or {})[:120]
        said[conversation_id] = (
            preview,
            by_author.get(Author.CUSTOMER, 0),
            by_author.get(Author.AGENT, 0),
        )
    return said


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
