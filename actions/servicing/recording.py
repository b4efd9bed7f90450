"""How a described transaction becomes a service, and what its form does when it is sent: record, effect.

The same for all of them. Nothing happens below the identity level, and nothing twice for one form.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from actions.forms.service import Answers, Context, Facts, Outcome, Service
from actions.reply import A_PERSON, Button, intent_button
from actions.services.catalogue import TITLES
from actions.services.wording import show_date
from actions.servicing import casebook, interlock
from actions.servicing.position import Case
from actions.servicing.standing import look_up
from actions.servicing.states import NotPossible, State
from actions.servicing.transaction import DECISION_DAYS, Condition, Refusal, Transaction
from records import audit
from records.calendar import add_working_days
from records.models import ServiceTransaction


def service_of(transaction: Transaction) -> Service:
    """The service that the form engine runs."""
    entry = transaction.listed
    chosen = (transaction.policy,) if transaction.about_policy else ()

    def know(session: Session, context: Context) -> Mapping[str, Any]:
        known = look_up(session, context)
        return {**known, **transaction.look_up(session, context)} if known else known

    def confirm(answers: Answers, facts: Facts) -> str:
        return _read_back(transaction, Case(answers, facts))

    def stop(session: Session, context: Context, answers: Answers) -> Outcome | None:
        refusal = refusal_of(transaction, Case(answers, context.facts))
        return None if refusal is None else _refused(transaction, session, context, answers, refusal)

    def submit(session: Session, context: Context, answers: Answers) -> Outcome:
        return _submit(transaction, session, context, answers)

    return Service(
        intent=transaction.intent,
        title=entry.title,
        submit=submit,
        fields=(*chosen, *transaction.fields),
        assurance=entry.assurance,
        confirm=confirm,
        code=entry.code,
        tier=3 if transaction.by_agent else 1,
        look_up=know,
        stop=stop,
        transaction=transaction,
    )


def refusal_of(transaction: Transaction, case: Case) -> Refusal | None:
    """The first condition that does not hold."""
    return next(
        (
            refusal
            for condition in (*transaction.conditions, *interlock_conditions(transaction))
            if (refusal := condition.refuse(case)) is not None
        ),
        _asked_already(transaction, case),
    )


def interlock_conditions(transaction: Transaction) -> tuple[Condition, ...]:
    """The conditions of every transaction that asks the scam questions."""
    asks = any(field.name in interlock.SCAM_NAMES for field in transaction.fields)
    return (Condition("nobody pushed the customer or got codes or papers", _scam),) if asks else ()


def _scam(case: Case) -> Refusal | None:
    if not any(case.answers.get(name) for name in interlock.SCAM_NAMES):
        return None
    return Refusal("possible_scam", interlock.SCAM_WARNING, handoff="scam")


def _asked_already(transaction: Transaction, case: Case) -> Refusal | None:
    if not transaction.sole or case.known_person is None:
        return None
    if transaction.about_policy:
        requests = case.known_position.open_requests if case.known_position else {}
    else:
        requests = case.person.open_requests
    receipt = requests.get(transaction.code)
    if receipt is None:
        return None
    return Refusal(
        "asked_already",
        f"You asked for this already, and it is not decided yet: {receipt}. You can see how far it is, or "
        "withdraw it and ask anew.",
        ("check_transaction_status",),
    )


def _read_back(transaction: Transaction, case: Case) -> str:
    lines = list(transaction.lines(case))
    paid_out = transaction.money(case)
    if paid_out is not None:
        lines += interlock.lines(paid_out, case.person.name)
    body = "\n".join(f"- {line}" for line in lines)
    notice = ""
    if transaction.callback and paid_out is not None and interlock.holds(paid_out, case.person):
        notice = "\nA colleague calls you before anything is paid."
    return f"Let me read that back:\n{body}{notice}\nIs that right?"


def _refused(
    transaction: Transaction, session: Session, context: Context, answers: Answers, refusal: Refusal
) -> Outcome:
    number = context.facts.profile.number if context.facts.profile else ""
    audit.note(
        session,
        context.now,
        f"customer:{number}" if number else "bot",
        f"service.{transaction.code}.refused",
        f"policy:{answers['policy']}" if answers.get("policy") else f"conversation:{context.conversation_id}",
        because=refusal.code,
        conversation=context.conversation_id,
        level=context.facts.level,
    )
    buttons = (*ways(*refusal.alternatives), A_PERSON)
    return Outcome(refusal.reason, buttons, handoff=refusal.handoff, custom={"refused": refusal.code})


def ways(*intents: str) -> tuple[Button, ...]:
    """Buttons for other things to do."""
    return tuple(intent_button(TITLES[intent][:1].upper() + TITLES[intent][1:], intent) for intent in intents)


def _submit(transaction: Transaction, session: Session, context: Context, answers: Answers) -> Outcome:
    level = transaction.listed.assurance
    if context.facts.level < level:
        raise PermissionError(f"{transaction.intent} needs level {level}")
    row = casebook.find(session, context.conversation_id, transaction.code, context.version)
    if row is None:
        try:
            with session.begin_nested():
                row = _record(transaction, session, context, answers)
        except NotPossible as problem:
            return _refused(transaction, session, context, answers, Refusal(problem.code, problem.message))
    return told(row)


def _record(
    transaction: Transaction, session: Session, context: Context, answers: Answers
) -> ServiceTransaction:
    case = Case(answers, context.facts)
    # As the customer saw it: carrying it out changes what it is computed from.
    read_back = _read_back(transaction, case)
    paid_out = transaction.money(case)
    holds = interlock.holds(paid_out, case.person) if paid_out is not None else ()
    own_reason = transaction.call_first(case) if transaction.call_first else None
    waiting = transaction.waits(case)
    calls = (holds if transaction.callback else ()) + ((own_reason,) if own_reason else ())
    details = dict(transaction.details(case)) | {"next": transaction.next_steps(case)}
    if paid_out is not None:
        details |= {"amount": str(paid_out.amount), "loss": str(paid_out.loss), "account": paid_out.account}
    row = casebook.open_row(session, context, transaction.code, case, details)
    if calls:
        row.state, row.waiting_for = State.WAITING_FOR_CALLBACK.value, "our call to you"
        phone = case.person.former_mobile or case.person.mobile
        row.details = details | {
            "call": phone,
            "because": list(calls),
            "next": "A colleague calls you on the number we have on file before anything is done. "
            + details["next"],
        }
    elif transaction.by_agent:
        row.state = State.WAITING_FOR_AGENT.value
        row.details = details | {
            "decide_by": add_working_days(case.today, DECISION_DAYS).isoformat(),
            "flags": list(holds or (("number_changed",) if case.person.number_changed else ())),
        }
    elif waiting is not None:
        row.state, row.waiting_for, row.effective_on = State.PENDING.value, waiting.for_what, waiting.until
    transaction.prepare(session, row, context.now)
    if row.state == State.APPLIED.value:
        transaction.effect(session, row, context.now)
        row.decided_at = context.now
    session.flush()
    evidence: Mapping[str, Any] = {}
    if transaction.listed.money_out:
        evidence = interlock.evidence(session, context, case, paid_out, calls, read_back)
    casebook.note(session, context, row, evidence)
    return row


def told(row: ServiceTransaction) -> Outcome:
    """What the customer is told of a transaction that was recorded: the same, however often it is asked."""
    following = str(row.details.get("next", ""))
    buttons = (*ways("check_transaction_status"),)
    if row.state == State.APPLIED.value:
        return Outcome(f"Done. Your receipt number is {row.receipt}. {following}", buttons, row.receipt)
    if row.state == State.WAITING_FOR_CALLBACK.value:
        return Outcome(
            f"I have taken it down; your receipt number is {row.receipt}. {following}",
            receipt=row.receipt,
            handoff="callback",
            custom={
                "callback": {"phone": row.details["call"], "time": "as soon as possible"},
                "state": row.state,
            },
        )
    if row.state == State.WAITING_FOR_AGENT.value:
        return Outcome(
            f"I have taken it all down; your receipt number is {row.receipt}. Nothing is changed yet: a "
            f"colleague takes over now and decides by {show_date(_decide_by(row))}. {following}",
            receipt=row.receipt,
            handoff="human_service",
            custom={"state": row.state},
        )
    waiting = f" It waits for {row.waiting_for}." if row.waiting_for else ""
    return Outcome(
        f"I have taken it down; your receipt number is {row.receipt}.{waiting} {following}",
        buttons,
        row.receipt,
        custom={"state": row.state},
    )


def _decide_by(row: ServiceTransaction) -> date:
    return date.fromisoformat(str(row.details["decide_by"]))
