"""Twenty services, left to a person in the middle and given back: nobody asks what has been answered."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from actions.services.registry import SERVICES
from handoff import desk, offers, queue
from handoff.packet import Packet
from records import ledger, turns
from records.ledger import Standing
from records.models import Agent, ConversationId, Handoff, Role
from tests.actions.customer import Customer
from tests.actions.forms.rehearsal import PROOF, Moment, Rehearsal

TWENTY = [
    name
    for name, service in SERVICES.items()
    if service.confirm is not None and name != "request_callback"  # that is a person itself
][:20]


@pytest.fixture(scope="module")
def insurer() -> Iterator[Rehearsal]:
    found = Rehearsal()
    yield found
    found.store.close()


def middle_of(insurer: Rehearsal, service: str) -> Moment:
    """The question in the middle of those about the matter itself."""
    own = [one for one in insurer.walk(service).questions if one.asked not in PROOF]
    return own[len(own) // 2]


def serve_and_give_back(insurer: Rehearsal, customer: Customer, service: str) -> tuple[Packet, Standing]:
    """An agent takes the conversation and returns it, telling the assistant to go on."""
    chat = ConversationId(customer.conversation_id)
    now = insurer.clock.now()
    with insurer.store.writing() as session:
        session.add(
            Agent(
                login="amy", name="Amy Gao", role=Role.AGENT, skills=["inquiry"], languages=["en"],
                province="Beijing", capacity=3, password_hash="", available=True, seen_at=now,
                idle_since=now,
            )
        )  # fmt: skip
        session.flush()
        queue.hand_over(session, ledger.lock(session, chat), str(customer.custom["handoff"]), now)
        offers.assign(session, now, offer_seconds=30, presence_seconds=45)
        handoff = session.scalars(select(Handoff).where(Handoff.conversation_id == chat)).one()
        agent_id = session.scalars(select(Agent.id).where(Agent.login == "amy")).one()
        standing = offers.accept(session, agent_id, chat, now)
        moved = desk.return_to_bot(session, agent_id, chat, now, epoch=standing.epoch, instruction=service)
        return Packet.model_validate(handoff.packet), moved


def test_there_are_twenty() -> None:
    assert len(TWENTY) == 20


@pytest.mark.parametrize("service", TWENTY)
def test_no_question_is_asked_twice_after_a_person(service: str, insurer: Rehearsal) -> None:
    walk, moment = insurer.walk(service), middle_of(insurer, service)
    before = walk.asked[: walk.asked.index(str(moment.asked))]
    given = {name for name in before if not name.startswith("@") and name not in PROOF}
    customer = insurer.at(moment)
    customer.say("I want to talk to a person", "talk_to_agent")
    packet, standing = serve_and_give_back(insurer, customer, service)

    # The person has it on the table: what was said as an answer, and only the rest as open.
    assert packet.service == service
    assert given <= {slot.name for slot in packet.filled}, "an answer is not in the packet"
    assert not given & {question.name for question in packet.missing}

    # And the assistant goes on by itself, where the customer was.
    with insurer.store.writing() as session:
        turn = turns.take(session, ledger.lock(session, standing.id), "worker", insurer.clock.now(), 60)
    assert turn is not None
    customer.send_button(turn.body["button"])
    asked: list[str] = []
    while customer.last["loop"] and len(asked) < 25:
        asked.append(str(customer.custom["expects"]))
        insurer.give(customer, walk, asked[-1])
    fields = {field.name: field for field in SERVICES[service].fields}
    again = {name for name in asked if name in given and not fields[name].fresh}
    assert again == set(), f"asked again: {sorted(again)} of {sorted(given)}"
    assert not set(asked) & set(PROOF) - {"@strengthen"}, "who the customer is was proven before"
    assert {"receipt", "claim", "handoff"} & customer.custom.keys(), customer.custom
