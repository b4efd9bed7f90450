"""Health of the installation (`GET /healthz`) and its figures for Prometheus (`GET /metrics`)."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Literal

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest

State = Literal["ok", "down"]
Check = Callable[[], Awaitable[bool]]

TASKS = Gauge("centre_tasks", "Tasks of the event loop; asked for on the loop itself")
TASKS.set_function(lambda: len(asyncio.all_tasks()))


def router(checks: Mapping[str, Check]) -> APIRouter:
    """The routes; `checks` by the part's name."""
    routes = APIRouter()

    @routes.get("/healthz", summary="Whether each part works; 503 when one does not")
    async def healthz(response: Response) -> dict[str, State]:
        results = await asyncio.gather(*(check() for check in checks.values()))
        if not all(results):
            response.status_code = 503
        return {name: "ok" if good else "down" for name, good in zip(checks, results, strict=True)}

    @routes.get("/metrics", summary="Figures for Prometheus")
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return routes
