"""Hands: what the parts of a page need to carry out an act for its agent."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from handoff.authorization import Principal
from handoff.console.asking import Asking
from handoff.console.frame import Centre
from handoff.console.screen import Screen

Act = Callable[[Awaitable[object]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Hands:
    """Given to whoever asks an agent something and does what they answer."""

    centre: Centre
    principal: Principal
    token: str
    screen: Screen
    asking: Asking
    act: Act
    """Carries out an act, says why it did not happen, and shows what came of it."""
    leave_by: Act
    """The same for an act that ends the agent's part: on success the screen is free for the next one."""
