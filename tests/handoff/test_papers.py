"""Customers' papers for agents: a download for who may see the customer, and for nobody else."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from handoff import papers
from handoff.access import COOKIE
from handoff.reasons import Reason
from handoff.switchboard import Switchboard
from records import papers as files
from records.models import AuditEntry, ConversationId, Paper
from records.signals import Signals
from tests.handoff import cases
from tests.handoff.conftest import AMY, BEN, DORA, Floor
from tests.records.test_papers import PDF


@pytest.fixture
async def client(floor: Floor, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    switchboard = Switchboard(floor.store, floor.clock, Signals())
    app.include_router(papers.router(switchboard, floor.store, floor.clock, tmp_path))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://centre") as client:
        yield client


def paper_of(floor: Floor, data: Path, conversation: ConversationId) -> str:
    with floor.store.writing() as session:
        paper = files.register(session, conversation, files.keep(data, PDF), floor.clock.now())
        assert paper is not None
        return paper.id


def log_in(floor: Floor, login: str) -> dict[str, str]:
    return {"Cookie": f"{COOKIE}={floor.log_in(login)}"}


async def test_the_agent_of_the_conversation_gets_an_attachment_and_leaves_a_line(
    floor: Floor, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    amy = floor.staff(AMY)["amy"]
    paper = paper_of(floor, tmp_path, floor.held(amy, Reason.ASKED_FOR).id)
    response = await client.get(f"/console/papers/{paper}", headers=log_in(floor, "amy"))
    assert response.status_code == 200 and response.content == PDF
    assert response.headers["content-disposition"].startswith("attachment")
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["content-type"] == "application/pdf"
    assert "sandbox" in response.headers["content-security-policy"]
    with floor.store.reading() as session:
        line = session.scalars(select(AuditEntry).where(AuditEntry.action == "read.paper")).one()
    assert (line.actor, line.subject) == ("agent:amy", f"paper:{paper}")


async def test_who_decides_on_cases_gets_the_papers_of_a_case(
    floor: Floor, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    amy = floor.staff(AMY)["amy"]
    conversation = floor.held(amy, Reason.ASKED_FOR).id
    floor.staff(BEN)
    paper, customer = paper_of(floor, tmp_path, conversation), floor.customer()
    unsorted = await client.get(f"/console/papers/{paper}", headers=log_in(floor, "ben"))
    assert unsorted.status_code == 404
    with floor.store.writing() as session:
        cases.new_document(session, conversation, customer, floor.clock.now())
    awaited = await client.get(f"/console/papers/{paper}", headers=log_in(floor, "ben"))
    assert awaited.status_code == 200
    with floor.store.writing() as session:
        claim = cases.claim(session, conversation, None, floor.clock.now(), "a paper")
        row = session.get_one(Paper, paper)
        row.claim_id, row.taken_at = claim.id, floor.clock.now()
    of_claim = await client.get(f"/console/papers/{paper}", headers=log_in(floor, "ben"))
    assert of_claim.status_code == 200


async def test_nobody_else_gets_it(floor: Floor, client: httpx.AsyncClient, tmp_path: Path) -> None:
    amy = floor.staff(AMY)["amy"]
    paper = paper_of(floor, tmp_path, floor.held(amy, Reason.ASKED_FOR).id)
    floor.staff(BEN, DORA)
    assert (await client.get(f"/console/papers/{paper}")).status_code == 401
    other = await client.get(f"/console/papers/{paper}", headers=log_in(floor, "ben"))
    unknown = await client.get("/console/papers/nothing", headers=log_in(floor, "ben"))
    assert other.status_code == unknown.status_code == 404 and other.content == unknown.content
    assert (await client.get(f"/console/papers/{paper}", headers=log_in(floor, "dora"))).status_code == 200
