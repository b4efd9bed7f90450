"""What the customer-facing channels work with, put together once by app.py."""

from dataclasses import dataclass

from bot.turn import Turns
from records.activity import Activity
from records.clock import Clock
from records.settings import Settings
from records.signals import Signals
from records.store import Store


@dataclass(frozen=True, slots=True)
class Services:
    """The parts a channel needs."""

    store: Store
    clock: Clock
    settings: Settings
    secrets: dict[str, str]
    signals: Signals
    activity: Activity
    turns: Turns
