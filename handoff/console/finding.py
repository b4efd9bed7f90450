"""Finding: ready replies, articles and past conversations, searched in one dialog.

What is chosen goes into the box where the agent writes, as text, or onto the screen; nothing is ever sent.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from handoff.canned import Canned
from handoff.console import words
from handoff.console.elements import Handler, put
from handoff.console.hands import Hands
from handoff.console.stance import Stance, kinds
from handoff.lookup import FoundArticle
from handoff.past import LENGTHS, PastTalk
from handoff.refusals import Refused
from records.models import ConversationId

_LONGEST = 200
Found = dict[str, Any]


def _source(name: str, title: str, label: str, hint: str) -> Found:
    """Something that can be searched, as the dialog names it."""
    return {"name": name, "title": title, "label": label, "hint": hint}


_REPLIES = _source(
    "replies",
    "Ready replies",
    "Search the ready replies",
    "Enter inserts it. You can change it before you send it.",
)
_ARTICLES = _source(
    "articles",
    "Articles",
    "Search the articles",
    "Enter inserts the passage as a quote, with the name of the article.",
)
_PAST = _source(
    "past",
    "Past conversations",
    "Name, number or words of a conversation",
    "Enter opens it, to read. Your search is on the audit.",
)
_NOTHING = "Nothing found."


class Finder(Element, component="assets/finder.js"):
    """The dialog itself."""

    def __init__(self, on_search: Handler, on_take: Handler) -> None:
        """Closed, inside the element that is open now."""
        super().__init__()
        put(self, open=False, sources=[_PAST], source="past")
        self.show(0, "", [], "")
        self.on("search", on_search)
        self.on("take", on_take)
        self.on("close", lambda _: put(self, open=False), args=[])

    def show(self, count: int, source: str, rows: list[Found], empty: str) -> None:
        """What the search of that number found."""
        put(self, found={"count": count, "source": source, "rows": rows, "empty": empty})


class Finding:
    """The searches of one page."""

    def __init__(self, hands: Hands, on_past: Callable[[ConversationId], Awaitable[None]]) -> None:
        """Inside the element that is open now; `on_past` opens a past conversation."""
        self._hands = hands
        self._on_past = on_past
        self._finder = Finder(self._search, self._take)
        self._texts: dict[str, str] = {}
        """What the rows that are shown would insert."""
        self._past: frozenset[str] = frozenset()
        self._searches = 0

    async def command(self, name: str) -> bool:
        """Open the search; False where the command is none of these, or there is nowhere to insert."""
        writes = bool(kinds(self._hands.screen.stance))
        if name != "past" and not (name in ("replies", "articles") and writes):
            return False
        listed = [_REPLIES, _ARTICLES, _PAST] if writes else [_PAST]
        self._searches += 1
        self._finder.show(self._searches, "", [], "")
        put(self._finder, sources=listed, source=name, open=True)
        return True

    async def _search(self, event: GenericEventArguments) -> None:
        sent = event.args if isinstance(event.args, dict) else {}
        source, query = str(sent.get("source", "")), str(sent.get("text", ""))[:_LONGEST].strip()
        self._searches += 1
        number = self._searches
        try:
            rows, empty = await self._look(source, query)
        except Refused as refusal:
            rows, empty = [], refusal.words
        if number == self._searches:
            self._finder.show(number, source, rows, empty)

    async def _look(self, source: str, query: str) -> tuple[list[Found], str]:
        lookup, token, chat = self._hands.centre.desks.lookup, self._hands.token, self._hands.screen.chat
        if source == "replies" and chat:
            replies = await lookup.canned(token, chat, query)
            self._texts = {one.id: one.text for one in replies}
            return [_reply(one) for one in replies], _NOTHING
        if source == "articles":
            if not query:
                return [], "Type what the customer asks."
            articles = await lookup.articles(token, query)
            rows = [row for one in articles for row in _passages(one)]
            self._texts = {row["id"]: f"“{row['text']}” ({row['title']})" for row in rows}
            return rows, _NOTHING
        if source == "past":
            if len(query) < LENGTHS[0]:
                return [], f"Type at least {LENGTHS[0]} characters."
            found = await lookup.past(token, query)
            self._past = frozenset(one.conversation_id for one in found)
            return [_talk(one) for one in found], _NOTHING
        return [], ""

    async def _take(self, event: GenericEventArguments) -> None:
        sent = event.args if isinstance(event.args, dict) else {}
        name, screen = str(sent.get("id", "")), self._hands.screen
        if sent.get("source") == "past" and name in self._past:
            put(self._finder, open=False)
            await self._on_past(ConversationId(name))
        elif name in self._texts and screen.stance in (Stance.HOLDS, Stance.WATCHES, Stance.WRITES_UP):
            put(self._finder, open=False)
            screen.column.panel.composer.insert(self._texts[name])


def _reply(one: Canned) -> Found:
    return {"id": one.id, "title": one.title, "meta": "", "text": one.text}


def _passages(article: FoundArticle) -> list[Found]:
    """The beginning of an article, passage by passage, as it can be quoted."""
    return [
        {
            "id": f"{article.id}:{place}",
            "title": article.title,
            "meta": f"reviewed {article.reviewed}" if place == 0 else f"passage {place + 1}",
            "text": passage,
        }
        for place, passage in enumerate(article.passages[:2])
    ]


def _talk(one: PastTalk) -> Found:
    facts = (one.customer_number, one.channel, one.agent or "Assistant", one.disposition)
    return {
        "id": one.conversation_id,
        "title": one.title,
        "meta": words.day_and_time(one.last_at),
        "text": " · ".join((*(fact for fact in facts if fact), one.excerpt)),
    }
