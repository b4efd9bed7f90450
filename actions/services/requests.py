"""How far the changes are that a customer asked for, and taking one back before it is decided.

A request of somebody else is answered like one that does not exist.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.forms.service import Answers, Context, Facts, Field, Outcome, Service
from actions.normalise import Choice, read_choice, read_yes_no
from actions.reply import Button
from actions.services.catalogue import CATALOGUE
from actions.services.inquiries import natural, note_look
from actions.services.transactions import BY_CODE
from actions.services.wording import show_date
from actions.servicing import casebook, decision
from actions.servicing.states import OPEN, WORDS, NotPossible, State
from records.models import ServiceTransaction

SHOWN = 5
ANY = ""
"""No request in particular: the latest are told."""

_RECEIPT = re.compile(r"\bs\s*r[\s-]*(\d[\d\s-]{8,13}\d)\b", re.IGNORECASE)
_BACK = re.compile(
    r"\b(?:withdraw|take (?:it |that |this )?back|undo|revoke|call (?:it |that )?off)\b", re.IGNORECASE
)
_TITLES = {entry.code: entry.title for entry in CATALOGUE.values() if entry.code}
_YES_NO = (Choice("yes", "Yes, withdraw it"), Choice("no", "No, leave it"))
_WORDS = {state.value: words for state, words in WORDS.items()} | {"done": "done", "received": "received"}


def look_up(session: Session, context: Context) -> Mapping[str, Any]:
    """The customer's requests that are not decided."""
    rows = session.execute(
        select(ServiceTransaction.receipt, ServiceTransaction.service)
        .where(
            ServiceTransaction.customer_id == context.customer_id,
            ServiceTransaction.state.in_([state.value for state in OPEN]),
        )
        .order_by(ServiceTransaction.id.desc())
    )
    return {"open": {row.receipt: _TITLES.get(row.service, row.service) for row in rows}}


def _open(facts: Facts) -> Mapping[str, str]:
    found: Mapping[str, str] = facts.more.get("open", {})
    return found


def _choices(facts: Facts) -> tuple[Choice, ...]:
    return tuple(Choice(receipt, f"{receipt}: {title}", (title,)) for receipt, title in _open(facts).items())


def read_receipt(text: str, facts: Facts) -> str:
    """A receipt number, or one of the open requests.

    Raises:
        Misread: not_offered, several.
    """
    return _scan_receipt(text, facts) or read_choice(text, _choices(facts))


def _scan_receipt(text: str, _facts: Facts) -> str | None:
    match = _RECEIPT.search(text)
    return "SR" + re.sub(r"\D", "", match.group(1)) if match else None


def _scan_back(text: str, _facts: Facts) -> bool | None:
    return True if _BACK.search(text) else None


def _only_one(facts: Facts) -> str | None:
    return next(iter(_open(facts))) if len(_open(facts)) == 1 else None


def _nothing_open(_session: Session, context: Context, answers: Answers) -> Outcome | None:
    if not answers.get("withdraw") or _open(context.facts):
        return None
    return Outcome(
        "You have no request that could be withdrawn: what is decided stays.",
        natural("talk_to_agent"),
        custom={"refused": "nothing_open"},
    )


def _which(answers: Answers) -> str:
    return str(answers.get("receipt") or answers.get("which") or ANY)


def _sure(answers: Answers, facts: Facts) -> str:
    receipt = _which(answers)
    title = _open(facts).get(receipt)
    return f"Shall I withdraw {receipt}" + (f" ({title})" if title else "") + "? Then it is not carried out."


def check_transaction_status(session: Session, context: Context, answers: Answers) -> Outcome:
    """Tell how far requests are, or withdraw one."""
    if answers.get("withdraw"):
        return _withdraw(session, context, answers)
    mine = (
        select(ServiceTransaction)
        .where(ServiceTransaction.customer_id == context.customer_id)
        .order_by(ServiceTransaction.created_at.desc(), ServiceTransaction.id.desc())
        .limit(SHOWN)
    )
    number = answers["receipt"]
    rows = session.scalars(mine.where(ServiceTransaction.receipt == number) if number else mine).all()
    if not rows and number:
        return Outcome("I can't find that request among yours.", natural("talk_to_agent"))
    if not rows:
        return Outcome("I find no change that you asked for.", natural("talk_to_agent"))
    note_look(session, context, "check_transaction_status", number or "all")
    lines = [told(row) for row in rows]
    text = lines[0] if len(lines) == 1 else "\n".join(f"- {line}" for line in lines)
    receipt = rows[0].receipt if len(rows) == 1 else None
    return Outcome(f"Your latest requests:\n{text}" if len(lines) > 1 else text, _buttons(rows), receipt)


def told(row: ServiceTransaction) -> str:
    """A request in one line: number, what, when, how far, and what comes next or why not."""
    text = f"{row.receipt}: {_TITLES.get(row.service, row.service)}, {show_date(row.created_at.date())}, "
    text += _WORDS.get(row.state, row.state.replace("_", " "))
    if row.state in {state.value for state in OPEN} and row.waiting_for:
        text += f" (for {row.waiting_for})"
    if row.state == State.WAITING_FOR_AGENT and "decide_by" in row.details:
        text += f" (by {show_date(date.fromisoformat(row.details['decide_by']))})"
    if row.state == "refused" and row.reason:
        text += f": {row.reason}"
    return text.rstrip(".") + "."


def _buttons(rows: Any) -> tuple[Button, ...]:
    return tuple(
        Button(
            f"Withdraw {row.receipt}",
            {"intent": "check_transaction_status", "receipt": row.receipt, "withdraw": "yes"},
        )
        for row in rows
        if row.state in {state.value for state in OPEN}
    )


def _withdraw(session: Session, context: Context, answers: Answers) -> Outcome:
    receipt = _which(answers)
    row = casebook.by_receipt(session, receipt)
    if row is None or row.customer_id != context.customer_id or row.service not in BY_CODE:
        return Outcome("I can't find that request among yours.", natural("talk_to_agent"))
    if not answers.get("sure"):
        return Outcome(f"All right, {receipt} goes on.")
    assert context.facts.profile is not None  # noqa: S101 - a verified customer has one
    try:
        decision.withdraw(
            session,
            row,
            context.now,
            actor=f"customer:{context.facts.profile.number}",
            descriptions=BY_CODE,
        )
    except NotPossible as problem:
        return Outcome(problem.message, natural("talk_to_agent"), custom={"refused": problem.code})
    title = _TITLES.get(row.service, row.service)
    return Outcome(f"Withdrawn: {receipt} ({title}). Nothing was changed.", receipt=receipt)


def _read_flag(text: str, _facts: Facts) -> bool:
    return read_yes_no(text)


TRANSACTION_STATUS = Service(
    "check_transaction_status",
    CATALOGUE["check_transaction_status"].title,
    check_transaction_status,
    (
        Field(
            name="receipt",
            title="receipt number",
            prompt="Which request is it?",
            read=read_receipt,
            scan=_scan_receipt,
            known=lambda _facts: ANY,
        ),
        Field(
            name="withdraw",
            title="withdraw it",
            prompt="Would you like to withdraw it?",
            read=_read_flag,
            scan=_scan_back,
            known=lambda _facts: False,
        ),
        Field(
            name="which",
            title="request to withdraw",
            prompt="Which of your requests shall I withdraw?",
            read=read_receipt,
            choices=_choices,
            help="These are the ones that are not decided yet.",
            why="Only one is withdrawn.",
            known=_only_one,
            when=lambda answers: bool(answers.get("withdraw")) and not answers.get("receipt"),
        ),
        Field(
            name="sure",
            title="certainty",
            prompt=_sure,
            read=_read_flag,
            help="What is withdrawn is not carried out. You can ask for it anew at any time.",
            why="So that nothing is withdrawn by mistake.",
            choices=lambda _facts: _YES_NO,
            when=lambda answers: bool(answers.get("withdraw")),
        ),
    ),
    assurance=2,
    look_up=look_up,
    stop=_nothing_open,
)
