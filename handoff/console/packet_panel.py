"""The packet, the requests to decide and the customer's card, to the right of the conversation.

The packet is to be read in three seconds: why, who, how sure, what, what is done, what is missing.
"""

from collections.abc import Iterable

from nicegui.element import Element

from handoff.console import words
from handoff.console.elements import box, text
from handoff.console.requests_panel import Decide, RequestsPanel
from handoff.inbox import Card, Talk
from handoff.packet import ASSURANCE_WORDS, Packet


class PacketPanel:
    """Two cards, rebuilt whenever another conversation is chosen, and the requests between them."""

    def __init__(self, login: str, on_decide: Decide) -> None:
        """Empty, inside the element that is open now."""
        with box("section", "side", aria_label="Handoff and customer"):
            self._packet = box("div", "packet")
            self.requests = RequestsPanel(login, on_decide)
            self._card = box("div", "card")
        self.clear()

    def clear(self) -> None:
        """Nothing chosen."""
        self._packet.clear()
        self.requests.clear()
        self._card.clear()
        with self._packet:
            text("p", "Choose a conversation to see why it came and who it is.", "empty")

    def show(self, talk: Talk) -> None:
        """The packet of a conversation."""
        self._packet.clear()
        with self._packet:
            if talk.packet is None:
                text("p", "No packet: the assistant has this conversation.", "empty")
            else:
                _packet(talk.packet, talk)

    def hide_card(self) -> None:
        """The customer is not this agent's to look at."""
        self._card.clear()

    def show_card(self, card: Card | None) -> None:
        """The customer's card; None when the customer is not identified."""
        self._card.clear()
        with self._card:
            text("h2", "Customer on file")
            if card is None:
                text("p", "Not identified. Say nothing about any contract before that.", "empty")
            else:
                _card(card)


def _packet(packet: Packet, talk: Talk) -> None:
    text("p", "Why they are here", "kicker")
    text("h2", packet.reason_words, "reason")
    if packet.risks:
        with box("ul", "risks", aria_label="Risk flags"):
            for risk in packet.risks:
                text("li", risk)
    with box("dl"):
        _line("Who", _who(packet))
        with _term("Identity"):
            text("span", ASSURANCE_WORDS[talk.assurance], f"badge level-{talk.assurance}")
            text("span", _proof(packet), "quiet")
        _line("Wants", packet.service_words or "Not known")
        _lines("Done", [f"{outcome.words} {outcome.number} ({outcome.state})" for outcome in packet.outcomes])
        _lines("Went wrong", packet.failed, "bad")
        _lines("Missing", [question.label for question in packet.missing], "todo")
        _lines("Given", [f"{slot.label}: {slot.value}" for slot in packet.filled])
        _line("Last said", f"“{packet.last_utterance}”" if packet.last_utterance else "Nothing yet")
        _line("Told", packet.wait_promised)
        _line("Language", packet.language)
        if talk.came_from:
            _line("Came from", talk.came_from)


def _who(packet: Packet) -> str:
    if packet.customer is None:
        return "Not identified"
    person = packet.customer
    return f"{person.name} · {person.number} · {person.age} years · {person.province}"


def _proof(packet: Packet) -> str:
    parts = [packet.identity.method]
    if packet.identity.proven_at:
        parts.append(words.clock_time(packet.identity.proven_at))
    return " · ".join(part for part in parts if part)


def _card(card: Card) -> None:
    text("p", card.name, "name")
    with box("dl"):
        _line("Number", f"{card.number} · {card.age} years · {card.province}")
        _line("Mobile", card.mobile)
        _line("E-mail", card.email or "None")
        if card.address:
            _line("Address", card.address)
        if card.gentle:
            _line("Mode", "Gentle")
    text("h3", f"Policies ({len(card.policies)})")
    with box("ul", "records"):
        for policy in card.policies:
            with box("li"):
                text("span", policy.number, "number")
                text("span", policy.state, f"badge state-{policy.state.lower().replace(' ', '-')}")
                text("span", policy.product, "wide")
                text("span", policy.amounts, "wide quiet")
    text("h3", f"Cases ({len(card.claims)})")
    with box("ul", "records"):
        for claim in card.claims:
            with box("li"):
                text(
                    "a",
                    claim.number,
                    "number",
                    href=f"/console/decisions?case={claim.number}",
                    target="_blank",
                )
                text("span", claim.status, "badge")
                text("span", claim.kind, "wide")
                if claim.missing:
                    text("span", f"Missing: {claim.missing}", "wide todo")


def _term(term: str, classes: str = "") -> Element:
    """A line of a definition list; the description is returned, to be filled."""
    text("dt", term)
    return box("dd", classes)


def _line(term: str, description: str) -> None:
    text("dt", term)
    text("dd", description)


def _lines(term: str, descriptions: Iterable[str], classes: str = "") -> None:
    listed = list(descriptions)
    if listed:
        with _term(term, classes), box("ul"):
            for description in listed:
                text("li", description)
