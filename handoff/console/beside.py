"""What stands beside the conversation: its packet, the customer's card, and the requests to decide on.

Shows one conversation at a time; what was read for another one meanwhile is not shown.
"""

from collections.abc import Callable

from handoff.console.packet_panel import PacketPanel
from handoff.desks import Desks
from handoff.inbox import Talk
from handoff.packet import Packet
from handoff.refusals import Forbidden, Refused
from records.models import ConversationId

Shown = tuple[ConversationId, Packet | None, int]
"""Of which conversation, its packet, and the identity level that the customer had."""


class Beside:
    """The right side of one page."""

    def __init__(self, desks: Desks, token: str, panel: PacketPanel) -> None:
        """Nothing is shown yet."""
        self._desks = desks
        self._token = token
        self._panel = panel
        self._shown: Shown | None = None

    async def refresh(self, talk: Talk | None, chosen: Callable[[], ConversationId | None]) -> None:
        """Show what belongs to the conversation; `chosen` tells which one that is by now.

        Every look at a customer's data is on the audit.
        """
        if talk is None:
            self.clear()
            return
        chat = talk.conversation_id
        shown = (chat, talk.packet, talk.assurance)
        if self._shown != shown:
            if self._shown is None or self._shown[0] != chat:
                self._panel.requests.clear()
            self._shown = shown
            self._panel.show(talk)
            try:
                self._panel.show_card(await self._desks.switchboard.look_up_customer(self._token, chat))
            except Forbidden:
                self._panel.hide_card()
        if talk.assurance or (talk.packet and talk.packet.customer):
            await self._refresh_requests(chat, chosen)

    def clear(self) -> None:
        """No conversation is chosen."""
        if self._shown is not None:
            self._shown = None
            self._panel.clear()

    async def _refresh_requests(
        self, chat: ConversationId, chosen: Callable[[], ConversationId | None]
    ) -> None:
        try:
            requests = await self._desks.casedesk.requests_in(self._token, chat)
        except Refused:
            # A past conversation may be read by whom its customer's requests are no matter.
            return
        if chat != chosen():
            return
        for request in self._panel.requests.stale(requests):
            sheet = await self._desks.casedesk.open_request(self._token, request.receipt)
            if chat != chosen():
                return
            self._panel.requests.show(request, sheet)
