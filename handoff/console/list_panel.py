"""The list on the left as data for its component, and which conversations have something unread.

Pure, apart from the page's own memory of what has been on the screen.
"""

from typing import Any

from handoff.console import words
from handoff.inbox import Inbox, Row
from records.models import ConversationId


class Unread:
    """What one page has not shown yet."""

    def __init__(self) -> None:
        """Nothing seen: what an agent has answered counts as seen."""
        self._seen: dict[ConversationId, int] = {}
        self._rung: set[tuple[ConversationId, int]] = set()
        self._conversations: frozenset[ConversationId] = frozenset()
        self._offers = 0

    @property
    def count(self) -> int:
        """Conversations with something new, offers among them: the number in the page's title."""
        return len(self._conversations) + self._offers

    def has(self, conversation_id: ConversationId) -> bool:
        """Whether the conversation has something new."""
        return conversation_id in self._conversations

    def seen(self, conversation_id: ConversationId, seq: int) -> None:
        """Up to `seq` was on the screen."""
        self._seen[conversation_id] = max(seq, self._seen.get(conversation_id, 0))

    def update(self, read: Inbox, on_screen: ConversationId | None) -> str:
        """Take in a reading; returns what is worth a bell, in words, or nothing."""
        self._conversations = frozenset(
            row.conversation_id
            for row in read.mine
            if row.conversation_id != on_screen and row.customer_seq > self._known(row)
        )
        self._offers = len(read.offers)
        news = [
            *(
                (row, f"New offer: {row.title}. {row.reason}.", int(row.queued_at.timestamp()))
                for row in read.offers
            ),
            *(
                (row, f"{row.title} wrote.", row.customer_seq)
                for row in read.mine
                if row.conversation_id in self._conversations
            ),
        ]
        fresh = [sentence for row, sentence, mark in news if (row.conversation_id, mark) not in self._rung]
        self._rung = {(row.conversation_id, mark) for row, _, mark in news}
        return " ".join(fresh)

    def _known(self, row: Row) -> int:
        return max(row.agent_seq, self._seen.get(row.conversation_id, 0))


def groups_of(read: Inbox, unread: Unread) -> list[dict[str, Any]]:
    """The groups of the list, for the component that shows it."""

    def group(
        name: str, title: str, empty: str, rows: tuple[Row, ...], count: int, opens: bool
    ) -> dict[str, Any]:
        listed = [_row(row, unread, opens=opens) for row in rows]
        return {"name": name, "title": title, "empty": empty, "rows": listed, "count": count}

    groups = [
        group("offers", "Offers", "No offer now.", read.offers, len(read.offers), True),
        group("mine", "My conversations", "None yet.", read.mine, len(read.mine), True),
        group("wrap-up", "To write up", "", read.wrap_up, len(read.wrap_up), True),
        group("waiting", "Waiting", "Nobody waits.", read.waiting, read.waiting_count, read.opens_waiting),
    ]
    return [one for one in groups if one["rows"] or one["empty"]]


def talks_in_order(read: Inbox) -> list[ConversationId]:
    """The conversations that the keys step through, from top to bottom."""
    return [row.conversation_id for row in (*read.offers, *read.mine, *read.wrap_up)]


def _row(row: Row, unread: Unread, *, opens: bool) -> dict[str, Any]:
    until = row.offer_until
    return {
        "id": row.conversation_id,
        "title": row.title,
        "reason": row.reason,
        "preview": row.preview,
        "since": int(row.queued_at.timestamp() * 1000),
        "until": int(until.timestamp() * 1000) if until else 0,
        "elderly": row.elderly,
        "urgency": words.urgency(row.priority),
        "unread": unread.has(row.conversation_id),
        "opens": opens,
    }
