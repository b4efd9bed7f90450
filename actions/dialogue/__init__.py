"""One turn of the bot: what was said goes in, what is done and answered comes out, exactly once."""

from actions.dialogue.turn import Dialogue

__all__ = ["Dialogue"]
