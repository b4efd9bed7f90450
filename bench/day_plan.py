"""What a simulated day is made of: its plan, its customers, and the books that are kept of it. Data only."""

from collections import Counter
from dataclasses import dataclass, field

from handoff.reasons import Reason
from records.models import ConversationId

SKILLS = ("inquiry", "servicing", "claims", "complaint", "elderly", "return_visit")
PROVINCES = ("Beijing", "Sichuan", "Guangdong", "Hubei")
REASONS = (
    (Reason.ASKED_FOR, 50), (Reason.TWO_FALLBACKS, 14), (Reason.HUMAN_SERVICE, 12), (Reason.COMPLAINT, 8),
    (Reason.ELDERLY, 6), (Reason.ANGER, 5), (Reason.DEATH_CLAIM, 2), (Reason.SCAM, 3),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plan:
    """What kind of day it is. Times in seconds; chances per conversation or per agent's hour."""

    conversations: int
    agents: int
    capacity: int
    hours: float
    handle_seconds: float
    patience_seconds: float
    answer_seconds: float = 0.0
    """Mean time an agent looks at an offer before taking it."""
    steady: bool = False
    """The same rate all day, and customers who are all alike; otherwise two peaks, and all kinds."""
    calls: float = 0.0
    ignored: float = 0.0
    declined: float = 0.0
    passed_on: float = 0.0
    called_back: float = 0.0
    breaks: float = 0.0
    cuts: float = 0.0


@dataclass(slots=True)
class Customer:
    """One simulated customer."""

    id: ConversationId
    arrived: float
    priority: int
    kind: tuple[str, str, bool]
    told: tuple[float, float] | None
    moves: int
    holder: int | None = None
    epoch: int = 0
    answered: float | None = None
    left: float | None = None
    ended: bool = False
    called_back: bool = False
    lost: bool = False
    handled: float = 0.0
    patience: float = 0.0
    """How long this customer waits before giving up, drawn on arrival."""
    takes: float = 0.0
    """How long the first talk with them takes, drawn on arrival."""


@dataclass(slots=True)
class Books:
    """What is counted while the day goes by; everything under `wrong` must stay zero."""

    offers: int = 0
    leases: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    events: Counter[str] = field(default_factory=Counter)
