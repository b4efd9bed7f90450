"""The sheet of one request: everything that is known of it, for the agent who decides.

Reads only. Whoever shows it to somebody leaves the line of audit; see `handoff.casedesk`.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.services.transactions import BY_CODE
from actions.services.wording import money
from actions.servicing import decision
from actions.servicing.interlock import masked
from handoff import requests, sources
from handoff.requests import Request
from records.models import Agent, Paper, ServiceTransaction

UNSORTED = "Not sorted yet"
_INNER = frozenset(
    (
        "next",
        "because",
        "flags",
        "call",
        "account",
        "amount",
        "loss",
        "decide_by",
        "purpose",
        "agreed_on",
        "to_pay",
    )
)


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A file that a customer handed in."""

    id: str
    title: str
    media: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything that is known of a request, for the agent who decides."""

    request: Request
    collected: tuple[tuple[str, str], ...]
    """Label and value of each answer of the customer."""

    consented_to: tuple[str, ...]
    """The read-back that the customer said yes to, where money leaves."""

    amount: str
    """Money that leaves; empty where none does."""

    loss: str
    """What the customer loses by it; "None" where nothing is lost."""

    account: str
    call: str
    """Number to call; the one from before, when it was changed lately."""

    waits_for: str
    following: str
    """What the customer was told of the next steps."""

    second: str
    """Why a second agent must agree; empty where one is enough."""

    agreed_by: str
    """The agent who agreed first: login and name."""

    agreed_login: str
    papers: tuple[PaperLine, ...]


def sheet(session: Session, row: ServiceTransaction, now: datetime) -> Sheet:
    """All that is known of a request."""
    (request,) = requests.lines_of(session, [row], now)
    agreed = row.agreed_by or ""
    login = agreed.removeprefix("agent:")
    name = session.scalar(select(Agent.name).where(Agent.login == login)) if login else None
    account = row.details.get("account")
    because = decision.needs_second(session, row, BY_CODE) if row.service in BY_CODE else None
    return Sheet(
        request=request,
        collected=_collected(session, row),
        consented_to=sources.consented_to(session, row.receipt),
        amount=_money(row, "amount"),
        loss=_money(row, "loss") if requests.amount_in(row, "loss") else "None",
        account=masked(str(account)) if account else "",
        call=str(row.details.get("call", "")),
        waits_for=row.waiting_for,
        following=str(row.details.get("next", "")),
        second=requests.second_words(because) if because else "",
        agreed_by=name or login,
        agreed_login=login,
        papers=papers_of(session, row),
    )


def papers_of(session: Session, row: ServiceTransaction) -> tuple[PaperLine, ...]:
    """The files of a request, and those of its conversation that no service has taken yet."""
    found = session.scalars(
        select(Paper)
        .where(
            (Paper.receipt == row.receipt)
            | ((Paper.conversation_id == row.conversation_id) & Paper.taken_at.is_(None))
        )
        .order_by(Paper.received_at, Paper.id)
    )
    return tuple(PaperLine(one.id, one.title or UNSORTED, one.media, one.received_at) for one in found)


def is_awaited(session: Session, paper: Paper) -> bool:
    """Whether a paper belongs to a request, or came unsorted where an open request waits for something."""
    if paper.receipt is not None:
        return True
    here = requests.open_statement().where(ServiceTransaction.conversation_id == paper.conversation_id)
    return paper.taken_at is None and session.scalars(here.limit(1)).first() is not None


def _collected(session: Session, row: ServiceTransaction) -> tuple[tuple[str, str], ...]:
    """The answers of the form in words; what was recorded, where there is no form any more."""
    form = sources.form_of(session, row.conversation_id, row.form_version)
    if form is not None and form.filled:
        return tuple((label, value) for _, label, value in form.filled)
    return tuple(
        (sources.label_of(name), str(value))
        for name, value in row.details.items()
        if name not in _INNER and isinstance(value, str | int | float) and value != ""
    )


def _money(row: ServiceTransaction, name: str) -> str:
    amount = requests.amount_in(row, name)
    return "" if amount is None else money(amount)
