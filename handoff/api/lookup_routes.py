"""Lookups in the agents' API: canned replies, articles, past conversations."""

from typing import Annotated

from fastapi import APIRouter, Query

from handoff.api.calls import Talk, Token
from handoff.canned import Canned
from handoff.desks import Desks
from handoff.inbox import Talk as OpenTalk
from handoff.lookup import FoundArticle
from handoff.past import PastTalk

Words = Annotated[str, Query(max_length=100)]


def add_to(routes: APIRouter, desks: Desks) -> None:
    """The routes, on what they work on."""
    lookup = desks.lookup

    @routes.get("/conversations/{conversation_id}/canned-replies", summary="Canned replies, filled in")
    async def canned(token: Token, conversation: Talk, query: Words = "") -> tuple[Canned, ...]:
        return await lookup.canned(token, conversation, query)

    @routes.get("/articles", summary="Articles by their words, the best first")
    async def articles(token: Token, query: Words) -> tuple[FoundArticle, ...]:
        return await lookup.articles(token, query)

    @routes.get("/past", summary="Past conversations by customer, number or words; audited")
    async def past(token: Token, query: Words) -> tuple[PastTalk, ...]:
        return await lookup.past(token, query)

    @routes.get("/past/{conversation_id}", summary="A past conversation, to read; audited")
    async def read_past(token: Token, conversation: Talk, after: Annotated[int, Query(ge=0)] = 0) -> OpenTalk:
        return await lookup.read_past(token, conversation, after)
