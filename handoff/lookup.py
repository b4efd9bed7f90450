"""Lookup: what an agent looks up while serving: canned replies, articles, and past conversations.

Beside `handoff.switchboard`. Whoever is shown a customer's data leaves a line of audit first.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from sqlalchemy.orm import Session

from actions.answers.articles import Article, read_articles
from actions.answers.bm25 import Bm25
from handoff import canned, inbox, past
from handoff.acting import Acting
from handoff.authorization import Permission, Principal, reaches_all
from handoff.canned import Canned
from handoff.inbox import Talk
from handoff.past import PastTalk
from handoff.refusals import Forbidden
from records import audit
from records.models import ConversationId

ARTICLES = Path(__file__).parents[1] / "nlu_data" / "articles"
MOST_ARTICLES = 8
QUERY_LENGTH = 300


@dataclass(frozen=True, slots=True)
class FoundArticle:
    """An article, as an agent can quote it."""

    id: str
    title: str
    reviewed: str
    passages: tuple[str, ...]


class Lookup(Acting):
    """Searches by agents."""

    async def canned(
        self, token: str, conversation_id: ConversationId, query: str = ""
    ) -> tuple[Canned, ...]:
        """The canned replies that hold the words, filled in for the conversation."""
        await self._note_look(token, conversation_id)

        def work(session: Session, who: Principal, _now: datetime) -> tuple[Canned, ...]:
            values = canned.values_of(session, conversation_id, who)
            return tuple(canned.fill(one, values) for one in canned.search(query[:QUERY_LENGTH]))

        return await self._look(token, conversation_id, work)

    async def articles(self, token: str, query: str) -> tuple[FoundArticle, ...]:
        """The articles that the customers' answers are taken from, the best first; nobody's data."""

        def work(_session: Session, _who: Principal, _now: datetime) -> tuple[FoundArticle, ...]:
            return _search(query[:QUERY_LENGTH])

        return await self._look_around(token, Permission.OPEN_CONSOLE, work)

    async def past(self, token: str, query: str) -> tuple[PastTalk, ...]:
        """Conversations by customer, number or words; the search and every customer shown are audited.

        Raises:
            UnfitSearch: too short, or too long.
        """

        def work(session: Session, who: Principal, now: datetime) -> tuple[PastTalk, ...]:
            found = past.search(session, query, now, of_agent=_limit(who))
            actor = f"agent:{who.login}"
            audit.note(
                session, now, actor, "searched", f"agent:{who.login}", query=query[:100], found=len(found)
            )
            for number in sorted({one.customer_number for one in found if one.customer_number}):
                audit.note(session, now, actor, "list_viewed", f"customer:{number}", list="search")
            return found

        return await self._for_self(token, Permission.SEARCH, work)

    async def read_past(self, token: str, conversation_id: ConversationId, after_seq: int = 0) -> Talk:
        """A conversation that was found, to read and not to act in; the look is audited.

        Raises:
            Forbidden: it is none of the agent's, nor of a customer they serve.
        """

        def work(session: Session, who: Principal, now: datetime) -> Talk:
            limit = _limit(who)
            if limit is not None and not past.is_known_to(session, conversation_id, limit):
                raise Forbidden
            talk = inbox.open_talk(session, conversation_id, now, after_seq)
            subject = f"conversation:{conversation_id}"
            audit.note(session, now, f"agent:{who.login}", "conversation_viewed", subject, past=True)
            return talk

        return await self._for_self(token, Permission.SEARCH, work)


def _limit(who: Principal) -> int | None:
    """Whose conversations only; None for everybody's."""
    return None if reaches_all(who, Permission.SEARCH) else who.agent_id


@cache
def _library() -> tuple[tuple[Article, ...], Bm25]:
    articles = read_articles(ARTICLES)
    return articles, Bm25(
        [" ".join((one.title, one.title, *one.questions, *one.passages)) for one in articles]
    )


def _search(query: str) -> tuple[FoundArticle, ...]:
    articles, index = _library()
    scores = index.scores(query)
    best = sorted((place for place in range(len(articles)) if scores[place] > 0), key=lambda at: -scores[at])
    return tuple(
        FoundArticle(one.id, one.title, one.reviewed, one.passages)
        for one in (articles[place] for place in best[:MOST_ARTICLES])
    )
