"""Supervisors in the agents' API: who serves whom, the order of the queue, whisper, barge, satisfaction."""

from typing import Annotated

from fastapi import APIRouter, Query

from handoff.api import shapes
from handoff.api.calls import Key, Talk, Token
from handoff.desks import Desks
from handoff.satisfaction import Satisfaction
from handoff.steering import Held


def add_to(routes: APIRouter, desks: Desks) -> None:
    """The routes, on what they work on."""
    steering = desks.steering

    @routes.get("/conversations", summary="Everything that is with people now")
    async def held(token: Token) -> tuple[Held, ...]:
        return await steering.held(token)

    @routes.put("/conversations/{conversation_id}/pin", status_code=204, summary="Keep it for one agent")
    async def pin(token: Token, conversation: Talk, given: shapes.Pin) -> None:
        await steering.pin(token, conversation, given.agent, given.reason)

    @routes.put(
        "/conversations/{conversation_id}/place", status_code=204, summary="Another place in the line"
    )
    async def reorder(token: Token, conversation: Talk, given: shapes.Place) -> None:
        await steering.reorder(token, conversation, given.place, given.reason)

    @routes.post("/conversations/{conversation_id}/removal", summary="Out of the line, to the assistant")
    async def take_out(token: Token, conversation: Talk) -> shapes.Stand:
        return shapes.Stand.of(await steering.take_out(token, conversation))

    @routes.post(
        "/conversations/{conversation_id}/whispers", status_code=201, summary="A word to the agent alone"
    )
    async def whisper(token: Token, conversation: Talk, given: shapes.Words, key: Key) -> shapes.Written:
        return shapes.Written(seq=await steering.whisper(token, conversation, key, given.text))

    @routes.post(
        "/conversations/{conversation_id}/interjections",
        status_code=201,
        summary="A word to the customer; the agent keeps it",
    )
    async def barge(token: Token, conversation: Talk, given: shapes.Reply, key: Key) -> shapes.Written:
        seq = await steering.barge(token, conversation, key, given.text, epoch=given.epoch)
        return shapes.Written(seq=seq)

    @routes.get("/satisfaction", summary="What customers said of their conversations with people")
    async def satisfaction(token: Token, days: Annotated[int, Query(ge=1, le=366)] = 28) -> Satisfaction:
        return await desks.supervision.satisfaction(token, days)
