"""The screen of one open console: what is chosen, what was read, and the elements that show it.

Holds nothing that the records do not have; a page that was away reads everything again.
"""

import asyncio
from dataclasses import dataclass

from handoff.authorization import Principal
from handoff.casework import Pulse
from handoff.console.elements import Inbox, Resolution, put
from handoff.console.frame import Centre, Head
from handoff.console.list_panel import Unread, groups_of, talks_in_order
from handoff.console.packet_panel import PacketPanel
from handoff.console.talk_panel import TalkPanel
from handoff.inbox import Inbox as InboxRead
from handoff.inbox import Talk
from handoff.refusals import Forbidden
from records.ledger import UnknownConversation
from records.models import ConversationId, HandoffState

_GONE = "This conversation is not with you any more. What you had not sent is kept."


@dataclass(frozen=True, slots=True)
class Parts:
    """The elements of a page."""

    head: Head
    inbox: Inbox
    talk: TalkPanel
    packet: PacketPanel
    resolution: Resolution


class Screen:
    """Reads the records for one agent and shows them."""

    def __init__(self, centre: Centre, principal: Principal, token: str, parts: Parts) -> None:
        """For the agent who holds `token`."""
        self._switchboard = centre.switchboard
        self._casedesk = centre.casedesk
        self._activity = centre.activity
        self._principal = principal
        self._token = token
        self.parts = parts
        self.chat: ConversationId | None = None
        self.talk: Talk | None = None
        self.read: InboxRead | None = None
        self.visible = True
        self._unread = Unread()
        self.turn = asyncio.Lock()
        """Held while the screen is read or left, so that nothing is shown twice."""

    @property
    def state(self) -> HandoffState | None:
        """Where the conversation on the screen is, if it is this agent's."""
        mine = self.talk is not None and self.talk.holder_id == self._principal.agent_id
        return self.talk.state if self.talk and mine else None

    @property
    def available(self) -> bool:
        """The agent's switch, as last read."""
        return self.read is not None and self.read.available

    def choose(self, chat: ConversationId) -> None:
        """Another conversation comes to the screen at the next reading."""
        if chat != self.chat:
            self.chat, self.talk = chat, None
            self.parts.talk.complain("")
            self.parts.packet.requests.clear()

    def leave(self) -> None:
        """Nothing is on the screen any more."""
        self.chat = self.talk = None
        self.parts.talk.clear()
        self.parts.packet.clear()

    def conversations(self) -> set[ConversationId]:
        """The conversations whose every word concerns this screen."""
        chosen = {self.chat} if self.chat else set()
        return chosen | set(talks_in_order(self.read) if self.read else ())

    def offer(self) -> ConversationId | None:
        """The offer on the screen, else the one that lapses first."""
        offers = [row.conversation_id for row in self.read.offers] if self.read else []
        return self.chat if self.chat in offers else next(iter(offers), None)

    def neighbour(self, by: int) -> ConversationId | None:
        """The conversation that many places further down the list, round and round."""
        order = talks_in_order(self.read) if self.read else []
        if not order:
            return None
        at = order.index(self.chat) if self.chat in order else (-1 if by > 0 else 0)
        return order[(at + by) % len(order)]

    async def refresh(self) -> None:
        """Read the inbox and the chosen conversation, and show what has changed.

        Raises:
            NotLoggedIn: the session is over.
        """
        async with self.turn:
            read = await self._switchboard.read_inbox(self._token)
            if self.chat is not None:
                await self._refresh_talk(self.chat)
            self._show_inbox(read, await self._casedesk.pulse(self._token))

    async def _refresh_talk(self, chat: ConversationId) -> None:
        panel = self.parts.talk
        try:
            talk = await self._switchboard.read_talk(self._token, chat, panel.seq_of(chat))
        except (Forbidden, UnknownConversation):
            self.leave()
            panel.complain(_GONE)
            return
        if chat != self.chat:
            # Another one was chosen meanwhile, and will be read next.
            return
        before, self.talk = self.talk, talk
        panel.show(talk, self._principal.agent_id)
        panel.show_typing(self._activity.who_types(chat) == "customer")
        if before is None or (before.packet, before.assurance) != (talk.packet, talk.assurance):
            self.parts.packet.show(talk)
            self.parts.packet.show_card(await self._switchboard.look_up_customer(self._token, chat))
        if self.visible and talk.entries:
            self._unread.seen(chat, talk.entries[-1].seq)
        await self._refresh_requests(chat)

    async def _refresh_requests(self, chat: ConversationId) -> None:
        """The customer's open requests; each that is shown anew leaves its line of audit."""
        panel = self.parts.packet.requests
        for request in panel.stale(await self._casedesk.requests_in(self._token, chat)):
            sheet = await self._casedesk.open_request(self._token, request.receipt)
            if chat != self.chat:
                return
            panel.show(request, sheet)

    def _show_inbox(self, read: InboxRead, pulse: Pulse) -> None:
        self.read = read
        news = self._unread.update(read, self.chat if self.visible else None)
        put(self.parts.inbox, groups=groups_of(read, self._unread), active=self.chat or "")
        self.parts.head.show(read, pulse, unread=self._unread.count, news=news)
