"""The agents' console: log-in, inbox, conversation, packet. `mount` puts it under /console."""

from handoff.console.mounting import mount

__all__ = ["mount"]
