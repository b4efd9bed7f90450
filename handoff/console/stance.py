"""What an agent is to the conversation on the screen, and so what they can do and write there. Pure.

It only leaves out what would be refused; the refusing is done by the desks.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from handoff.authorization import Permission, Principal, reaches
from handoff.inbox import Row, Talk
from records.models import HandoffState, Owner

Passed = tuple[str, str, bool]
"""Who passes it on or to whom, what they tell, and whether this agent may take it back."""


class Stance(StrEnum):
    """How an agent stands to a conversation."""

    OFFERED = "offered"
    PASSED_TO = "passed_to"
    """A colleague holds it and wants to pass it on to this agent."""
    HOLDS = "holds"
    WRITES_UP = "writes_up"
    WATCHES = "watches"
    """A colleague's; this agent may whisper and speak in it."""
    STEERS = "steers"
    """It waits; this agent may change who gets it, and when."""
    READS = "reads"

    @property
    def words(self) -> str:
        """As it stands under the name of the customer; empty where the owner says it."""
        return _WORDS.get(self, "")


_WORDS = {
    Stance.OFFERED: "Offered to you",
    Stance.PASSED_TO: "A colleague passes it on to you",
    Stance.HOLDS: "With you",
    Stance.WRITES_UP: "Write-up open",
    Stance.WATCHES: "With a colleague",
    Stance.STEERS: "Waiting in the queue",
}

ACTS: Mapping[Stance, tuple[str, ...]] = {
    Stance.OFFERED: ("accept", "decline"),
    Stance.PASSED_TO: ("accept", "decline"),
    Stance.HOLDS: ("transfer", "call", "bot", "resolve"),
    Stance.WRITES_UP: ("resolve",),
    Stance.STEERS: ("pin", "reorder"),
}
"""The acts of each stance, by the names of their commands, in the order of their buttons."""

_REPLY = {"name": "reply", "title": "Reply", "words": "Reply to the customer", "send": "Send"}
_NOTE = {
    "name": "note", "title": "Private note", "words": "Private note, for colleagues only",
    "send": "Save note",
}  # fmt: skip
_WHISPER = {
    "name": "note", "title": "Whisper", "words": "Whisper to the agent, never to the customer",
    "send": "Whisper",
}  # fmt: skip
_BARGE = {
    "name": "barge", "title": "Speak in", "words": "Speak in, to the customer", "send": "Say it",
}  # fmt: skip
_KINDS: Mapping[Stance, tuple[dict[str, str], ...]] = {
    Stance.HOLDS: (_REPLY, _NOTE),
    Stance.WRITES_UP: (_NOTE,),
    Stance.WATCHES: (_WHISPER, _BARGE),
}


def of(talk: Talk, principal: Principal, *, offered: bool) -> Stance:
    """The stance; `offered` where the conversation stands among the agent's offers."""
    mine = talk.holder_id == principal.agent_id
    if offered:
        return Stance.OFFERED if talk.state is HandoffState.OFFERED else Stance.PASSED_TO
    if talk.state is HandoffState.ACTIVE and talk.owner is Owner.AGENT:
        if mine:
            return Stance.HOLDS
        return Stance.WATCHES if reaches(principal, Permission.WHISPER) else Stance.READS
    if talk.state is HandoffState.WRAP_UP and mine:
        return Stance.WRITES_UP
    if talk.state is HandoffState.QUEUED and reaches(principal, Permission.ORDER_QUEUE):
        return Stance.STEERS
    return Stance.READS


def kinds(stance: Stance | None) -> list[dict[str, Any]]:
    """What can be written, for the component where it is written; nothing where there is nothing to write."""
    return list(_KINDS.get(stance, ())) if stance else []


def passed(talk: Talk, stance: Stance, offer: Row | None) -> Passed | None:
    """The transfer that is under way, in words; None where there is none."""
    if stance is Stance.PASSED_TO and offer is not None:
        return f"{offer.passed_by} passes this on to you.", offer.note, False
    if talk.transfer is None or stance not in (Stance.HOLDS, Stance.WATCHES):
        return None
    to = talk.transfer.to or f"somebody with “{talk.transfer.skill.replace('_', ' ')}”"
    doing = "waiting for an answer" if talk.transfer.state == "offered" else "looking for room"
    return f"Passing on to {to}: {doing}.", talk.transfer.note, stance is Stance.HOLDS
