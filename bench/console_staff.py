"""The agents of the consoles' proof, as the records have them: there, logged in, each with some of the chats.

Written straight into the records: what leads there is proven elsewhere and would take minutes here.
"""

from collections.abc import Sequence

from sqlalchemy import Row, select, update

from handoff import accounts, offers, queue
from handoff.accounts import AgentSpec
from handoff.reasons import Reason
from records import ledger
from records.clock import SystemClock
from records.models import Agent, AgentId, ConversationId, Handoff, HandoffState, Role
from records.ownership import Event
from records.store import Store

CLOCK = SystemClock()


def engage(store: Store, count: int, capacity: int) -> dict[str, str]:
    """So many agents, all available, and nobody of the demonstration; a token by login."""
    specs = [
        AgentSpec(f"b{number}", f"Agent {number}", Role.AGENT, ("inquiry",), ("en",), "Beijing", capacity)
        for number in range(count)
    ]
    with store.writing() as session:
        accounts.create_agents(session, specs[:1], CLOCK.now())
        first = session.scalars(select(Agent).where(Agent.login == "b0")).one()
        for spec in specs[1:]:
            # One hash for all: making a hundred would only take time.
            session.add(
                Agent(
                    login=spec.login, name=spec.name, role=spec.role, skills=list(spec.skills),
                    languages=list(spec.languages), province=spec.province, capacity=spec.capacity,
                    password_hash=first.password_hash,
                )
            )  # fmt: skip
        session.flush()
        now = CLOCK.now()
        ours = Agent.login.startswith("b")
        session.execute(update(Agent).where(ours).values(available=True, seen_at=now))
        session.execute(update(Agent).where(~ours).values(available=False))
    return {login: _log_in(store, agent_id) for agent_id, login in _engaged(store)}


def hand_over(store: Store, chats: Sequence[ConversationId]) -> dict[str, list[str]]:
    """Every agent holds a share of the chats, in the ledger as if they had accepted; chats by login."""
    agents = _engaged(store)
    shares: dict[str, list[str]] = {login: [] for _, login in agents}
    for number, chat in enumerate(chats):
        agent_id, login = agents[number % len(agents)]
        with store.writing() as session:
            now = CLOCK.now()
            standing = queue.hand_over(session, ledger.lock(session, chat), Reason.ASKED_FOR, now)
            ledger.change_owner(session, standing, Event.OFFER, now)
            handoff = session.scalars(select(Handoff).where(Handoff.conversation_id == chat)).one()
            handoff.state, handoff.agent_id = HandoffState.OFFERED, agent_id
            handoff.offer_until = now.replace(year=now.year + 1)
            session.flush()
            offers.accept(session, agent_id, chat, now)
        shares[login].append(chat)
    return shares


def _engaged(store: Store) -> Sequence[Row[int, str]]:
    with store.reading() as session:
        return session.execute(select(Agent.id, Agent.login).where(Agent.login.startswith("b"))).all()


def _log_in(store: Store, agent_id: int) -> str:
    with store.writing() as session:
        now = CLOCK.now()
        return accounts.open_session(session, AgentId(agent_id), now, now + accounts.SESSION_LIFE)
