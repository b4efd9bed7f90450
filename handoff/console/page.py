"""One open console: builds the page, follows the signals, and carries out what the agent does.

Every act goes through the switchboard with the session's token, so a revoked session ends at its next breath.
"""

import asyncio
from collections.abc import Awaitable
from typing import Any

from nicegui import background_tasks, ui
from nicegui.events import GenericEventArguments

from handoff.authorization import Principal
from handoff.console import bells
from handoff.console.bar import Bar, help_sheet
from handoff.console.elements import Inbox, Resolution, Station, box, put
from handoff.console.packet_panel import PacketPanel
from handoff.console.screen import Parts, Screen
from handoff.console.talk_panel import TalkPanel
from handoff.desk import TEXT_LENGTH, Disposition
from handoff.refusals import NotLoggedIn, Refused
from handoff.switchboard import Switchboard
from records.activity import Activity
from records.clock import Clock
from records.ledger import StaleEpoch
from records.models import ConversationId, HandoffState
from records.ownership import ImpossibleChange
from records.signals import PEOPLE, Signals

HEARTBEAT_SECONDS = 10.0
REST_SECONDS = 0.1
"""Shortest time between two readings, however many bells ring."""

LOOK_SECONDS = 3.0
"""Longest time between two readings: signs of typing fade without a bell."""

_MOVED_ON = "This conversation has changed hands: nothing was sent. Your text is kept."
_FASTER = "Somebody was faster: this conversation has moved on."


class Page:
    """The console of one browser tab."""

    def __init__(
        self,
        switchboard: Switchboard,
        clock: Clock,
        signals: Signals,
        activity: Activity,
        principal: Principal,
        token: str,
    ) -> None:
        """Build it into the page that is being made, for the agent who holds `token`."""
        self._switchboard = switchboard
        self._signals = signals
        self._activity = activity
        self._token = token
        self._tasks: list[asyncio.Task[Any]] = []
        self._chosen = asyncio.Event()
        self._client = ui.context.client
        self._client.on_connect(self._start)
        self._client.on_delete(self._stop)
        ui.add_head_html('<link rel="stylesheet" href="/console/assets/console.css">')
        parts = self._build(principal, int(clock.now().timestamp() * 1000))
        self.screen = Screen(switchboard, activity, principal, token, parts)

    def _build(self, principal: Principal, now_ms: int) -> Parts:
        with box("div", "console"):
            bar = Bar(
                principal,
                on_presence=lambda: self._command("presence"),
                on_sound=self._switch_sound,
                on_help=lambda: self._command("help"),
            )
            with box("div", "floor"):
                with box("section", "list", aria_label="Inbox"):
                    inbox = Inbox(
                        now_ms,
                        lambda event: self._choose(ConversationId(str(event.args))),
                        lambda event: self._accept(ConversationId(str(event.args))),
                        lambda event: self._decline(ConversationId(str(event.args))),
                    )
                talk = TalkPanel(
                    on_send=self._send,
                    on_typing=self._typed,
                    on_accept=lambda: self._command("accept"),
                    on_decline=lambda: self._command("decline"),
                    on_resolve=lambda: self._command("resolve"),
                    on_return=lambda: self._command("bot"),
                )
                packet = PacketPanel()
            resolution = Resolution(
                [{"value": one.value, "words": one.words} for one in Disposition if one.is_chosen],
                TEXT_LENGTH,
                self._resolve,
                lambda _: self._wrap_up(),
            )
            station = Station(
                "Console",
                lambda event: self._command(str(event.args)),
                lambda event: self._see(event.args is True),
                lambda event: self._sound(event.args is True),
            )
            return Parts(bar, inbox, talk, packet, resolution, help_sheet(), station)

    def _start(self) -> None:
        """The browser has connected, or connected again."""
        if any(not task.done() for task in self._tasks):
            self._signals.advanced(PEOPLE)
            return
        self._tasks = [
            background_tasks.create(self._follow(), name="console", context=self._client),
            background_tasks.create(self._beat(), name="console heartbeat", context=self._client),
        ]

    def _stop(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def _follow(self) -> None:
        """Read at every ring of the queue or of a conversation in this agent's hands."""
        while True:
            topics = {PEOPLE, *self.screen.conversations()}
            with bells.watching(self._signals, topics, self._chosen) as rings:
                # What comes to be watched is watched before it is read, or a word could slip between.
                while topics == {PEOPLE, *self.screen.conversations()}:
                    rings.clear()
                    if not await self._attempt(self.screen.refresh()):
                        return
                    await asyncio.sleep(REST_SECONDS)
                    if topics == {PEOPLE, *self.screen.conversations()}:
                        await rings.rung(LOOK_SECONDS)

    async def _beat(self) -> None:
        while True:
            beating = self._client.has_socket_connection
            if beating and not await self._attempt(self._switchboard.heartbeat(self._token)):
                return
            await asyncio.sleep(HEARTBEAT_SECONDS)

    async def _attempt(self, act: Awaitable[object]) -> bool:
        """Carry out an act and say what went wrong; False when the session is over."""
        complain = self.screen.parts.talk.complain
        try:
            await act
        except NotLoggedIn:
            ui.navigate.to("/login")
            return False
        except StaleEpoch:
            complain(_MOVED_ON)
        except ImpossibleChange:
            complain(_FASTER)
        except Refused as refusal:
            complain(refusal.words)
        return True

    async def _act(self, act: Awaitable[object]) -> None:
        """Carry out an act and show its result at once instead of at the next bell."""
        if await self._attempt(act):
            await self._attempt(self.screen.refresh())

    async def _leave_by(self, act: Awaitable[object]) -> None:
        """Carry out an act that ends the agent's part; on success the screen is free for the next one."""

        async def leave() -> None:
            async with self.screen.turn:
                await act
                self.screen.leave()
                self.screen.parts.talk.complain("")

        await self._act(leave())

    async def _choose(self, chat: ConversationId) -> None:
        self.screen.choose(chat)
        self._chosen.set()
        await self._attempt(self.screen.refresh())

    async def _accept(self, chat: ConversationId) -> None:
        await self._choose(chat)
        await self._act(self._switchboard.accept(self._token, chat))
        self._take_up_the_pen()

    def _take_up_the_pen(self) -> None:
        """Bring the keyboard to the reply, where there is one to write."""
        if self.screen.state is HandoffState.ACTIVE:
            self.screen.parts.talk.composer.call("reply")

    async def _decline(self, chat: ConversationId) -> None:
        act = self._switchboard.decline(self._token, chat)
        await (self._leave_by(act) if chat == self.screen.chat else self._act(act))

    async def _send(self, event: GenericEventArguments) -> None:
        sent = event.args
        chat, key, text = ConversationId(str(sent["chat"])), str(sent["key"])[:40], str(sent["text"])
        composer = self.screen.parts.talk.composer

        async def act() -> None:
            try:
                if sent["kind"] == "note":
                    await self._switchboard.note(self._token, chat, key, text)
                else:
                    epoch = self._epoch_of(chat)
                    await self._switchboard.reply(self._token, chat, key, text, epoch=epoch)
                    self._activity.stopped(chat)
            except (Refused, StaleEpoch):
                composer.refuse(key)
                raise
            put(composer, stored=key)
            self.screen.parts.talk.complain("")

        await self._act(act())

    def _epoch_of(self, chat: ConversationId) -> int:
        """The epoch that the agent saw when writing."""
        talk = self.screen.talk
        if talk is None or talk.conversation_id != chat:
            raise StaleEpoch("the conversation is not on the screen any more")
        return talk.epoch

    def _typed(self, _event: GenericEventArguments) -> None:
        if self.screen.chat and self.screen.state is HandoffState.ACTIVE:
            self._activity.typing(self.screen.chat, "agent")

    async def _resolve(self, event: GenericEventArguments) -> None:
        put(self.screen.parts.resolution, open=False)
        if (talk := self.screen.talk) is not None:
            disposition, notes = str(event.args["disposition"]), str(event.args["notes"])
            chat = talk.conversation_id
            await self._leave_by(
                self._switchboard.resolve(self._token, chat, disposition, notes, epoch=talk.epoch)
            )

    async def _wrap_up(self) -> None:
        put(self.screen.parts.resolution, open=False)
        if (talk := self.screen.talk) is not None:
            await self._act(self._switchboard.wrap_up(self._token, talk.conversation_id, epoch=talk.epoch))

    async def _command(self, command: str) -> None:
        """What a key or a button asks for; what does not fit the conversation on the screen is let be."""
        screen = self.screen
        match command:
            case "accept" if offer := screen.offer():
                await self._accept(offer)
            case "decline" if offer := screen.offer():
                await self._decline(offer)
            case "next" | "previous" if chat := screen.neighbour(1 if command == "next" else -1):
                await self._choose(chat)
                self._take_up_the_pen()
            case "resolve" if screen.state in (HandoffState.ACTIVE, HandoffState.WRAP_UP):
                self._open_resolution()
            case "bot" if screen.talk and screen.state is HandoffState.ACTIVE:
                talk = screen.talk
                await self._leave_by(
                    self._switchboard.return_to_bot(self._token, talk.conversation_id, epoch=talk.epoch)
                )
            case "presence":
                await self._act(self._switchboard.set_available(self._token, not screen.available))
            case "help":
                put(screen.parts.help, open=True)

    def _open_resolution(self) -> None:
        title = self.screen.talk.title if self.screen.talk else ""
        active = self.screen.state is HandoffState.ACTIVE
        put(self.screen.parts.resolution, heading=f"Resolve: {title}", postpones=active, open=True)

    def _switch_sound(self) -> None:
        self._sound(not self.screen.parts.station.props["sound"])

    def _sound(self, on: bool) -> None:
        put(self.screen.parts.station, sound=on)
        self.screen.parts.bar.show_sound(on)

    async def _see(self, visible: bool) -> None:
        """The tab has come to the front, or gone behind."""
        self.screen.visible = visible
        await self._attempt(self.screen.refresh())
