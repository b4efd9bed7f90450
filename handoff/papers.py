"""Papers of customers for agents, `GET /console/papers/{id}`: a download for who may read the customer.

Always an attachment of the kind that its bytes said; never shown in the console's own page.
"""

import asyncio
from pathlib import Path

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import FileResponse, Response
from sqlalchemy.orm import Session

from handoff import inbox, sheets
from handoff.access import COOKIE
from handoff.authorization import Permission, Principal, authorize
from handoff.refusals import Forbidden, NotLoggedIn
from handoff.switchboard import Switchboard
from records import audit, papers
from records.clock import Clock
from records.models import ConversationId, Paper
from records.store import Store

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}


def router(switchboard: Switchboard, store: Store, clock: Clock, data: Path) -> APIRouter:
    """The route of the papers; include it before the console is mounted."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/console/papers/{paper_id}")
    async def download(paper_id: str, request: Request) -> Response:
        """The file, for an agent of this conversation, who decides on its case, or a supervisor."""
        try:
            principal = await switchboard.principal(request.cookies.get(COOKIE, ""))
        except NotLoggedIn:
            raise HTTPException(401, "please log in") from None
        paper = await asyncio.to_thread(_look, store, clock, principal, paper_id)
        path = papers.folder_of(data) / paper.file if paper else None
        if paper is None or path is None or not path.is_file():
            raise HTTPException(404, "no such paper")
        return FileResponse(
            path,
            media_type=paper.media,
            filename=papers.download_name(paper),
            content_disposition_type="attachment",
            headers=HEADERS,
        )

    return routes


def _look(store: Store, clock: Clock, principal: Principal, paper_id: str) -> Paper | None:
    """The paper with the audit line of the look; None where there is none that the agent may see."""
    with store.writing() as session:
        paper = session.get(Paper, paper_id)
        if paper is None:
            return None
        if not _may_see(session, principal, paper):
            return None
        audit.note(
            session, clock.now(), f"agent:{principal.login}", "read.paper", f"paper:{paper.id}",
            conversation=paper.conversation_id, title=paper.title,
        )  # fmt: skip
        return paper


def _may_see(session: Session, principal: Principal, paper: Paper) -> bool:
    """Who may see the customer sees the paper; and, once it belongs to a case, who decides on cases."""
    holder = inbox.reader_of(session, ConversationId(paper.conversation_id), principal.agent_id)
    wanted = [Permission.READ_CUSTOMER]
    if paper.claim_id is not None or sheets.is_awaited(session, paper):
        wanted.append(Permission.READ_CASES)
    for permission in wanted:
        try:
            authorize(principal, permission, holder)
        except Forbidden:
            continue
        return True
    return False
