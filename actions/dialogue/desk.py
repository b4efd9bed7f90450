"""Everything a turn works with, read once at its start and written once at its end.

Knows no dialogue: it holds the conversation's standing, its forms, the facts, and the reply so far.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from actions import identity
from actions.forms import prompts, shelf
from actions.forms.course import Form
from actions.forms.service import Facts, Service
from actions.forms.shelf import Sheet, Status
from actions.forms.state import FormState
from actions.reply import Reply
from records.ledger import UnknownConversation
from records.models import Conversation, Owner
from records.prepared import Prepared

_ROW = Prepared(
    select(
        *identity.COLUMNS,
        Conversation.owner,
        Conversation.gentle,
        Conversation.fallbacks,
        Conversation.last_seq,
    )
    .where(Conversation.id == bindparam("id"))
    .with_for_update()
)
"""Locked where the database can: a change of owner waits for the turn, or the turn sees it."""


@cache
def _change(names: tuple[str, ...]) -> Prepared:
    table = cast(Table, Conversation.__table__)
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
    return Prepared(update(table).where(table.c.id == bindparam("of")).values(values))


@dataclass(slots=True)
class Desk:
    """One turn's workplace."""

    session: Session
    conversation_id: str
    now: datetime
    today: date
    minutes: float
    """How long a proof of identity holds."""

    key: bytes
    """Secret under which identifiers are hashed."""

    services: dict[str, Service]
    sheets: list[Sheet]
    customer_id: int | None
    """The customer once proven here, also when the proof has run out. Shows nothing, proves nothing."""

    fallbacks: int
    gentle: bool
    """Kept in the conversation; see `gentleness.holds`."""
    last_seq: int
    """End of the conversation's ledger."""

    facts: Facts
    is_the_bots: bool = True
    """Whether the bot still owns the conversation."""

    reply: Reply = field(default_factory=Reply)
    changes: dict[str, Any] = field(default_factory=dict)
    """Columns of the conversation to set."""

    looked_up: int | None = None
    """Version of the form whose service has looked up what `facts.more` holds."""

    begun: set[int] = field(default_factory=set)
    """Versions of the forms that were put aside in this turn."""

    @property
    def current(self) -> Sheet | None:
        """The form that waits for an answer."""
        return next((sheet for sheet in self.sheets if sheet.status is Status.OPEN), None)

    @property
    def suspended(self) -> Sheet | None:
        """The form that was put aside last."""
        return next((sheet for sheet in self.sheets if sheet.status is Status.SUSPENDED), None)

    def form_of(self, sheet: Sheet) -> Form:
        """The form on a sheet, with the identity questions that are needed now."""
        service = self.services[sheet.service]
        # What the customer knows leads to level 2; the strong level has a stage of its own.
        known = min(service.assurance, identity.VERIFIED)
        by_code = bool(sheet.state.proof.get("by_code"))
        return Form(service, identity.questions(self.facts.level, known, by_code=by_code), sheet.version)

    def new_sheet(self, service: Service) -> Sheet:
        """A fresh form of a service."""
        version = 1 + max((sheet.version for sheet in self.sheets), default=0)
        sheet = Sheet(version, service.intent, Status.OPEN, FormState(), self.now, is_new=True)
        self.sheets.insert(0, sheet)
        return sheet

    def earlier(self) -> dict[tuple[str, str], Any]:
        """What was answered in forms before this one, by name and title of the question; the latest counts.

        Only forms of this customer, and only of services whose level holds now.
        """
        found: dict[tuple[str, str], Any] = {}
        for sheet in reversed(self.sheets):
            service = self.services.get(sheet.service)
            waits = sheet.status is Status.OPEN
            if waits or service is None or sheet.state.stale or service.assurance > self.facts.level:
                continue
            titles = {one.name: one.title for one in service.fields}
            for name, value in sheet.state.answers.items():
                if name in titles:
                    found[name, titles[name]] = value
        return found

    def learn(self) -> None:
        """Read again what is known, after a proof of identity."""
        row = _ROW.first(self.session, id=self.conversation_id)
        self.customer_id = row.customer_id
        self.looked_up = None
        self.facts = facts_of(self.session, row, self.now, self.today, self.minutes, self.sheets)

    def hand_over(self, reason: str, text: str) -> None:
        """A person takes over: forms that wait are theirs now."""
        for sheet in self.sheets:
            if sheet.status in (Status.OPEN, Status.SUSPENDED):
                sheet.change(status=Status.HANDED_OVER)
        if self.fallbacks or "fallbacks" in self.changes:
            self.changes["fallbacks"] = 0  # whoever comes back to the bot starts afresh
        self.reply.say(text)
        self.reply.custom |= {"handoff": reason, "tier": 3}

    def write(self) -> None:
        """Store what the turn changed."""
        for sheet in self.sheets:
            if (sheet.is_changed or sheet.is_new) and not sheet.is_passing and sheet.service in self.services:
                sheet.shown = prompts.shown(self.form_of(sheet), sheet.state, self.facts)
        shelf.write(self.session, self.conversation_id, self.sheets, self.now)
        if self.changes:
            given = {f"new_{name}": value for name, value in self.changes.items()}
            _change(tuple(sorted(self.changes))).run(self.session, {"of": self.conversation_id} | given)


def open_desk(
    session: Session,
    conversation_id: str,
    now: datetime,
    today: date,
    *,
    minutes: float,
    key: bytes,
    services: dict[str, Service],
) -> Desk:
    """Read what a turn needs.

    Raises:
        UnknownConversation: there is no such conversation.
    """
    row = _ROW.first(session, id=conversation_id)
    if row is None:
        raise UnknownConversation(conversation_id)
    sheets = shelf.recent(session, conversation_id)
    facts = facts_of(session, row, now, today, minutes, sheets)
    return Desk(
        session, conversation_id, now, today, minutes, key, services, sheets,
        row.customer_id, row.fallbacks, row.gentle, row.last_seq, facts, row.owner is Owner.BOT,
    )  # fmt: skip


def facts_of(
    session: Session, row: Any, now: datetime, today: date, minutes: float, sheets: list[Sheet]
) -> Facts:
    """What is known now; personal data only while the proof holds."""
    standing = identity.standing_of(row, now, minutes)
    given = (sheet.state.identifier for sheet in sheets if sheet.state.identifier)
    identifier = None if identity.was_withdrawn(row) else next(given, None)
    if standing.customer_id is None:
        return Facts(today, standing.level, identifier=identifier)
    return Facts(
        today,
        standing.level,
        identity.profile_of(session, standing.customer_id, today),
        identity.policies_of(session, standing.customer_id),
        standing.policy_number,
        identifier,
    )
