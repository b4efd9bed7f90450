"""The agents' API, `/api/agent`: all that the console does, for programs; see docs/agents-api.md."""

from handoff.api.routes import router

__all__ = ["router"]
