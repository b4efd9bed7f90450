"""Why a turn is laid before a reviewer, read from the ledger's entries alone.

Pure. Never judges an answer to a form's question: what the engine thinks of "twelve thousand" means nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from records.ledger import Entry
from records.models import Author, Kind

UNSURE = 0.6
"""Confidence below which a turn is looked at, even where the gate let it pass."""

FALLBACK = "nlu_fallback"
_TAKEN_BACK = frozenset({"correct_answer", "cancel_task"})
_NO_LABELS = frozenset({"talk_to_agent", "ask_help", "clarify", "", "affirm", "deny"})
"""Choices that do not say what the customer had meant."""


class Reason(StrEnum):
    """Why a turn is to be looked at."""

    UNKNOWN = "unknown"
    """Nothing was understood."""
    UNSURE = "unsure"
    """Something was understood with little confidence."""
    CLARIFIED = "clarified"
    """The customer had to choose what was meant."""
    CORRECTED = "corrected"
    """The customer took it back at once."""
    HANDED_OFF = "handed_off"
    """The conversation went to a person."""
    THUMBS_DOWN = "thumbs_down"
    """The answer did not help."""
    DISAGREEMENT = "disagreement"
    """A candidate model understood something else."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One typed message of a customer with what the bot made of it."""

    seq: int
    text: str
    said_at: datetime
    intent: str
    confidence: float
    ranking: tuple[tuple[str, float], ...]
    article: str
    reasons: tuple[Reason, ...]
    suggested: str = ""
    """What the customer chose next, where that tells what was meant."""

    in_form: bool = False
    """It answered a form's question."""


def heard_in(entries: Sequence[Entry], *, partial: bool = False) -> list[Heard]:
    """Every typed turn of the bot in a conversation's entries, in order, with its reasons.

    `partial`: earlier entries are missing, so the first message may be an answer to a form's question.
    """
    said = {entry.seq: entry for entry in entries if entry.author is Author.CUSTOMER}
    replies = [entry for entry in entries if entry.author is Author.BOT and "heard" in entry.body]
    found: list[Heard] = []
    asked = partial
    for place, reply in enumerate(replies):
        was_asked, asked = asked, bool(_custom(reply).get("expects"))
        message = said.get(_turn_of(reply))
        if message is None or message.body.get("button") or not message.body.get("text"):
            continue
        following = replies[place + 1] if place + 1 < len(replies) else None
        answer = said.get(_turn_of(following)) if following is not None else None
        found.append(_heard(message, reply, following, answer, entries, in_form=was_asked))
    return found


def _heard(
    message: Entry,
    reply: Entry,
    following: Entry | None,
    answer: Entry | None,
    entries: Sequence[Entry],
    *,
    in_form: bool,
) -> Heard:
    heard, custom = reply.body["heard"], _custom(reply)
    intent, confidence = str(heard.get("intent") or FALLBACK), float(heard.get("confidence") or 0.0)
    chosen = _pressed(answer)
    reasons: list[Reason] = []
    if not in_form:
        if intent == FALLBACK:
            reasons.append(Reason.UNKNOWN)
        elif confidence < UNSURE:
            reasons.append(Reason.UNSURE)
        if custom.get("clarify") or (intent == FALLBACK and _offers(reply)):
            reasons.append(Reason.CLARIFIED)
        if following is not None and chosen is None and _is_taken_back(following):
            reasons.append(Reason.CORRECTED)
    if custom.get("handoff"):
        reasons.append(Reason.HANDED_OFF)
    if _is_voted_down(reply, entries):
        reasons.append(Reason.THUMBS_DOWN)
    suggested = chosen if chosen and Reason.CLARIFIED in reasons and chosen not in _NO_LABELS else ""
    ranking = tuple((str(name), float(share)) for name, share in heard.get("ranking") or ())
    return Heard(
        message.seq,
        str(message.body["text"]),
        message.created_at,
        intent,
        confidence,
        ranking,
        str(custom.get("article") or ""),
        tuple(reasons),
        suggested,
        in_form,
    )


def _turn_of(reply: Entry) -> int:
    """The customer's entry that a reply answers: its key is `turn:SEQ:INDEX`."""
    kind, _, rest = reply.key.partition(":")
    seq = rest.partition(":")[0]
    return int(seq) if kind == "turn" and seq.isdigit() else -1


def _custom(reply: Entry) -> Mapping[str, Any]:
    custom = reply.body.get("custom")
    return custom if isinstance(custom, Mapping) else {}


def _pressed(answer: Entry | None) -> str | None:
    button = answer.body.get("button") if answer is not None else None
    return str(button.get("intent") or "") if isinstance(button, Mapping) else None


def _offers(reply: Entry) -> bool:
    """Whether the reply lets the customer choose between meanings."""
    intents = {str(one.get("payload", {}).get("intent") or "") for one in reply.body.get("buttons") or ()}
    return bool(intents - _NO_LABELS)


def _is_taken_back(following: Entry) -> bool:
    return following.body["heard"].get("intent") in _TAKEN_BACK


def _is_voted_down(reply: Entry, entries: Sequence[Entry]) -> bool:
    article = _custom(reply).get("article")
    if not article:
        return False
    for entry in entries:
        if entry.seq <= reply.seq or entry.kind is not Kind.MESSAGE:
            continue
        if entry.author is Author.BOT and _custom(entry).get("article") == article and "heard" in entry.body:
            return False  # given again: a later vote is about that one
        button = entry.body.get("button") if entry.author is Author.CUSTOMER else None
        if isinstance(button, Mapping) and button.get("feedback") and button.get("article") == article:
            return bool(button["feedback"] == "down")
    return False
