"""The router of the agents' API, put together from its parts."""

from fastapi import APIRouter

from handoff import access
from handoff.api import account_routes, case_routes, lookup_routes, steering_routes, talk_routes
from handoff.api.calls import Limits, route_class
from handoff.desks import desks
from records.clock import Clock
from records.signals import Signals
from records.store import Store


def router(
    store: Store, clock: Clock, signals: Signals, presence_seconds: float, *, passwords: bool = True
) -> APIRouter:
    """All routes below `/api/agent`; the gate stands in front of them."""
    routes = APIRouter(prefix=access.API, tags=["agents"], route_class=route_class(Limits()))
    made = desks(store, clock, signals, presence_seconds, passwords=passwords)
    for part in (account_routes, talk_routes, lookup_routes, steering_routes, case_routes):
        part.add_to(routes, made)
    return routes
