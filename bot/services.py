"""What the customer-facing channels work with, put together once by app.py."""

from dataclasses import dataclass, field

from bot.newcomers import Newcomers
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
    newcomers: Newcomers = field(init=False)
    """Counts the conversations that begin, for all channels together."""

    def __post_init__(self) -> None:
        """Begin to count."""
        object.__setattr__(self, "newcomers", Newcomers(self.settings.new_conversations))
