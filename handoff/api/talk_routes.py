"""Conversations in the agents' API: presence, inbox, queue, offers, transcript, replies, and how they end."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query

from handoff.api import shapes
from handoff.api.calls import Key, Talk, Token
from handoff.desks import Desks
from handoff.inbox import Card, Inbox
from handoff.inbox import Talk as OpenTalk
from handoff.packet import Packet
from handoff.passing import Colleague
from handoff.refusals import NothingKnown
from handoff.requests import Request
from records.ledger import Entry

MOST_ENTRIES = 200
LONGEST_WAIT_SECONDS = 25.0


def add_to(routes: APIRouter, desks: Desks) -> None:
    """The routes, on what they work on."""
    switchboard, passing = desks.switchboard, desks.passing

    @routes.put("/presence", status_code=204, summary="Take conversations, or pause")
    async def presence(token: Token, given: shapes.Presence) -> None:
        await switchboard.set_available(token, given.available)

    @routes.post("/heartbeat", status_code=204, summary="A sign of life; without one an agent counts as gone")
    async def heartbeat(token: Token) -> None:
        await switchboard.heartbeat(token)

    @routes.get("/inbox", summary="The agent's own list")
    async def inbox(token: Token) -> Inbox:
        return await switchboard.read_inbox(token)

    @routes.get("/queue", summary="What waits, in its order")
    async def queue(token: Token) -> shapes.Queue:
        read = await switchboard.read_inbox(token)
        return shapes.Queue(waiting=read.waiting, count=read.waiting_count)

    @routes.post("/offers/{conversation_id}/acceptance", summary="Take an offer")
    async def accept(token: Token, conversation: Talk) -> shapes.Stand:
        return shapes.Stand.of(await switchboard.accept(token, conversation))

    @routes.post("/offers/{conversation_id}/refusal", summary="Let an offer go")
    async def decline(token: Token, conversation: Talk) -> shapes.Stand:
        return shapes.Stand.of(await switchboard.decline(token, conversation))

    @routes.get(
        "/conversations/{conversation_id}", summary="A conversation with its packet and latest entries"
    )
    async def talk(token: Token, conversation: Talk) -> OpenTalk:
        return await switchboard.read_talk(token, conversation)

    @routes.get("/conversations/{conversation_id}/entries", summary="The transcript after an entry")
    async def entries(
        token: Token,
        conversation: Talk,
        after: Annotated[int, Query(ge=0)] = 0,
        wait: Annotated[float, Query(ge=0, le=LONGEST_WAIT_SECONDS)] = 0,
    ) -> shapes.Lines:
        """None is left out, private notes among them; `wait` so many seconds for the next one."""
        found = await _entries(desks, token, conversation, after, wait)
        return shapes.Lines(
            entries=tuple(shapes.Line.of(entry) for entry in found[:MOST_ENTRIES]),
            after=found[:MOST_ENTRIES][-1].seq if found else after,
            more=len(found) > MOST_ENTRIES,
        )

    @routes.get("/conversations/{conversation_id}/packet", summary="What the bot laid on the table")
    async def packet(token: Token, conversation: Talk) -> Packet:
        read = await switchboard.read_talk(token, conversation)
        if read.packet is None:
            raise NothingKnown
        return read.packet

    @routes.get("/conversations/{conversation_id}/customer", summary="The customer's card; audited")
    async def customer(token: Token, conversation: Talk) -> Card:
        card = await switchboard.look_up_customer(token, conversation)
        if card is None:
            raise NothingKnown
        return card

    @routes.get("/conversations/{conversation_id}/requests", summary="The customer's open requests")
    async def requests(token: Token, conversation: Talk) -> tuple[Request, ...]:
        # The audited card first: these lines name the customer.
        await switchboard.look_up_customer(token, conversation)
        return await desks.casedesk.requests_in(token, conversation)

    @routes.post("/conversations/{conversation_id}/replies", status_code=201, summary="Say something")
    async def reply(token: Token, conversation: Talk, given: shapes.Reply, key: Key) -> shapes.Written:
        seq = await switchboard.reply(token, conversation, key, given.text, epoch=given.epoch)
        return shapes.Written(seq=seq)

    @routes.post("/conversations/{conversation_id}/notes", status_code=201, summary="Leave a private note")
    async def note(token: Token, conversation: Talk, given: shapes.Words, key: Key) -> shapes.Written:
        return shapes.Written(seq=await switchboard.note(token, conversation, key, given.text))

    @routes.post("/conversations/{conversation_id}/wrap-up", summary="End the talk, write up later")
    async def wrap_up(token: Token, conversation: Talk, given: shapes.At) -> shapes.Stand:
        return shapes.Stand.of(await switchboard.wrap_up(token, conversation, epoch=given.epoch))

    @routes.post("/conversations/{conversation_id}/resolution", summary="End the talk and write it up")
    async def resolve(token: Token, conversation: Talk, given: shapes.Resolution) -> shapes.Stand:
        standing = await switchboard.resolve(
            token, conversation, given.disposition, given.notes, epoch=given.epoch
        )
        return shapes.Stand.of(standing)

    @routes.post("/conversations/{conversation_id}/return", summary="Give it back to the assistant")
    async def return_to_bot(token: Token, conversation: Talk, given: shapes.Return) -> shapes.Stand:
        standing = await switchboard.return_to_bot(
            token, conversation, epoch=given.epoch, instruction=given.instruction
        )
        return shapes.Stand.of(standing)

    @routes.get("/colleagues", summary="Who else is on duty")
    async def colleagues(token: Token) -> tuple[Colleague, ...]:
        return await passing.colleagues(token)

    @routes.post("/conversations/{conversation_id}/transfer", status_code=204, summary="Pass it on")
    async def transfer(token: Token, conversation: Talk, given: shapes.Transfer) -> None:
        """The agent keeps it until somebody accepts; whom it is offered to finds it among their offers."""
        await passing.transfer(
            token, conversation, given.note, epoch=given.epoch, to=given.to, skill=given.skill
        )

    @routes.post("/conversations/{conversation_id}/transfer/withdrawal", status_code=204, summary="Keep it")
    async def keep(token: Token, conversation: Talk, given: shapes.At) -> None:
        await passing.keep(token, conversation, epoch=given.epoch)

    @routes.post("/conversations/{conversation_id}/requeue", summary="Back to the queue, at its old place")
    async def requeue(token: Token, conversation: Talk, given: shapes.Requeue) -> shapes.Stand:
        standing = await passing.requeue(
            token, conversation, given.note, epoch=given.epoch, skill=given.skill
        )
        return shapes.Stand.of(standing)

    @routes.post("/conversations/{conversation_id}/call", status_code=201, summary="Promise a call instead")
    async def call(token: Token, conversation: Talk, given: shapes.Call) -> shapes.Promised:
        at = await passing.promise_call(token, conversation, given.at, epoch=given.epoch)
        return shapes.Promised(at=at)


async def _entries(desks: Desks, token: str, conversation: Talk, after: int, wait: float) -> list[Entry]:
    """The entries after one; where there is none, those that come within `wait` seconds."""

    async def read() -> list[Entry]:
        return await desks.switchboard.read_entries(token, conversation, after, MOST_ENTRIES + 1)

    with desks.signals.watching(conversation) as bell:
        found = await read()
        try:
            async with asyncio.timeout(wait):
                while not found:
                    await bell.wait()
                    bell.clear()
                    found = await read()
        except TimeoutError:
            return []
    return found
