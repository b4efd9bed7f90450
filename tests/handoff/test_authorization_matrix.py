"""Every route that is mounted, times every role and no role: as declared, and nothing is undeclared."""

import inspect
import re
from collections.abc import Iterator
from dataclasses import fields
from datetime import timedelta
from typing import Any, get_type_hints

import pytest
from starlette.websockets import WebSocketDisconnect

from handoff import access, accounts, gate
from handoff.access import API, AREAS, DECLARED, Anyone, Needs
from handoff.authorization import reach_of
from handoff.desks import Desks, desks
from handoff.refusals import Forbidden, NotLoggedIn
from records.clock import SystemClock
from records.models import Role
from records.signals import Signals
from tests.handoff.conftest import AMY, PRESENCE_SECONDS, Floor
from tests.handoff.house import House, open_house, routes_of

NOBODY = ("", "made-up", "revoked")
INSIDE = sorted(key for key in DECLARED if any(f" {area}" in key for area in AREAS))
SOCKET = "/console/_nicegui_ws/socket.io/?EIO=4&transport="


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_house(tmp_path_factory.mktemp("house")) as opened:
        yield opened


@pytest.fixture(scope="module")
def tokens(house: House) -> dict[str, str]:
    """One for each role, and one that was revoked; those that a test uses up are made by it."""
    found = {role.value: house.log_in(role.value) for role in Role}
    over = house.log_in(Role.AGENT.value)
    with house.store.writing() as session:
        accounts.log_out(session, over, SystemClock().now())
    return {**found, "revoked": over, "made-up": "made-up", "": ""}


def call(house: House, key: str, token: str) -> Any:
    method, _, template = key.partition(" ")
    path = re.sub(r"\{\w+(:path)?\}", "nothing-here", template)
    if "_nicegui_ws" in path:
        path = f"{SOCKET}polling"
    headers = {"authorization": f"Bearer {token}"} if path.startswith(API) and token else {}
    house.client.cookies.clear()
    if token:
        house.client.cookies.set(access.COOKIE, token)
    body: Any = {"json": {}} if method in ("POST", "PUT") and path.startswith(API) else {}
    return house.client.request(method, path, headers=headers, **body)


def for_socket(token: str) -> dict[str, str]:
    return {"cookie": f"{access.COOKIE}={token}", "upgrade": "websocket"}


def is_turned_away(answer: Any) -> str:
    """Why the gate let it not pass; empty when it did."""
    if answer.status_code == 303 and answer.headers["location"] == "/console/login":
        return "not_logged_in"
    if "problem+json" not in answer.headers.get("content-type", ""):
        return ""
    code = answer.json()["code"]
    return code if code in ("not_logged_in", "not_for_role", "not_found", "other_origin") else ""


def test_every_route_of_the_application_is_declared_and_nothing_else(house: House) -> None:
    assert routes_of(house.app) == set(DECLARED)


def test_the_declaration_of_a_path_is_found_by_its_template() -> None:
    for key, declared in DECLARED.items():
        method, _, template = key.partition(" ")
        assert access.of(method, re.sub(r"\{\w+(:path)?\}", "x", template)) == declared
    assert access.of("HEAD", "/console/cases") == DECLARED["GET /console/cases"]
    for closed in ("/console/new-page", "/console/cases/", "/api/agent", "/api/agent/requests/a/b"):
        assert access.of("GET", closed) is None
    assert access.of("PATCH", "/api/agent/inbox") is None


@pytest.mark.parametrize("who", [*NOBODY, *(role.value for role in Role)])
@pytest.mark.parametrize("key", [key for key in INSIDE if not key.startswith("WS ")])
def test_a_route_lets_in_whom_it_is_declared_for(
    house: House, tokens: dict[str, str], key: str, who: str
) -> None:
    declared = DECLARED[key]
    uses_up = who and key in ("DELETE /api/agent/session", "POST /api/agent/session/renewal",
                              "POST /console/logout")  # fmt: skip
    token = house.log_in(who) if uses_up and who not in NOBODY else tokens[who]
    answer = call(house, key, token)
    if isinstance(declared, Anyone):
        assert is_turned_away(answer) in ("", "not_logged_in") and answer.status_code != 500
        if key != "POST /console/logout":  # which leads to the log-in, its work done
            assert is_turned_away(answer) == ""
    elif who in NOBODY:
        assert is_turned_away(answer) == "not_logged_in"
        assert answer.status_code == (303 if declared.is_page else 401)
    elif reach_of(Role(who), declared.permission) is None:
        assert (answer.status_code, is_turned_away(answer)) == (403, "not_for_role")
    else:
        assert is_turned_away(answer) == "" and answer.status_code != 500


@pytest.mark.parametrize("who", [*NOBODY, *(role.value for role in Role)])
def test_the_socket_lets_in_whom_it_is_declared_for(house: House, tokens: dict[str, str], who: str) -> None:
    declared = DECLARED["WS /console/_nicegui_ws/{path:path}"]
    assert isinstance(declared, Needs)
    lets_in = who not in NOBODY and reach_of(Role(who), declared.permission) is not None
    headers = for_socket(tokens[who])
    if lets_in:
        with house.client.websocket_connect(f"{SOCKET}websocket", headers=headers) as socket:
            assert socket.receive_text().startswith("0{")
    else:
        with (
            pytest.raises(WebSocketDisconnect) as refused,
            house.client.websocket_connect(f"{SOCKET}websocket", headers=headers),
        ):
            pass
        assert refused.value.code == gate.SESSION_OVER


def test_a_socket_is_not_opened_for_a_page_of_somebody_else(house: House, tokens: dict[str, str]) -> None:
    headers = for_socket(tokens["agent"]) | {"origin": "http://elsewhere.example"}
    with (
        pytest.raises(WebSocketDisconnect),
        house.client.websocket_connect(f"{SOCKET}websocket", headers=headers),
    ):
        pass


@pytest.mark.parametrize("act", ["password", "role", "log_out"])
def test_the_socket_closes_when_its_session_ends(
    house: House, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    monkeypatch.setattr(gate, "CHECK_SECONDS", 0.02)
    token = house.log_in("agent")
    headers = for_socket(token)
    with house.client.websocket_connect(f"{SOCKET}websocket", headers=headers) as socket:
        assert socket.receive_text().startswith("0{")
        now = SystemClock().now()
        with house.store.writing() as session:
            match act:
                case "password":
                    house.passwords["agent"] = accounts.reset_password(session, "agent", now)
                case "role":
                    accounts.change_role(session, "agent", Role.AGENT, now, "agent:supervisor")
                case _:
                    accounts.log_out(session, token, now)
        with pytest.raises(WebSocketDisconnect) as closed:
            while True:
                socket.receive_text()
        assert closed.value.code == gate.SESSION_OVER


def test_a_cookie_opens_no_api_and_a_bearer_token_no_page(house: House, tokens: dict[str, str]) -> None:
    house.client.cookies.clear()
    bearer = {"authorization": f"Bearer {tokens['supervisor']}"}
    assert is_turned_away(house.client.get("/console/cases", headers=bearer)) == "not_logged_in"
    house.client.cookies.set(access.COOKIE, tokens["supervisor"])
    assert is_turned_away(house.client.get("/api/agent/inbox")) == "not_logged_in"


def test_what_is_not_declared_is_closed_even_for_supervisors(
    house: House, tokens: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "DECLARED", {})
    monkeypatch.setattr(access, "_TEMPLATES", ())
    for key in ("GET /console/cases", "GET /api/agent/inbox", "POST /api/agent/session"):
        assert is_turned_away(call(house, key, tokens["supervisor"])) == "not_found"


def _acts() -> list[tuple[str, str]]:
    """Every act that pages, sockets and the API can ask for, by the desk that has it."""
    return [
        (one.name, name)
        for one in fields(Desks)
        for name, act in inspect.getmembers(get_type_hints(Desks)[one.name], inspect.iscoroutinefunction)
        if not name.startswith("_") and "token" in inspect.signature(act).parameters
    ]


def _values(act: Any) -> dict[str, Any]:
    """Something of the right kind for every argument but the token."""
    given: dict[str, Any] = {"str": "nothing", "int": 1, "bool": True, "ConversationId": "nothing",
                             "datetime": SystemClock().now(), "timedelta": timedelta(days=1)}  # fmt: skip
    return {
        name: given.get(getattr(one.annotation, "__name__", ""), {})
        for name, one in inspect.signature(act).parameters.items()
        if name not in ("self", "token") and one.default is inspect.Parameter.empty
    }


@pytest.mark.parametrize(("desk", "name"), _acts())
async def test_every_act_wants_a_living_session_and_a_permission_of_the_table(
    floor: Floor, monkeypatch: pytest.MonkeyPatch, desk: str, name: str
) -> None:
    floor.staff(AMY)
    token = accounts.log_in(floor.store, "amy", floor.passwords["amy"], floor.clock)
    made = desks(floor.store, floor.clock, Signals(), PRESENCE_SECONDS)
    act = getattr(getattr(made, desk), name)
    for nobodys in ("", "made-up"):
        with pytest.raises(NotLoggedIn):
            await act(nobodys, **_values(act))
    if name in ("principal", "log_out"):
        return  # who they are, and that they go, is everybody's own
    monkeypatch.setattr("handoff.authorization._TABLE", {})
    with pytest.raises(Forbidden):
        await act(token, **_values(act))
