"""The page of conversations: builds it, and carries out what the agent does there.

Every act goes through the switchboard or the case desk, which check it; nothing is decided here.
"""

from collections.abc import Awaitable
from typing import Any

from nicegui.events import GenericEventArguments

from handoff.authorization import Principal
from handoff.console import deciding
from handoff.console.elements import Inbox, Resolution, Verdict, box, put
from handoff.console.frame import Centre, Frame
from handoff.console.packet_panel import PacketPanel
from handoff.console.screen import Parts, Screen
from handoff.console.talk_panel import TalkPanel
from handoff.desk import TEXT_LENGTH, Disposition
from handoff.refusals import Refused
from records.ledger import StaleEpoch
from records.models import ConversationId, HandoffState
from records.signals import PEOPLE


class Page(Frame):
    """The conversations, in one browser tab."""

    def __init__(self, centre: Centre, principal: Principal, token: str, chat: str = "") -> None:
        """Build it into the page that is being made; `chat` is the conversation to begin with, if any."""
        super().__init__(centre, principal, token)
        self._switchboard = centre.switchboard
        self._activity = centre.activity
        parts = self._build(int(centre.clock.now().timestamp() * 1000))
        self.screen = Screen(centre, principal, token, parts)
        if chat:
            self.screen.choose(ConversationId(chat[:40]))

    async def refresh(self) -> None:
        """Read inbox and conversation, and show what has changed."""
        await self.screen.refresh()

    def complain(self, sentence: str) -> None:
        """Say why something did not happen, above the conversation."""
        self.screen.parts.talk.complain(sentence)

    def _topics(self) -> set[ConversationId]:
        return {PEOPLE, *self.screen.conversations()}

    def _build(self, now_ms: int) -> Parts:
        with box("div", "console"):
            bar, notices = self._bar("Conversations")
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
                packet = PacketPanel(self._principal.login, self._decide)
            resolution = Resolution(
                [{"value": one.value, "words": one.words} for one in Disposition if one.is_chosen],
                TEXT_LENGTH,
                self._resolve,
                lambda _: self._wrap_up(),
            )
            return Parts(self._surroundings(bar, notices, "Console"), inbox, talk, packet, resolution)

    async def _decide(self, sent: dict[str, Any], verdict: Verdict) -> None:
        panel = self.screen.parts.packet.requests
        panel.say("")

        async def act() -> None:
            try:
                effect = await deciding.on_request(self._centre.casedesk, self._token, sent)
            finally:
                verdict.answer()
            panel.say(effect.words)
            self.complain("")

        await self._act(act())

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
        self._changed.set()
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
            case _:
                await super()._command(command)

    def _open_resolution(self) -> None:
        title = self.screen.talk.title if self.screen.talk else ""
        active = self.screen.state is HandoffState.ACTIVE
        put(self.screen.parts.resolution, heading=f"Resolve: {title}", postpones=active, open=True)

    async def _see(self, visible: bool) -> None:
        self.screen.visible = visible
        await super()._see(visible)
