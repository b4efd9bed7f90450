"""The router of the agents' API, put together from its parts."""

from fastapi import APIRouter

from handoff import access
from handoff.api import account_routes, case_routes, talk_routes
from handoff.api.calls import Desks, Limits, route_class
from handoff.casedesk import Casedesk
from handoff.looks import Looks
from handoff.switchboard import Switchboard
from records.clock import Clock
from records.signals import Signals
from records.store import Store


def router(store: Store, clock: Clock, signals: Signals) -> APIRouter:
    """All routes below `/api/agent`; the gate stands in front of them."""
    routes = APIRouter(prefix=access.API, tags=["agents"], route_class=route_class(Limits()))
    desks = Desks(
        Switchboard(store, clock, signals),
        Casedesk(store, clock, signals),
        store,
        clock,
        signals,
        Looks(),
    )
    for part in (account_routes, talk_routes, case_routes):
        part.add_to(routes, desks)
    return routes
