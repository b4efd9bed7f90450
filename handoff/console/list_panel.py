"""The list on the left as data for its component, and which conversations have something unread.

Pure, apart from the page's own memory of what has been on the screen.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from handoff.console import words
from handoff.inbox import Inbox, Row
from handoff.steering import Held
from records.models import ConversationId


class Unread:
    """What one page has not shown yet."""

    def __init__(self) -> None:
        """Nothing seen: what an agent has answered counts as seen."""
        self._seen: dict[ConversationId, int] = {}
        self._rung: set[tuple[ConversationId, int]] = set()
        self._counts: dict[ConversationId, int] = {}
        self._offers = 0

    @property
    def count(self) -> int:
        """Conversations with something new, offers among them: the number in the page's title."""
        return len(self._counts) + self._offers

    def of(self, conversation_id: ConversationId) -> int:
        """How many new messages the conversation has."""
        return self._counts.get(conversation_id, 0)

    def seen(self, conversation_id: ConversationId, seq: int) -> None:
        """Up to `seq` was on the screen."""
        self._seen[conversation_id] = max(seq, self._seen.get(conversation_id, 0))

    def update(self, read: Inbox, on_screen: Collection[ConversationId] = ()) -> str:
        """Take in a reading; returns what is worth a bell, in words, or nothing."""
        rows = [row for row in read.mine if row.conversation_id not in on_screen]
        whispered = [row for row in rows if row.news.whisper > self._known(row)]
        self._counts = {
            row.conversation_id: max(1, sum(seq > self._known(row) for seq in row.news.customer))
            for row in rows
            if max(row.customer_seq, row.news.whisper) > self._known(row)
        }
        self._offers = len(read.offers)
        news = [
            *((row, _offer(row), int(row.queued_at.timestamp())) for row in read.offers),
            *(
                (row, f"{row.title} wrote.", row.customer_seq)
                for row in rows
                if row.customer_seq > self._known(row)
            ),
            *((row, f"A supervisor whispers to you: {row.title}.", row.news.whisper) for row in whispered),
        ]
        fresh = [sentence for row, sentence, mark in news if (row.conversation_id, mark) not in self._rung]
        self._rung = {(row.conversation_id, mark) for row, _, mark in news}
        return " ".join(fresh)

    def _known(self, row: Row) -> int:
        return max(row.agent_seq, self._seen.get(row.conversation_id, 0))


def _offer(row: Row) -> str:
    if row.passed_by:
        return f"{row.passed_by} passes {row.title} on to you."
    return f"New offer: {row.title}. {row.reason}."


def groups_of(read: Inbox, unread: Unread, held: Sequence[Held] | None = None) -> list[dict[str, Any]]:
    """The groups of the list, for the component that shows it; `held` is for supervisors only."""

    def group(name: str, title: str, empty: str, rows: list[dict[str, Any]], count: int) -> dict[str, Any]:
        return {"name": name, "title": title, "empty": empty, "rows": rows, "count": count}

    def rows(listed: tuple[Row, ...], *, opens: bool = True) -> list[dict[str, Any]]:
        return [_row(row, unread, opens=opens) for row in listed]

    waiting = rows(read.waiting, opens=read.opens_waiting)
    groups = [
        group("offers", "Offers", "No offer now.", rows(read.offers), len(read.offers)),
        group("mine", "My conversations", "None yet.", rows(read.mine), len(read.mine)),
        group("wrap-up", "To write up", "", rows(read.wrap_up), len(read.wrap_up)),
        group("waiting", "Waiting", "Nobody waits.", waiting, read.waiting_count),
    ]
    if held is not None:
        others = [
            one for one in held if one.conversation_id not in {row.conversation_id for row in read.mine}
        ]
        listed = [_held(one) for one in others]
        groups.append(group("held", "With colleagues", "No conversation.", listed, len(listed)))
    return [one for one in groups if one["rows"] or one["empty"]]


def tabs_of(read: Inbox, unread: Unread) -> list[dict[str, Any]]:
    """The agent's own conversations, to step between."""
    return [
        {"id": row.conversation_id, "title": row.title, "unread": unread.of(row.conversation_id)}
        for row in (*read.mine, *read.wrap_up)
    ]


def talks_in_order(read: Inbox, held: Sequence[Held] = ()) -> list[ConversationId]:
    """The conversations that the keys step through, from top to bottom."""
    waiting = read.waiting if read.opens_waiting else ()
    listed = [row.conversation_id for row in (*read.offers, *read.mine, *read.wrap_up, *waiting)]
    return list(dict.fromkeys((*listed, *(one.conversation_id for one in held))))


def own_talks(read: Inbox) -> list[ConversationId]:
    """The conversations that concern the agent themselves."""
    return [row.conversation_id for row in (*read.offers, *read.mine, *read.wrap_up)]


def _row(row: Row, unread: Unread, *, opens: bool) -> dict[str, Any]:
    return {
        "id": row.conversation_id,
        "title": row.title,
        "reason": f"{row.passed_by} passes it on" if row.passed_by else row.reason,
        "preview": row.note or row.preview,
        "since": _milliseconds(row.queued_at),
        "until": _milliseconds(row.offer_until),
        "elderly": row.elderly,
        "urgency": words.urgency(row.priority),
        "unread": unread.of(row.conversation_id),
        "opens": opens,
    }


def _held(one: Held) -> dict[str, Any]:
    return {
        "id": one.conversation_id,
        "title": one.title,
        "reason": f"{one.agent} · {one.reason}",
        "preview": "",
        "since": _milliseconds(one.since),
        "waits": _milliseconds(one.customer_waits_since),
        "until": 0,
        "elderly": False,
        "urgency": "",
        "unread": 0,
        "opens": True,
    }


def _milliseconds(moment: datetime | None) -> int:
    return int(moment.timestamp() * 1000) if moment else 0
