"""The desks: all ways in for agents, made once for pages and once for programs; decides nothing."""

from dataclasses import dataclass

from handoff.casedesk import Casedesk
from handoff.casework import Pulses
from handoff.looks import Looks
from handoff.lookup import Lookup
from handoff.passing import Passing
from handoff.sight import Sight
from handoff.steering import Steering
from handoff.supervision import Supervision
from handoff.switchboard import Switchboard
from records.clock import Clock
from records.signals import Signals
from records.store import Store


@dataclass(frozen=True, slots=True)
class Desks:
    """What pages and routes work on; every act takes the token of a living session."""

    switchboard: Switchboard
    """Session, presence, list, and the talk with the customer."""
    passing: Passing
    """Transfers and promised calls."""
    lookup: Lookup
    """Canned replies, articles, past conversations."""
    steering: Steering
    """Supervisors' acts: order of the queue, whisper, barge."""
    supervision: Supervision
    """Supervisors' looks: the figures."""
    casedesk: Casedesk
    """Requests and claims."""
    sight: Sight
    """What a page shows at one look."""
    store: Store
    clock: Clock
    signals: Signals
    looks: Looks
    """Customers whom a session was shown in lists."""


def desks(
    store: Store, clock: Clock, signals: Signals, presence_seconds: float, *, passwords: bool = True
) -> Desks:
    """All of them, on the same records; `passwords` says whether one opens a session."""
    pulses = Pulses()
    return Desks(
        Switchboard(store, clock, signals, passwords=passwords),
        Passing(store, clock, signals, presence_seconds),
        Lookup(store, clock, signals),
        Steering(store, clock, signals),
        Supervision(store, clock, presence_seconds),
        Casedesk(store, clock, signals, pulses),
        Sight(store, clock, signals, pulses),
        store,
        clock,
        signals,
        Looks(),
    )
