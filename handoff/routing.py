"""Routing: how urgent a handoff is, which skill it needs, and which free agent fits best.

Pure decisions over values that others read; nothing here touches the database or the clock.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from handoff.reasons import ELDERLY_PRIORITY, HEAD_START_SECONDS, Reason

_CLAIMS = frozenset({"report_claim", "add_claim_document", "check_claim_status"})
_RETURN_VISITS = frozenset({"start_return_visit"})
_INQUIRIES = frozenset(
    {
        "check_policy_status",
        "check_coverage",
        "check_premium_due",
        "check_cash_value",
        "check_loan_balance",
        "check_benefits",
        "check_transaction_status",
        "check_reminders",
        "find_branch",
        "ask_question",
    }
)
_CONVERSATION = frozenset(
    {
        "talk_to_agent",
        "make_complaint",
        "request_callback",
        "report_scam",
        "greet",
        "goodbye",
        "thank",
        "affirm",
        "deny",
        "ask_help",
        "bot_challenge",
        "repeat_that",
        "speak_slower",
        "cancel_task",
        "correct_answer",
        "out_of_scope",
        "nlu_fallback",
    }
)

GENERAL_SKILL = "inquiry"

FIRST = datetime.min.replace(tzinfo=UTC)
"""Before every place in the line."""

_NEVER = datetime.max.replace(tzinfo=UTC)

CALL_CHANNELS = frozenset({"phone"})
"""Channels whose conversations take the whole of an agent."""


@dataclass(frozen=True, slots=True)
class Overflow:
    """How long a conversation is kept for agents who fit, while one of them is on duty at all."""

    skill_seconds: float = 0.0
    """From then on agents without the skill are asked too."""
    language_seconds: float = 20.0
    """From then on agents who do not speak the customer's language are asked too."""


OVERFLOW: Mapping[str, Overflow] = {
    "complaint": Overflow(skill_seconds=20.0),
    "claims": Overflow(skill_seconds=15.0),
    "return_visit": Overflow(skill_seconds=30.0),
}
"""By skill; a skill that is not in the table overflows at once."""

_PLAIN = Overflow()


@dataclass(frozen=True, slots=True)
class Need:
    """What a waiting conversation needs of an agent."""

    skill: str
    language: str
    province: str | None
    declined_by: frozenset[int]
    returned_at: datetime | None
    """When an offer of it last came back untaken."""
    waits_since: datetime
    exclusive: bool = False
    """A call: only an agent who holds nothing can take it."""
    only_agent: int | None = None
    """Nobody else is asked."""
    strict: bool = False
    """The person or the skill is needed, however long it takes: an agent asked for it."""
    excluded: frozenset[int] = frozenset()
    """Who is never asked."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An agent who is present."""

    id: int
    skills: frozenset[str]
    languages: frozenset[str]
    province: str
    load: int
    """Conversations offered to or held by the agent; a call counts as all they can hold."""
    capacity: int
    idle_since: datetime | None

    @property
    def has_room(self) -> bool:
        """Whether one more chat fits."""
        return self.load < self.capacity

    def takes(self, need: Need) -> bool:
        """Whether the conversation fits beside what the agent holds."""
        return self.has_room and not (need.exclusive and self.load)

    def with_one_more(self, need: Need) -> "Candidate":
        """The agent after an offer of it."""
        return replace(self, load=self.capacity if need.exclusive else self.load + 1, idle_since=None)


def priority_of(reason: Reason, *, elderly: bool) -> int:
    """How urgent a handoff is: the reason's own urgency, and never less than that of being sixty or older."""
    return max(reason.priority, ELDERLY_PRIORITY if elderly else 0)


def rank_of(arrived: datetime, priority: int) -> datetime:
    """Where a handoff stands in the line: its arrival, less the head start that its priority gives.

    All who wait grow older alike, so this never changes while they do: inside a priority the oldest is
    first, and nobody can be overtaken for longer than the difference between two head starts.
    """
    return arrived - timedelta(seconds=HEAD_START_SECONDS * priority)


def skill_for(reason: Reason, service: str | None, *, elderly: bool) -> str:
    """The skill a handoff asks for; whoever has it is preferred."""
    if reason in (Reason.COMPLAINT, Reason.ANGER):
        return "complaint"
    if reason is Reason.DEATH_CLAIM or service in _CLAIMS:
        return "claims"
    if service in _RETURN_VISITS:
        return "return_visit"
    if service and service not in _INQUIRIES and service not in _CONVERSATION:
        return "servicing"
    return "elderly" if elderly else GENERAL_SKILL


def choose(need: Need, present: Iterable[Candidate], now: datetime, pause_seconds: float) -> Candidate | None:
    """The agent to ask, or None when it is better to wait.

    Skill goes before language, language before the longest idle time; the same province only breaks ties.
    Who let this conversation go is asked again only when nobody else is free, and after a pause. While
    the overflow rule holds and somebody on duty fits, those who do not fit are not asked.
    """
    fitting = _fitting(need, list(present), now)
    free = [candidate for candidate in fitting if candidate.takes(need)]
    fresh = [candidate for candidate in free if candidate.id not in need.declined_by]
    if not fresh and need.returned_at and (now - need.returned_at).total_seconds() < pause_seconds:
        return None
    return min(fresh or free, key=lambda candidate: _rank(need, candidate), default=None)


def keep_free(need: Need, present: Iterable[Candidate], now: datetime) -> Candidate | None:
    """Who is given nothing new because a call waits that nobody can take: who will be through soonest.

    Without it chats would fill every place that comes free, and a call would wait for ever.
    """
    able = [one for one in _fitting(need, list(present), now) if one.id not in need.declined_by]
    return min(able, key=lambda candidate: (candidate.load, _rank(need, candidate)), default=None)


def _fitting(need: Need, present: list[Candidate], now: datetime) -> list[Candidate]:
    present = [candidate for candidate in present if candidate.id not in need.excluded]
    wanted = [candidate for candidate in present if candidate.id == need.only_agent]
    # A supervisor's wish holds while the agent is there; nobody waits for somebody who has gone home.
    if wanted or (need.strict and need.only_agent is not None):
        return wanted
    if need.strict:
        return [candidate for candidate in present if need.skill in candidate.skills]
    rule = OVERFLOW.get(need.skill, _PLAIN)
    waited = (now - need.waits_since).total_seconds()
    fitting = present
    if waited < rule.skill_seconds:
        fitting = _kept(fitting, need, lambda candidate: need.skill in candidate.skills)
    if waited < rule.language_seconds:
        fitting = _kept(fitting, need, lambda candidate: need.language in candidate.languages)
    return fitting


def _kept(present: list[Candidate], need: Need, fits: Callable[[Candidate], bool]) -> list[Candidate]:
    fitting = [candidate for candidate in present if fits(candidate)]
    # Waiting for somebody who has just let it go helps nobody.
    worth_it = any(candidate.id not in need.declined_by for candidate in fitting)
    return fitting if worth_it else present


def _rank(need: Need, candidate: Candidate) -> tuple[bool, bool, float, datetime, bool, int]:
    return (
        need.skill not in candidate.skills,
        need.language not in candidate.languages,
        candidate.load / candidate.capacity,
        candidate.idle_since or _NEVER,
        need.province != candidate.province,
        candidate.id,
    )
