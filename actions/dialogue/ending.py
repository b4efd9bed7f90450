"""How a service ends: what it looks up, what stops it, and how its outcome is said.

Never asks anything: what comes after the end is for others to say.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from actions import identity
from actions.dialogue.desk import Desk
from actions.forms.course import Form, active_answers
from actions.forms.service import Context, Field, Outcome
from actions.forms.shelf import Sheet, Status


def ended_early(desk: Desk, sheet: Sheet) -> bool:
    """Let the service look up what it needs; whether it ended the form with an answer instead."""
    form = desk.form_of(sheet)
    if form.proof or desk.looked_up == sheet.version:
        return False
    found: Mapping[str, Any] | Outcome = {}
    if form.service.look_up is not None:
        context = context_of(desk, sheet)
        found = form.service.look_up(desk.session, context)
    if isinstance(found, Outcome):
        close(desk, sheet, form, found)
        return True
    desk.facts = replace(desk.facts, more=found)
    desk.looked_up = sheet.version
    return False


def is_stopped(desk: Desk, sheet: Sheet, form: Form) -> bool:
    """Whether the service cannot go on in this case; the reason and other ways have been said then."""
    if form.service.stop is None:
        return False
    context = context_of(desk, sheet)
    outcome = form.service.stop(desk.session, context, active_answers(form, sheet.state))
    if outcome is not None:
        _remember_policy(desk, sheet.state.answers.get("policy"))
        close(desk, sheet, form, outcome)
    return outcome is not None


def is_ended_by_asking(desk: Desk, sheet: Sheet, form: Form, field: Field) -> bool:
    """Do what belongs to asking a question; whether that ended the service."""
    if field.on_ask is None:
        return False
    context = context_of(desk, sheet)
    outcome = field.on_ask(desk.session, context)
    if outcome is not None:
        close(desk, sheet, form, outcome)
    return outcome is not None


def carry_out(desk: Desk, sheet: Sheet, form: Form) -> None:
    """Do what the service is for, in the transaction of the turn."""
    context = context_of(desk, sheet)
    answers = active_answers(form, sheet.state)
    _remember_policy(desk, answers.get("policy"))
    close(desk, sheet, form, form.service.submit(desk.session, context, answers))


def close(desk: Desk, sheet: Sheet, form: Form, outcome: Outcome) -> None:
    """The service is over: say its outcome."""
    sheet.change(status=Status.DONE)
    sheet.state.asking = None
    desk.reply.custom.pop("expects", None)
    found = {
        "service": form.service.code or form.service.intent,
        "receipt": outcome.receipt,
        "claim": outcome.claim,
    }
    desk.reply.custom |= {name: value for name, value in found.items() if value} | dict(outcome.custom)
    recorded = outcome.receipt or outcome.claim or outcome.handoff or sheet.state.identifier
    sheet.is_passing = sheet.is_new and not recorded and form.service.confirm is None
    if outcome.handoff:
        sheet.change(status=Status.HANDED_OVER)
        desk.hand_over(outcome.handoff, outcome.text)
        return
    desk.reply.say(outcome.text, outcome.buttons)


def _remember_policy(desk: Desk, number: Any) -> None:
    """The next service is about the same policy, unless another one is named."""
    own = any(policy.number == number for policy in desk.facts.policies)
    if own and number != desk.facts.policy_number:
        identity.speak_of(desk.session, desk.conversation_id, number)
        desk.facts = replace(desk.facts, policy_number=number)


def context_of(desk: Desk, sheet: Sheet) -> Context:
    """Where a service of this turn is carried out."""
    return Context(desk.conversation_id, sheet.version, desk.now, desk.facts)
