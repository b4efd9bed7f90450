"""The page of conversations: builds it, and carries out what the agent does there.

Every act goes through a desk, which checks it; nothing is decided here.
"""

from collections.abc import Awaitable
from typing import Any

from nicegui.events import GenericEventArguments

from handoff.authorization import Permission, Principal, reaches
from handoff.console import deciding
from handoff.console.asking import Asking
from handoff.console.elements import Inbox, Tabs, Verdict, box, put
from handoff.console.finding import Finding
from handoff.console.frame import Centre, Frame
from handoff.console.hands import Hands
from handoff.console.ordering import Ordering
from handoff.console.packet_panel import PacketPanel
from handoff.console.parting import Parting
from handoff.console.screen import Parts, Screen
from handoff.console.stance import Stance
from handoff.console.talk_panel import TalkPanel
from handoff.refusals import Refused
from records.ledger import StaleEpoch
from records.models import ConversationId
from records.signals import PEOPLE, agent_topic

MOST_COLUMNS = 3
_STEPS = {"next": 1, "previous": -1}
_SIDEWAYS = {"right": 1, "left": -1}


class Page(Frame):
    """The conversations, in one browser tab."""

    def __init__(
        self, centre: Centre, principal: Principal, token: str, chat: str = "", line: int = 0
    ) -> None:
        """Build it into the page that is being made; it begins with `chat`, at its line `line`, if any."""
        super().__init__(centre, principal, token)
        self._desks = centre.desks
        self._activity = centre.activity
        self._now_ms = int(centre.clock.now().timestamp() * 1000)
        with box("div", "console"):
            bar, notices = self._bar("Conversations")
            with box("div", "floor"):
                with box("section", "list", aria_label="Inbox"):
                    inbox = Inbox(
                        self._now_ms,
                        lambda event: self._choose(ConversationId(str(event.args))),
                        lambda event: self._accept(ConversationId(str(event.args))),
                        lambda event: self._decline(ConversationId(str(event.args))),
                    )
                with box("div", "middle"):
                    tabs = Tabs(lambda event: self._choose(ConversationId(str(event.args)), writes=True))
                    talks = box("div", "talks", data_columns="1")
                packet = PacketPanel(principal.login, self._decide)
            head = self._surroundings(bar, notices, "Console")
            head.station.on("columns", self._spread)
            self._asking = Asking()
            with talks:
                parts = Parts(head, inbox, tabs, talks, self._make_panel, packet)
                self.screen = Screen(centre, principal, token, parts)
            hands = Hands(centre, principal, token, self.screen, self._asking, self._act, self._leave_by)
            finding = Finding(hands, self._open_past)
            self._parts = (Parting(hands), Ordering(hands), finding)
        if chat:
            self.screen.choose(ConversationId(chat), line=line)

    async def refresh(self) -> None:
        """Read inbox and conversations, and show what has changed."""
        await self.screen.refresh()

    async def glance(self) -> None:
        """The list and who is typing; the conversations ring for themselves."""
        await self.screen.glance()

    def complain(self, sentence: str) -> None:
        """Say why something did not happen: in the dialog, or above the conversation."""
        if self._asking.is_open and sentence:
            self._asking.refuse(sentence)
        else:
            self.screen.column.panel.complain(sentence)

    def _topics(self) -> set[ConversationId]:
        # The queue alone moves too often to read everything again on a hundred pages: who only serves hears
        # of their own offers at once, and of the others at the next look.
        watches = reaches(self._principal, Permission.MONITOR)
        own = agent_topic(self._principal.agent_id)
        return {own, *({PEOPLE} if watches else ()), *self.screen.conversations()}

    def _make_panel(self, place: int) -> TalkPanel:
        return TalkPanel(
            place,
            self._now_ms,
            on_act=lambda act: self._command_at(place, act),
            on_send=self._send,
            on_typing=lambda _: self._typed(place),
            on_enter=lambda: self._enter(place),
        )

    async def _enter(self, place: int) -> None:
        """The agent has gone to another column."""
        screen = self.screen
        if place < len(screen.columns) and screen.columns[place] is not screen.column:
            screen.go_to(place)
            await self._read()

    async def _command_at(self, place: int, command: str) -> None:
        await self._enter(place)
        await self._command(command)

    async def _decide(self, sent: dict[str, Any], verdict: Verdict) -> None:
        panel = self.screen.parts.packet.requests
        panel.say("")

        async def act() -> None:
            try:
                effect = await deciding.on_request(self._desks.casedesk, self._token, sent)
            finally:
                verdict.answer()
            panel.say(effect.words)
            self.complain("")

        await self._act(act())

    async def _act(self, act: Awaitable[object]) -> None:
        """As on every page; a dialog that asked for it is shut before its result is seen.

        Whoever sees the result goes on by key at once, and a dialog that is still open would swallow it.
        """
        is_asked_for = self._asking.is_open

        async def then_shut() -> None:
            await act
            if is_asked_for:
                self._asking.shut()

        await super()._act(then_shut())

    async def _leave_by(self, act: Awaitable[object]) -> None:
        """Carry out an act that ends the agent's part; on success the screen is free for the next one."""

        async def leave() -> None:
            async with self.screen.turn:
                await act
                self.screen.leave()
                self.screen.column.panel.complain("")

        await self._act(leave())

    async def _choose(self, chat: ConversationId, *, writes: bool = False) -> None:
        self.screen.choose(chat)
        await self._read()
        if writes:
            self._take_up_the_pen()

    async def _open_past(self, chat: ConversationId) -> None:
        known = self.screen.find(chat) is not None or chat in self.screen.conversations()
        self.screen.choose(chat, is_past=not known)
        await self._read()

    async def _accept(self, chat: ConversationId) -> None:
        await self._choose(chat)
        await self._act(self._desks.switchboard.accept(self._token, chat))
        self._take_up_the_pen()

    def _take_up_the_pen(self) -> None:
        """Bring the keyboard to the reply, where there is one to write."""
        if self.screen.stance is Stance.HOLDS:
            self.screen.column.panel.composer.call("reply")

    async def _decline(self, chat: ConversationId) -> None:
        act = self._desks.switchboard.decline(self._token, chat)
        await (self._leave_by(act) if chat == self.screen.chat else self._act(act))

    async def _send(self, event: GenericEventArguments) -> None:
        sent = event.args
        chat, key, text = ConversationId(str(sent["chat"])), str(sent["key"])[:40], str(sent["text"])
        column = next((one for one in self.screen.columns if one.chat == chat), self.screen.column)
        composer = column.panel.composer

        async def act() -> None:
            try:
                await self._store(str(sent["kind"]), chat, key, text)
            except (Refused, StaleEpoch):
                composer.refuse(key)
                raise
            put(composer, stored=key)
            column.panel.complain("")

        await self._act(act())

    async def _store(self, kind: str, chat: ConversationId, key: str, text: str) -> None:
        """Store what was written; the epoch is the one that the agent saw when writing."""
        talk = self.screen.find(chat)
        column = next((one for one in self.screen.columns if one.chat == chat), None)
        if talk is None or column is None:
            raise StaleEpoch("the conversation is not on the screen any more")
        watches = column.stance is Stance.WATCHES
        match kind:
            case "note" if watches:
                await self._desks.steering.whisper(self._token, chat, key, text)
            case "note":
                await self._desks.switchboard.note(self._token, chat, key, text)
            case "barge":
                await self._desks.steering.barge(self._token, chat, key, text, epoch=talk.epoch)
            case _:
                await self._desks.switchboard.reply(self._token, chat, key, text, epoch=talk.epoch)
                self._activity.stopped(chat)

    def _typed(self, place: int) -> None:
        column = self.screen.columns[place] if place < len(self.screen.columns) else None
        if column and column.chat and column.stance is Stance.HOLDS:
            self._activity.typing(column.chat, "agent")

    async def _command(self, command: str) -> None:
        """What a key or a button asks for; what does not fit the conversation on the screen is let be."""
        screen = self.screen
        match command:
            case "accept" if offer := screen.offer():
                await self._accept(offer)
            case "decline" if offer := screen.offer():
                await self._decline(offer)
            case "next" | "previous" if chat := screen.neighbour(_STEPS[command]):
                await self._choose(chat, writes=True)
            case "right" | "left":
                screen.step(_SIDEWAYS[command])
                await self._read()
                self._take_up_the_pen()
            case _:
                for part in self._parts:
                    if await part.command(command):
                        return
                await super()._command(command)

    async def _spread(self, event: GenericEventArguments) -> None:
        """The browser has room for so many conversations side by side."""
        await self.screen.spread(min(max(int(event.args), 1), MOST_COLUMNS))
        # What is shown must be what is written to: the column that stays may hold another conversation now.
        await self._read()

    async def _see(self, visible: bool) -> None:
        self.screen.visible = visible
        await super()._see(visible)
