"""The screen of one open console: what is chosen, what was read, and the elements that show it.

Holds nothing that the records do not have; a page that was away reads everything again.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from nicegui.element import Element

from handoff.authorization import Permission, Principal, reaches
from handoff.casework import Pulse
from handoff.console import stance as stances
from handoff.console.beside import Beside
from handoff.console.elements import Inbox, Tabs, put
from handoff.console.frame import Centre, Head
from handoff.console.list_panel import Unread, groups_of, own_talks, tabs_of, talks_in_order
from handoff.console.packet_panel import PacketPanel
from handoff.console.stance import Stance
from handoff.console.talk_panel import TalkPanel
from handoff.console.transcript import whispers_in
from handoff.inbox import Inbox as InboxRead
from handoff.inbox import Row, Talk
from handoff.refusals import Forbidden
from handoff.sight import Seen
from handoff.steering import Held
from records.ledger import UnknownConversation
from records.models import ConversationId

_GONE = "This conversation is not with you any more. What you had not sent is kept."


@dataclass(frozen=True, slots=True)
class Parts:
    """The elements of a page."""

    head: Head
    inbox: Inbox
    tabs: Tabs
    talks: Element
    """Where the panels stand side by side."""
    make_panel: Callable[[int], TalkPanel]
    packet: PacketPanel


@dataclass(slots=True)
class Column:
    """One conversation of several on the screen."""

    panel: TalkPanel
    chat: ConversationId | None = None
    talk: Talk | None = None
    stance: Stance | None = None
    is_past: bool = False
    """Found by a search: read once, for nothing happens in it any more."""

    def open(self, chat: ConversationId, *, is_past: bool = False, line: int = 0) -> None:
        """Another conversation; it is shown at the next reading."""
        if chat != self.chat or line:
            self.chat, self.talk, self.stance, self.is_past = chat, None, None, is_past
            self.panel.look_for(line)
            self.panel.complain("")

    def close(self) -> None:
        """Nothing is shown any more."""
        self.chat = self.talk = self.stance = None
        self.is_past = False
        self.panel.clear()


class Screen:
    """Reads the records for one agent and shows them."""

    def __init__(self, centre: Centre, principal: Principal, token: str, parts: Parts) -> None:
        """For the agent who holds `token`."""
        self._desks = centre.desks
        self._activity = centre.activity
        self._principal = principal
        self._token = token
        self.parts = parts
        self.columns = [Column(parts.make_panel(0))]
        self._at = 0
        self.read: InboxRead | None = None
        self.held: tuple[Held, ...] = ()
        self.visible = True
        self._monitors = reaches(principal, Permission.MONITOR)
        self._unread = Unread()
        self._whispers: list[str] = []
        self._beside = Beside(centre.desks, token, parts.packet)
        self.turn = asyncio.Lock()
        """Held while the screen is read or left, so that nothing is shown twice."""

    @property
    def column(self) -> Column:
        """Where keys and acts go."""
        return self.columns[self._at]

    @property
    def chat(self) -> ConversationId | None:
        """The conversation that keys and acts are for."""
        return self.column.chat

    @property
    def talk(self) -> Talk | None:
        """It, as last read."""
        return self.column.talk

    @property
    def stance(self) -> Stance | None:
        """What this agent is to it."""
        return self.column.stance

    def choose(self, chat: ConversationId, *, is_past: bool = False, line: int = 0) -> None:
        """A conversation comes to the screen at the next reading: where it stands, or where there is room."""
        places = [column.chat for column in self.columns]
        if chat in places:
            self.go_to(places.index(chat))
        elif self.chat is not None and None in places:
            self.go_to(places.index(None))
        self.column.open(chat, is_past=is_past, line=line)

    def go_to(self, place: int) -> None:
        """Keys and the packet are for that column from now on."""
        self._at = place % len(self.columns)
        for index, column in enumerate(self.columns):
            column.panel.emphasise(index == self._at)

    def step(self, by: int) -> None:
        """To the column that many places to the right."""
        self.go_to(self._at + by)

    def leave(self) -> None:
        """The chosen conversation is done with."""
        self.column.close()
        self._beside.clear()

    async def spread(self, count: int) -> None:
        """Show so many conversations side by side."""
        async with self.turn:
            while len(self.columns) < count:
                with self.parts.talks:
                    self.columns.append(Column(self.parts.make_panel(len(self.columns))))
            chosen = self.chat
            while len(self.columns) > max(1, count):
                self.columns.pop().panel.section.delete()
            put(self.parts.talks, **{"data-columns": str(len(self.columns))})
            if self._at >= len(self.columns):
                self.go_to(len(self.columns) - 1)
                if chosen:
                    self.column.open(chosen)
            self.go_to(self._at)

    def conversations(self) -> set[ConversationId]:
        """The conversations whose every word concerns this screen."""
        chosen = {column.chat for column in self.columns if column.chat}
        return chosen | set(own_talks(self.read) if self.read else ())

    def find(self, chat: ConversationId) -> Talk | None:
        """A conversation on the screen, as last read."""
        return next((column.talk for column in self.columns if column.chat == chat), None)

    def offer(self) -> ConversationId | None:
        """The offer on the screen, else the one that lapses first."""
        offers = [row.conversation_id for row in self.read.offers] if self.read else []
        return self.chat if self.chat in offers else next(iter(offers), None)

    def neighbour(self, by: int) -> ConversationId | None:
        """The conversation that many places further down the list, round and round."""
        order = talks_in_order(self.read, self.held) if self.read else []
        if not order:
            return None
        at = order.index(self.chat) if self.chat in order else (-1 if by > 0 else 0)
        return order[(at + by) % len(order)]

    async def refresh(self) -> None:
        """Read the list and the chosen conversations, and show what has changed.

        Raises:
            NotLoggedIn: the session is over.
        """
        async with self.turn:
            seen = await self._desks.sight.look(self._token, self._reading())
            self.read = seen.inbox
            if self._monitors:
                self.held = await self._desks.steering.held(self._token)
            for column in tuple(self.columns):
                if column.chat is not None and column.is_past:
                    await self._refresh_past(column, column.chat)
                elif column.chat is not None:
                    self._refresh_column(column, column.chat, seen)
            await self._beside.refresh(self.talk, lambda: self.chat)
            self._show_list(seen.inbox, seen.pulse)

    async def glance(self) -> None:
        """Read the list alone, and show who is typing: what changes without a ring.

        Raises:
            NotLoggedIn: the session is over.
        """
        async with self.turn:
            seen = await self._desks.sight.look(self._token)
            self.read = seen.inbox
            for column in self.columns:
                if column.chat is not None and column.talk is not None:
                    column.panel.show_typing(self._activity.who_types(column.chat) == "customer")
            self._show_list(seen.inbox, seen.pulse)

    def _reading(self) -> dict[ConversationId, int]:
        """The conversations that are read at every look, and the seq that each panel has."""
        return {
            column.chat: column.panel.seq_of(column.chat) if column.talk else 0
            for column in self.columns
            if column.chat is not None and not column.is_past
        }

    async def _refresh_past(self, column: Column, chat: ConversationId) -> None:
        """Once: nothing happens in it any more."""
        if column.talk is not None:
            return
        try:
            talk = await self._desks.lookup.read_past(self._token, chat, 0)
        except (Forbidden, UnknownConversation):
            self._close(column)
        else:
            if chat == column.chat:
                self._show_talk(column, talk, Stance.READS)

    def _refresh_column(self, column: Column, chat: ConversationId, seen: Seen) -> None:
        talk = seen.talks.get(chat)
        if talk is not None:
            offers = {row.conversation_id: row for row in seen.inbox.offers}
            stance = stances.of(talk, self._principal, offered=chat in offers)
            self._show_talk(column, talk, stance, offers.get(chat))
        elif chat in seen.asked:
            self._close(column)

    @staticmethod
    def _close(column: Column) -> None:
        column.close()
        column.panel.complain(_GONE)

    def _show_talk(self, column: Column, talk: Talk, stance: Stance, offer: Row | None = None) -> None:
        chat = talk.conversation_id
        if column.talk is not None and stance is Stance.HOLDS:
            self._whispers += whispers_in(talk.entries, self._principal.agent_id)
        column.talk, column.stance = talk, stance
        column.panel.show(talk, stance, stances.passed(talk, stance, offer))
        column.panel.show_typing(self._activity.who_types(chat) == "customer")
        column.panel.reached(self._activity.delivered_up_to(chat), self._activity.read_up_to(chat))
        if self.visible and talk.entries:
            self._unread.seen(chat, talk.entries[-1].seq)

    def _show_list(self, read: InboxRead, pulse: Pulse) -> None:
        shown = [column.chat for column in self.columns if column.chat] if self.visible else []
        news = self._unread.update(read, shown)
        if self._whispers:
            news = " ".join((news, *(f"{name} whispers to you." for name in self._whispers))).strip()
            self._whispers = []
        held = self.held if self._monitors else None
        put(self.parts.inbox, groups=groups_of(read, self._unread, held), active=self.chat or "")
        put(self.parts.tabs, tabs=tabs_of(read, self._unread), active=self.chat or "")
        self.parts.head.show(read, pulse, unread=self._unread.count, news=news)
