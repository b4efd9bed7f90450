"""What a call does next, as values: whoever answers the network turns them into documents."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ToBot:
    """Open a stream."""

    token: str
    was_cut_off: bool


@dataclass(frozen=True, slots=True)
class ToQueue:
    """Wait for a person."""

    say: str = ""


@dataclass(frozen=True, slots=True)
class ToAgent:
    """Call an agent's telephone."""

    number: str
    caller_id: str
    say: str = ""


@dataclass(frozen=True, slots=True)
class Home:
    """Hang up."""

    say: str = ""


Step = ToBot | ToQueue | ToAgent | Home
