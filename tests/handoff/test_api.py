"""The agents' API: a conversation from offer to resolution, decisions, accounts, and how it says no."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pyotp
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from handoff import api
from handoff.api import calls
from handoff.gate import Gate
from records import ledger
from records.models import AuditEntry, Author, ConversationId, Customer, Handoff, HandoffState, Kind
from records.signals import Signals
from tests.handoff import cases
from tests.handoff.conftest import AMY, BEN, DORA, PRESENCE_SECONDS, Floor
from tests.handoff.test_decisions import asked


class Heard(Signals):
    """Says when somebody begins to watch."""

    def __init__(self) -> None:
        super().__init__()
        self.watched = asyncio.Event()

    @contextmanager
    def watching(
        self, conversation_id: ConversationId, bell: asyncio.Event | None = None
    ) -> Iterator[asyncio.Event]:
        with super().watching(conversation_id, bell) as bell:
            self.watched.set()
            yield bell


@pytest.fixture
def signals() -> Heard:
    return Heard()


@pytest.fixture
async def client(floor: Floor, signals: Heard) -> AsyncIterator[httpx.AsyncClient]:
    async with calling(floor, signals) as made:
        yield made


def calling(floor: Floor, signals: Signals) -> httpx.AsyncClient:
    """The API behind its gate."""
    app = FastAPI()
    app.include_router(api.router(floor.store, floor.clock, signals, PRESENCE_SECONDS))
    app.add_middleware(Gate, store=floor.store, clock=floor.clock)
    transport = httpx.ASGITransport(app)
    return httpx.AsyncClient(transport=transport, base_url="http://centre/api/agent")


class Caller:
    """A program with the token of an agent."""

    def __init__(self, client: httpx.AsyncClient, token: str) -> None:
        self._client = client
        self.headers = {"authorization": f"Bearer {token}"}

    async def __call__(
        self, method: str, path: str, body: Any = None, *, key: str = "", status: int = 200
    ) -> Any:
        headers = self.headers | ({"Idempotency-Key": key} if key else {})
        answer = await self._client.request(method, path, json=body, headers=headers)
        assert answer.status_code == status, answer.text
        assert answer.headers["cache-control"] == "no-store"
        if status >= 400:
            assert answer.headers["content-type"] == "application/problem+json"
            assert {"type", "title", "status", "code", "detail"} <= answer.json().keys()
        return answer.json() if answer.content else None


async def log_in(client: httpx.AsyncClient, floor: Floor, login: str, **more: str) -> Caller:
    answer = await client.post("/session", json={"login": login, "password": floor.passwords[login], **more})
    assert answer.status_code == 201, answer.text
    return Caller(client, answer.json()["token"])


def audit_of(floor: Floor, action: str) -> list[tuple[str, str]]:
    with floor.store.reading() as session:
        lines = session.scalars(select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id))
        return [(line.actor, line.subject) for line in lines]


async def test_a_conversation_from_offer_to_resolution(client: httpx.AsyncClient, floor: Floor) -> None:
    floor.staff(AMY)
    amy = await log_in(client, floor, "amy")
    talk = floor.hand_over()
    assert (await amy("GET", "/queue"))["count"] == 1
    floor.assign()
    (offer,) = (await amy("GET", "/inbox"))["offers"]
    assert offer["conversation_id"] == talk
    stand = await amy("POST", f"/offers/{talk}/acceptance")
    assert stand["owner"] == "agent"
    read = await amy("GET", f"/conversations/{talk}")
    assert (
        read["packet"]["last_utterance"] == "I want to talk to somebody" and read["epoch"] == stand["epoch"]
    )
    reply = {"text": "Good morning", "epoch": stand["epoch"]}
    first = await amy("POST", f"/conversations/{talk}/replies", reply, key="reply-0001", status=201)
    again = await amy("POST", f"/conversations/{talk}/replies", reply, key="reply-0001", status=201)
    assert first == again and floor.texts(talk).count("Good morning") == 1
    await amy("POST", f"/conversations/{talk}/notes", {"text": "careful"}, key="note-0001", status=201)
    await amy("POST", f"/conversations/{talk}/replies", reply, status=422)
    stale = await amy(
        "POST", f"/conversations/{talk}/replies", reply | {"epoch": 0}, key="reply-0002", status=409
    )
    assert stale["code"] == "stale_epoch"
    done = {"epoch": stand["epoch"], "disposition": "solved", "notes": "All said"}
    assert (await amy("POST", f"/conversations/{talk}/resolution", done))["owner"] == "bot"
    with floor.store.reading() as session:
        handoff = session.scalars(select(Handoff)).one()
    assert (handoff.state, handoff.disposition) == (HandoffState.DONE, "solved")
    refused = await amy(
        "POST", f"/conversations/{talk}/replies", reply | {"epoch": stand["epoch"] + 2}, key="reply-0003",
        status=403,
    )  # fmt: skip
    assert refused["code"] == "forbidden"


async def test_offers_can_be_let_go_and_conversations_given_back(
    client: httpx.AsyncClient, floor: Floor
) -> None:
    floor.staff(AMY)
    amy = await log_in(client, floor, "amy")
    talk = floor.hand_over()
    floor.assign()
    assert (await amy("POST", f"/offers/{talk}/refusal"))["owner"] == "queued"
    assert (await amy("POST", f"/offers/{talk}/acceptance", status=409))["code"] == "offer_gone"
    floor.clock.advance(seconds=20)
    floor.assign()
    stand = await amy("POST", f"/offers/{talk}/acceptance")
    assert (await amy("POST", f"/conversations/{talk}/return", {"epoch": stand["epoch"]}))["owner"] == "bot"


async def test_the_transcript_since_an_entry_leaves_nothing_out(
    client: httpx.AsyncClient, floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    amy_id = floor.staff(AMY)["amy"]
    amy = await log_in(client, floor, "amy")
    talk = floor.held(amy_id).id
    with floor.store.writing() as session:
        for number in range(450):
            ledger.append_from_customer(
                session, talk, f"more{number}", {"text": f"line {number}"}, floor.clock.now()
            )
    seen: list[int] = []
    after, more = 0, True
    while more:
        page = await amy("GET", f"/conversations/{talk}/entries?after={after}")
        seen += [entry["seq"] for entry in page["entries"]]
        after, more = page["after"], page["more"]
    assert seen == list(range(1, seen[-1] + 1)) and len(seen) > 450
    nothing = await amy("GET", f"/conversations/{talk}/entries?after={after}")
    assert nothing == {"entries": [], "after": after, "more": False}


async def test_a_waiting_reader_gets_the_next_entry_at_its_bell(
    client: httpx.AsyncClient, floor: Floor, signals: Heard
) -> None:
    amy_id = floor.staff(AMY)["amy"]
    amy = await log_in(client, floor, "amy")
    talk = floor.held(amy_id).id
    last = (await amy("GET", f"/conversations/{talk}/entries"))["after"]
    signals.watched.clear()
    reading = asyncio.create_task(amy("GET", f"/conversations/{talk}/entries?after={last}&wait=20"))
    await asyncio.wait_for(signals.watched.wait(), 10)
    with floor.store.writing() as session:
        standing = ledger.lock(session, talk)
        ledger.append(
            session, standing, Author.SYSTEM, [("s", Kind.MESSAGE, {"text": "news"})], floor.clock.now(),
            epoch=None,
        )  # fmt: skip
    signals.advanced(talk)
    (entry,) = (await asyncio.wait_for(reading, 10))["entries"]
    assert entry["body"]["text"] == "news"


async def test_every_look_at_a_customer_leaves_a_line(client: httpx.AsyncClient, floor: Floor) -> None:
    amy_id = floor.staff(AMY)["amy"]
    talk = floor.talk("A loan please", customer_id=floor.customer(), assurance=3)
    floor.hand_over(conversation_id=talk)
    floor.assign()
    floor.accept(amy_id, talk)
    floor.staff(DORA)
    for login in ("amy", "dora"):
        caller = await log_in(client, floor, login)
        for _ in range(3):
            await caller("GET", f"/conversations/{talk}")
            await caller("GET", f"/conversations/{talk}/entries")
        assert (await caller("GET", f"/conversations/{talk}/packet"))["customer"]["name"] == "Li Wei"
        assert (await caller("GET", f"/conversations/{talk}/customer"))["mobile"] == "+12025550101"
        await caller("GET", f"/conversations/{talk}/requests")
    assert audit_of(floor, "conversation_viewed") == [
        (f"agent:{login}", f"conversation:{talk}") for login in ("amy", "dora")
    ]
    assert [actor for actor, _ in audit_of(floor, "customer_viewed")] == ["agent:amy"] * 2 + [
        "agent:dora"
    ] * 2


async def test_conversations_of_others_are_closed_to_agents(client: httpx.AsyncClient, floor: Floor) -> None:
    talk = floor.held(floor.staff(AMY)["amy"]).id
    floor.staff(BEN)
    ben = await log_in(client, floor, "ben")
    for path in ("", "/entries", "/packet", "/customer", "/requests"):
        assert (await ben("GET", f"/conversations/{talk}{path}", status=403))["code"] == "forbidden"
        await ben("GET", f"/conversations/none{path}", status=403)
    note = {"text": "let me in"}
    await ben("POST", f"/conversations/{talk}/notes", note, key="note-0001", status=403)
    assert audit_of(floor, "conversation_viewed") == []


async def test_two_agents_decide_on_a_surrender(client: httpx.AsyncClient, floor: Floor) -> None:
    floor.staff(AMY, BEN)
    amy, ben = [await log_in(client, floor, login) for login in ("amy", "ben")]
    talk, receipt = asked(floor, cases.surrender)
    assert [one["receipt"] for one in (await amy("GET", "/work"))["requests"]] == [receipt]
    assert (await amy("GET", f"/requests/{receipt}"))["request"]["stage"] == "decide"
    words = (await amy("POST", f"/requests/{receipt}/approval", {}))["words"]
    assert words.endswith("Another colleague must agree.")
    await amy("POST", f"/requests/{receipt}/approval", {}, status=409)
    assert (await ben("POST", f"/requests/{receipt}/approval", {}))["words"] == "Approved, and carried out."
    assert (await ben("POST", "/requests/SR0/approval", {}, status=404))["code"] == "unknown_case"
    with floor.store.writing() as session:
        loan = cases.loan(session, talk, session.scalars(select(Customer.id)).one(), floor.clock.now())
    assert (await amy("POST", f"/requests/{loan}/refusal", {"reason": " "}, status=422))["code"] == (
        "reason_missing"
    )
    await amy("POST", f"/requests/{loan}/refusal", {"reason": "Too soon"})
    assert (await amy("GET", "/pulse"))["to_decide"] == 0


async def test_a_claim_is_paid(client: httpx.AsyncClient, floor: Floor) -> None:
    floor.staff(AMY)
    amy = await log_in(client, floor, "amy")
    customer = floor.customer()
    with floor.store.writing() as session:
        policy = cases.policy(session, customer, floor.clock.now())
        number = cases.claim(session, None, policy, floor.clock.now()).number
    (payee,) = (await amy("GET", f"/claims/{number}"))["payees"]
    payment = {"amount": "20000.00", "accounts": {payee["name"]: cases.ACCOUNT}}
    await amy("POST", f"/claims/{number}/payment", payment | {"amount": "2e4"}, status=422)
    assert (await amy("POST", f"/claims/{number}/payment", payment))["words"] == "The payment is ordered."
    assert (await amy("GET", "/cases"))["claims"] == []


async def test_a_token_is_short_renewed_and_revoked(client: httpx.AsyncClient, floor: Floor) -> None:
    floor.staff(AMY)
    wrong = await client.post("/session", json={"login": "amy", "password": "wrong"})
    assert (wrong.status_code, wrong.json()["code"]) == (401, "not_let_in")
    amy = await log_in(client, floor, "amy")
    me = await amy("GET", "/session")
    assert (me["login"], me["role"], me["second_factor"]) == ("amy", "agent", False)
    fresh = Caller(client, (await amy("POST", "/session/renewal", status=201))["token"])
    assert (await amy("GET", "/session", status=401))["code"] == "not_logged_in"
    floor.clock.advance(minutes=29)
    await fresh("GET", "/session")
    floor.clock.advance(minutes=1)
    await fresh("GET", "/session", status=401)


async def test_a_new_password_and_a_new_role_end_the_tokens_of_a_colleague(
    client: httpx.AsyncClient, floor: Floor
) -> None:
    floor.staff(AMY, DORA)
    dora = await log_in(client, floor, "dora")
    amy = await log_in(client, floor, "amy")
    assert (await amy("POST", "/agents/ben/password", status=403))["code"] == "not_for_role"
    made = await dora("POST", "/agents/amy/password", status=201)
    await amy("GET", "/inbox", status=401)
    floor.passwords["amy"] = made["password"]
    amy = await log_in(client, floor, "amy")
    await dora("PUT", "/agents/amy/role", {"role": "supervisor"}, status=204)
    await amy("GET", "/inbox", status=401)
    amy = await log_in(client, floor, "amy")
    assert {one["login"]: one["role"] for one in await amy("GET", "/agents")}["amy"] == "supervisor"
    assert (await dora("PUT", "/agents/dora/role", {"role": "agent"}, status=409))["code"] == "own_role"
    assert (await dora("POST", "/agents/nobody/password", status=404))["code"] == "unknown_login"


async def test_the_second_factor_over_the_api(client: httpx.AsyncClient, floor: Floor) -> None:
    floor.staff(AMY)
    amy = await log_in(client, floor, "amy")
    app = pyotp.TOTP((await amy("POST", "/second-factor", status=201))["secret"])
    assert (await amy("PUT", "/second-factor", {"code": "x"}, status=422))["code"] == "wrong_code"
    codes = (await amy("PUT", "/second-factor", {"code": app.at(floor.clock.now())}))["codes"]
    alone = await client.post("/session", json={"login": "amy", "password": floor.passwords["amy"]})
    assert (alone.status_code, alone.json()["code"]) == (401, "code_needed")
    amy = await log_in(client, floor, "amy", code=codes[0])
    assert (await amy("GET", "/session"))["second_factor"]
    await amy("DELETE", "/second-factor", {"code": codes[1]}, status=204)
    await log_in(client, floor, "amy")


async def test_what_does_not_fit_is_named_and_never_repeated(client: httpx.AsyncClient, floor: Floor) -> None:
    floor.staff(AMY)
    answer = await client.post("/session", json={"login": "amy", "password": "", "secret": "hunter2"})
    assert answer.status_code == 422 and "hunter2" not in answer.text
    assert {one["field"] for one in answer.json()["fields"]} == {"body.password", "body.secret"}


async def test_too_many_calls_are_told_so(
    signals: Heard, floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    floor.staff(AMY)
    monkeypatch.setattr(calls, "PER_SECOND", 0.0)
    monkeypatch.setattr(calls, "BURST", 3)
    async with calling(floor, signals) as client:
        amy = await log_in(client, floor, "amy")
        for _ in range(3):
            await amy("GET", "/session")
        answer = await client.get("/session", headers=amy.headers)
        # Another token is another matter.
        await (await log_in(client, floor, "amy"))("GET", "/session")
    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
    assert answer.headers["retry-after"] == "1"


def test_the_api_is_described(floor: Floor) -> None:
    app = FastAPI()
    app.include_router(api.router(floor.store, floor.clock, Signals(), PRESENCE_SECONDS))
    described = app.openapi()
    assert len(described["paths"]) >= 35
    for path in described["paths"].values():
        for call in path.values():
            assert call["summary"]
    assert described["components"]["securitySchemes"]["HTTPBearer"]["scheme"] == "bearer"
