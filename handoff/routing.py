"""Routing: how urgent a handoff is, which skill it needs, and which free agent fits best.

Pure decisions over values that others read; nothing here touches the database or the clock.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from handoff.reasons import ELDERLY_PRIORITY, Reason

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


@dataclass(frozen=True, slots=True)
class Need:
    """What a waiting conversation needs of an agent."""

    skill: str
    language: str
    province: str | None
    declined_by: frozenset[int]
    returned_at: datetime | None
    """When an offer of it last came back untaken."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An agent who is present and has room."""

    id: int
    skills: frozenset[str]
    languages: frozenset[str]
    province: str
    load: int
    """Conversations offered to or held by the agent."""
    capacity: int
    idle_since: datetime | None


def priority_of(reason: Reason, *, elderly: bool) -> int:
    """How urgent a handoff is: the reason's own urgency, and never less than that of being sixty or older."""
    return max(reason.priority, ELDERLY_PRIORITY if elderly else 0)


def skill_for(reason: Reason, service: str | None, *, elderly: bool) -> str:
    """The skill a handoff asks for; whoever has it is preferred, nobody waits for it."""
    if reason in (Reason.COMPLAINT, Reason.ANGER):
        return "complaint"
    if reason is Reason.DEATH_CLAIM or service in _CLAIMS:
        return "claims"
    if service in _RETURN_VISITS:
        return "return_visit"
    if service and service not in _INQUIRIES and service not in _CONVERSATION:
        return "servicing"
    return "elderly" if elderly else GENERAL_SKILL


def choose(
    need: Need, candidates: Iterable[Candidate], now: datetime, pause_seconds: float
) -> Candidate | None:
    """The agent to ask, or None when it is better to wait.

    Skill goes before language, language before the longest idle time; the same province only breaks ties.
    Who let this conversation go is asked again only when nobody else is free, and after a pause.
    """
    free = [candidate for candidate in candidates if candidate.load < candidate.capacity]
    fresh = [candidate for candidate in free if candidate.id not in need.declined_by]
    if not fresh and need.returned_at and (now - need.returned_at).total_seconds() < pause_seconds:
        return None
    return min(fresh or free, key=lambda candidate: _rank(need, candidate), default=None)


def _rank(need: Need, candidate: Candidate) -> tuple[bool, bool, float, datetime, bool, int]:
    never = datetime.max.replace(tzinfo=UTC)
    return (
        need.skill not in candidate.skills,
        need.language not in candidate.languages,
        candidate.load / candidate.capacity,
        candidate.idle_since or never,
        need.province != candidate.province,
        candidate.id,
    )
