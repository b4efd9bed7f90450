"""Quality rules: what went wrong in a conversation, each with the line that shows it.

Declarations and pure decisions over the whole ledger of every conversation; nothing is guessed, scored or
left to a model. A finding is a question for a supervisor, never a judgement about an agent.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from records.ledger import Entry
from records.models import Author, Kind, Owner
from records.ownership import Event

_WANTS_A_PERSON = frozenset({"talk_to_agent", "make_complaint"})
_RUDE = re.compile(
    r"\b(?:idiots?|stupid|moron|shut up|nonsense|ridiculous|pathetic|crap|damn|bullshit|wtf|"
    r"your own fault|not my problem|stop complaining|calm down)\b",
    re.IGNORECASE,
)
_VERIFIED = 2
"""The identity level from which personal data may be shown."""

_SHORTEST_SECRET = 6


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the ledger, as far as rules look at it."""

    seq: int
    at: datetime
    author: Author
    kind: Kind
    text: str
    event: str = ""
    """Of a change of owner."""
    owner: Owner = Owner.BOT
    """Who owns the conversation from this line on."""
    intent: str = ""
    """What the assistant took the customer's words for."""
    asks: str = ""
    """The question that the assistant asks: service and field."""
    assurance: int | None = None
    """The identity level, where the line tells."""
    ends_case: bool = False
    """A receipt or a claim number was given: the same question may come again in another case."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call that was promised."""

    due_at: datetime
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Case:
    """A conversation, and what else the rules must know."""

    lines: tuple[Line, ...]
    private: Mapping[str, str]
    """The customer's own data by its name; anybody's who is not known: nothing."""
    calls: tuple[Call, ...]
    now: datetime


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a rule found."""

    rule: str
    seq: int
    """The line that shows it."""
    why: str


Found = Iterator[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Rule:
    """What should not happen."""

    code: str
    title: str
    find: Callable[[Case, float], Found]
    """The lines that show it, with the reason, given the limit."""
    limit_seconds: float = 0.0
    """How long something may take; 0 where time does not matter."""


def inspect(case: Case) -> list[Finding]:
    """What the rules find; the same conversation always gives the same."""
    return [
        Finding(rule.code, seq, why) for rule in RULES for seq, why in rule.find(case, rule.limit_seconds)
    ]


def lines_of(entries: list[Entry]) -> tuple[Line, ...]:
    """The ledger as the rules see it."""
    lines, owner = [], Owner.BOT
    for entry in entries:
        body = entry.body
        if body.get("aside"):
            continue
        if entry.kind is Kind.STATUS and body.get("owner"):
            owner = Owner(str(body["owner"]))
        custom = body.get("custom")
        custom = custom if isinstance(custom, dict) else {}
        asks = custom.get("expects")
        level = custom.get("assurance")
        lines.append(
            Line(
                seq=entry.seq,
                at=entry.created_at,
                author=entry.author,
                kind=entry.kind,
                text=str(body.get("text") or ""),
                event=str(body.get("event") or ""),
                owner=owner,
                intent=str(custom.get("intent") or ""),
                asks=f"{custom.get('service') or ''}:{asks}" if asks else "",
                assurance=level if isinstance(level, int) else None,
                ends_case=bool(custom.get("receipt") or custom.get("claim")),
            )
        )
    return tuple(lines)


def _asked_twice(case: Case, _limit: float) -> Found:
    asked: dict[str, int] = {}
    for line in case.lines:
        if line.asks and line.author is Author.BOT:
            if line.asks in asked:
                question = line.asks.partition(":")[2].replace("_", " ")
                yield line.seq, f"The question for “{question}” was asked before, in line {asked[line.asks]}."
            asked[line.asks] = line.seq
        if line.ends_case:
            asked.clear()


def _assistant_silent(case: Case, limit: float) -> Found:
    yield from _unanswered(case, Owner.BOT, limit)


def _agent_slow(case: Case, limit: float) -> Found:
    yield from _unanswered(case, Owner.AGENT, limit)


def _unanswered(case: Case, owner: Owner, limit: float) -> Found:
    """The customer's lines that `owner` let wait: until a message, or until the conversation moved on."""
    waits: Line | None = None
    for line in case.lines:
        if line.author is Author.CUSTOMER:
            waits = waits or (line if line.owner is owner else None)
        elif waits and (line.kind is Kind.STATUS or _is_said(line)):
            if (line.at - waits.at).total_seconds() > limit:
                yield waits.seq, f"No answer for {_time(waits.at, line.at)}."
            waits = None
    if waits and (case.now - waits.at).total_seconds() > limit:
        yield waits.seq, f"No answer since {_time(waits.at, case.now)}."


def _no_person_at_once(case: Case, _limit: float) -> Found:
    asked: Line | None = None
    wish: Line | None = None
    for line in case.lines:
        if line.event == Event.HAND_OVER:
            asked = wish = None
        elif line.author is Author.CUSTOMER:
            if wish is not None:
                yield (
                    wish.seq,
                    "Asked for a person, and had to write again before one was called.",
                )
                wish = None
            asked = line
        elif line.author is Author.BOT and line.intent in _WANTS_A_PERSON and asked:
            wish = asked


def _late_first_reply(case: Case, limit: float) -> Found:
    joined: Line | None = None
    for line in case.lines:
        if line.kind is Kind.STATUS:
            joined = line if line.event == Event.ACCEPT else None
        elif joined and line.author is Author.AGENT and line.kind is Kind.MESSAGE:
            if (line.at - joined.at).total_seconds() > limit:
                yield line.seq, f"The agent’s first words came {_time(joined.at, line.at)} after joining."
            joined = None


def _closed_without_a_word(case: Case, _limit: float) -> Found:
    joined = spoke = False
    for line in case.lines:
        if line.event == Event.ACCEPT:
            joined, spoke = True, False
        elif line.author is Author.AGENT and line.kind is Kind.MESSAGE:
            spoke = True
        elif line.event in (Event.RESOLVE, Event.RETURN_TO_BOT) and joined:
            if not spoke:
                yield line.seq, "The agent ended it without a word to the customer."
            joined = False


def _call_not_made(case: Case, limit: float) -> Found:
    promised = [line.seq for line in case.lines if line.event == Event.LEAVE_CALLBACK]
    seq = promised[-1] if promised else case.lines[-1].seq if case.lines else 0
    for call in case.calls:
        until = call.answered_at or case.now
        if (until - call.due_at).total_seconds() > limit:
            late = _time(call.due_at, until)
            came = "came" if call.answered_at else "has not come"
            yield seq, f"The promised call {came} {late} after its time."


def _rude(case: Case, _limit: float) -> Found:
    for line in case.lines:
        if line.author is Author.AGENT and line.kind is Kind.MESSAGE:
            found = _RUDE.search(line.text)
            if found:
                yield line.seq, f"The agent wrote “{found.group()}”."


def _data_before_proof(case: Case, _limit: float) -> Found:
    level, said = 0, ""
    for line in case.lines:
        words = _plain(line.text)
        if line.author is Author.CUSTOMER:
            said += f" {words}"
            continue
        if line.assurance is not None:
            level = line.assurance
        if level >= _VERIFIED or not _is_said(line):
            continue
        for name, value in case.private.items():
            secret = _plain(value)
            if len(secret) >= _SHORTEST_SECRET and secret in words and secret not in said:
                yield line.seq, f"Shows the customer’s {name} at identity level {level}."
                break


RULES = (
    Rule("asked_twice", "A question was asked twice", _asked_twice),
    Rule("assistant_silent", "The assistant did not answer in time", _assistant_silent, 30),
    Rule("agent_slow", "An agent did not answer in time", _agent_slow, 180),
    Rule("first_reply_late", "The agent’s first reply was late", _late_first_reply, 60),
    Rule("no_person_at_once", "Asked for a person, not handed over at once", _no_person_at_once),
    Rule("call_not_made", "A promised call was not made in time", _call_not_made, 15 * 60),
    Rule("rude_words", "Rude words of an agent", _rude),
    Rule("data_before_proof", "Personal data before verification", _data_before_proof),
    Rule("closed_without_a_word", "Ended without a word", _closed_without_a_word),
)

TITLES = {rule.code: rule.title for rule in RULES}


def _is_said(line: Line) -> bool:
    """Whether the customer was told something by the assistant or an agent."""
    return line.author in (Author.BOT, Author.AGENT) and line.kind is Kind.MESSAGE


def _plain(text: str) -> str:
    return re.sub(r"[\s\-]", "", text).lower()


def _time(start: datetime, end: datetime) -> str:
    minutes, seconds = divmod(round((end - start).total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
