"""What every call of the agents' API has: a bearer token, a limit, problem details where it is refused.

Decides nothing: permissions are the gate's and the switchboard's matter.
"""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends, Header, Path, Request, Response
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from handoff.problems import answer_to, problem
from records.models import ConversationId
from records.rate import Buckets, network_of

PER_SECOND, BURST = 20.0, 200
"""Calls of one session."""

LOG_INS_PER_SECOND, LOG_IN_BURST = 1.0, 60
"""Log-ins of one address, right or wrong: each costs the work of a password hash."""


class Limits:
    """Token buckets of one process."""

    def __init__(self) -> None:
        """Everybody starts with a full one."""
        self._sessions = Buckets(PER_SECOND, BURST)
        self._log_ins = Buckets(LOG_INS_PER_SECOND, LOG_IN_BURST)

    def take(self, request: Request) -> bool:
        """Whether the call may go on."""
        header = request.headers.get("authorization", "")
        if header:
            return self._sessions.take(header)
        return self._log_ins.take(network_of(request.client.host if request.client else ""))


def route_class(limits: Limits) -> type[APIRoute]:
    """Routes that keep to `limits` and answer refusals with problem details."""

    class Route(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            serve = super().get_route_handler()

            async def handle(request: Request) -> Response:
                if not limits.take(request):
                    return problem(429, "rate_limited", "Too many calls; please slow down.")
                try:
                    response = await serve(request)
                except Exception as error:
                    answer = answer_to(error)
                    if answer is None:
                        raise
                    return answer
                response.headers.setdefault("Cache-Control", "no-store")
                return response

            return handle

    return Route


_bearer = HTTPBearer(auto_error=False, description="A token of POST /api/agent/session")


# Not a plain function: that would cost every call a thread.
async def _token(given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> str:
    return given.credentials if given else ""


Token = Annotated[str, Depends(_token)]
"""The caller's; who holds it is found out where the call is carried out."""

Talk = Annotated[ConversationId, Path(alias="conversation_id", max_length=64)]
Number = Annotated[str, Path(max_length=40)]
Key = Annotated[str, Header(alias="Idempotency-Key", min_length=8, max_length=60)]
"""The caller's own name for what is written: the same again writes nothing, and answers as the first time."""
