"""A pressed star goes into the records and starts no turn; an agent's instruction starts one by itself."""

import asyncio
from typing import Any

from sqlalchemy import select

from bot import utterance
from bot.services import Services
from handoff import desk, satisfaction
from records import ledger
from records.ledger import Entry
from records.models import Agent, Author, ConversationId, Handoff, HandoffState, Owner, Rating, Role
from records.ownership import Event


def served(services: Services, instruction: str = "") -> tuple[ConversationId, list[Entry]]:
    """A conversation that a person has just given back."""
    with services.store.writing() as session:
        now = services.clock.now()
        chat, _ = ledger.open_conversation(session, "chat", now)
        standing = ledger.lock(session, chat)
        for event in (Event.HAND_OVER, Event.OFFER, Event.ACCEPT):
            standing = ledger.change_owner(session, standing, event, now)
        agent = Agent(
            login="amy", name="Amy Gao", role=Role.AGENT, skills=[], languages=[], province="Beijing",
            capacity=1, password_hash="",
        )  # fmt: skip
        session.add(agent)
        session.flush()
        session.add(
            Handoff(
                conversation_id=chat, state=HandoffState.ACTIVE, reason="asked_for", priority=10,
                ranked_at=now, skill="inquiry", language="en", packet={}, queued_at=now,
                agent_id=agent.id, declined_by=[], accepted_at=now,
            )
        )  # fmt: skip
        session.flush()
        desk.return_to_bot(session, agent.id, chat, now, epoch=standing.epoch, instruction=instruction)
        return chat, ledger.fetch_since(session, chat, 0)


def entries(services: Services, chat: ConversationId) -> list[Entry]:
    with services.store.reading() as session:
        return ledger.fetch_since(session, chat, 0)


async def press(services: Services, chat: ConversationId, button: str) -> Any:
    return await services.turns.receive(
        lambda _session: chat, "press", lambda session, known: utterance.pressed(session, known, button)
    )


def test_a_pressed_star_is_stored_and_the_assistant_has_nothing_to_say(services: Services) -> None:
    async def run() -> None:
        chat, said = served(services)
        receipt = await press(services, chat, f"/b/{said[-1].seq}.0")
        again = await press(services, chat, f"/b/{said[-1].seq}.0")
        assert (receipt.fresh, receipt.answering) == (True, None)
        assert (again.fresh, again.entry.seq) == (False, receipt.entry.seq)
        assert await services.turns.sweep() == 0
        last = entries(services, chat)[-2:]
        assert [(one.author, one.body["text"]) for one in last] == [
            (Author.CUSTOMER, "Very good"),
            (Author.SYSTEM, "Thank you for telling us."),
        ]
        with services.store.reading() as session:
            assert session.scalars(select(Rating.stars)).all() == [5]
            assert ledger.fetch_since(session, chat, 0)[-2].body["aside"] is True

    asyncio.run(run())


def test_a_star_pressed_while_the_assistant_answers_is_not_answered_after_it(services: Services) -> None:
    async def run() -> None:
        chat, said = served(services)
        with services.store.writing() as session:
            ledger.append_from_customer(session, chat, "q", {"text": "is it in force"}, services.clock.now())
            body = utterance.pressed(session, chat, f"/b/{said[-1].seq}.1")
            satisfaction.take(session, chat, "press", body, services.clock.now())
        assert await services.turns.sweep() == 1
        await services.turns.drain()
        assert await services.turns.sweep() == 0
        with services.store.writing() as session:
            assert ledger.lock(session, chat).pending_seq is None

    asyncio.run(run())


def test_what_an_agent_told_the_assistant_begins_without_the_customer(services: Services) -> None:
    async def run() -> None:
        chat, said = served(services, "update_id_document")
        assert await services.turns.sweep() == 1
        await services.turns.drain()
        fresh = entries(services, chat)[len(said) :]
        assert fresh and all(one.author is Author.BOT for one in fresh)
        custom = fresh[-1].body["custom"]
        assert (custom["service"], custom["expects"]) == ("ID", "identifier")
        with services.store.writing() as session:
            standing = ledger.lock(session, chat)
        assert (standing.owner, standing.pending_seq) == (Owner.BOT, None)

    asyncio.run(run())
