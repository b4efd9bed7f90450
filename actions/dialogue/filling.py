"""A form in a conversation: begins services, and acts on each message to the form that is open.

What a message means to a form is decided by the engine; here it is acted on.
"""

from dataclasses import replace
from datetime import timedelta

from actions.dialogue import ending, gentleness, moving, phrases, proving
from actions.dialogue.asking import (
    ask,
    ask_again,
    catch_up,
    is_blocked,
    missed,
    proven,
    say_problem,
    take_up,
)
from actions.dialogue.desk import Desk
from actions.forms import engine
from actions.forms.course import Stage, where
from actions.forms.decision import Decision, Verdict
from actions.forms.interruption import says_same
from actions.forms.service import Service
from actions.forms.shelf import Sheet, Status
from actions.forms.state import CHANGE, RESUME
from actions.normalise import Misread
from actions.utterance import Utterance

_ANSWERED = frozenset(
    {
        Verdict.TOOK,
        Verdict.NOTED,
        Verdict.CHANGED,
        Verdict.REOPENED,
        Verdict.CONFIRMED,
        Verdict.DECLINED,
        Verdict.RESUMED,
    }
)
"""The message did what the form's question was for."""

AWAY = timedelta(minutes=30)
"""After so long a pause a customer is told what was under way."""


def begin(desk: Desk, service: Service, utterance: Utterance | None) -> None:
    """Start a service; the form that was open is put aside, one of the same service is taken up again."""
    for sheet in desk.sheets:
        if sheet.service == service.intent and _can_go_on(sheet):
            _set_aside(desk)
            sheet.change(status=Status.OPEN)
            catch_up(desk, sheet)
            ask(desk, sheet)
            return
    _set_aside(desk)
    sheet = desk.new_sheet(service)
    form = desk.form_of(sheet)
    if ending.ended_early(desk, sheet):
        take_up(desk)
        return
    if not form.proof:
        moving.bring(desk, sheet)
    sheet.state, problem = engine.begin(form, sheet.state, utterance, desk.facts)
    if service.opening is not None:
        desk.reply.say(service.opening(sheet.state.heard))
    say_problem(desk, problem)
    ask(desk, sheet)


def _can_go_on(sheet: Sheet) -> bool:
    """Whether it was left in the middle: put aside, or with a person who has given the customer back."""
    left_to_a_person = sheet.status is Status.HANDED_OVER and sheet.state.asking is not None
    return sheet.status is Status.SUSPENDED or left_to_a_person


def answer(desk: Desk, sheet: Sheet, utterance: Utterance) -> Decision | None:
    """Act on a message to the open form; a decision comes back when the message left the form."""
    form = desk.form_of(sheet)
    if desk.now - sheet.updated_at > AWAY and sheet.state.asking != RESUME:
        desk.reply.say(phrases.WELCOME_BACK.format(title=form.service.title))
    if ending.ended_early(desk, sheet):
        take_up(desk)
        return None
    if proving.changes_way(sheet, form, utterance):
        ask(desk, sheet)
        return None
    settled = proving.was_settled(sheet, form)
    facts = desk.facts
    if says_same(utterance.text):
        facts = replace(facts, earlier=desk.earlier())
    decision = engine.decide(form, sheet.state, utterance, facts)
    sheet.change(state=decision.state)
    if decision.verdict in _ANSWERED:
        # A bare number or name is what was asked for, whatever it reminds the understanding of.
        desk.reply.custom["intent"] = sheet.service
    match decision.verdict:
        case Verdict.EMPTY | Verdict.STALE if settled:
            sheet.state.proof = {}
            proven(desk, sheet)
            ask(desk, sheet)
        case Verdict.TOOK if not _holds(desk, sheet, decision):
            pass
        case Verdict.TOOK | Verdict.RESUMED:
            if proving.is_awaited(desk, sheet, form):
                desk.reply.say(phrases.NOT_SEEN_YET)
            if decision.verdict is Verdict.RESUMED:
                catch_up(desk, sheet)
            ask(desk, sheet)
        case Verdict.NOTED:
            desk.reply.say("Thank you, I've noted that.")
            ask(desk, sheet)
        case Verdict.CHANGED:
            desk.reply.say("Changed, thank you.")
            ask(desk, sheet)
        case Verdict.REOPENED:
            desk.reply.say("Of course, let us change that.")
            ask(desk, sheet)
        case Verdict.CONFIRMED:
            _confirmed(desk, sheet)
        case Verdict.DECLINED:
            sheet.state.asking = CHANGE
            ask_again(desk, sheet)
        case Verdict.EXPLAINED if gentleness.explained_too_often(desk, sheet):
            gentleness.bring_in_a_person(desk)
        case Verdict.EXPLAINED:
            desk.reply.say(decision.text or phrases.HELP)
            ask_again(desk, sheet)
        case Verdict.EMPTY:
            desk.reply.say(phrases.EMPTY)
            ask_again(desk, sheet)
        case Verdict.STALE:
            desk.reply.say(phrases.STALE)
            ask_again(desk, sheet)
        case Verdict.CANCELLED:
            _cancelled(desk, sheet)
        case Verdict.MISREAD | Verdict.FAILED:
            missed(desk, sheet, decision, utterance.text)
        case Verdict.PERSON:
            _needs_a_check(desk, sheet)
        case Verdict.LEFT:
            return decision
    return None


def _set_aside(desk: Desk) -> None:
    current = desk.current
    if current is not None:
        current.change(status=Status.SUSPENDED)
        desk.begun.add(current.version)


def _holds(desk: Desk, sheet: Sheet, decision: Decision) -> bool:
    """Whether an answer stands up to the records; if not, that has been said and it is asked again."""
    field = decision.field
    if field is None or field.on_answer is None or field.name not in sheet.state.answers:
        return True
    context = ending.context_of(desk, sheet)
    try:
        kept = field.on_answer(desk.session, context, sheet.state.answers[field.name])
    except Misread as misread:
        again = engine.take_back(sheet.state, field.name, field, misread)
        sheet.change(state=again.state)
        missed(desk, sheet, again, "")
        return False
    sheet.state.answers[field.name] = kept
    return True


def _needs_a_check(desk: Desk, sheet: Sheet) -> None:
    """A colleague checks who the customer is, and goes on with the form from there."""
    service = desk.services[sheet.service]
    desk.reply.custom |= {"service": service.code or service.intent, "step_up": service.assurance}
    desk.hand_over("human_service", phrases.checked_by_a_person(service.title))


def _confirmed(desk: Desk, sheet: Sheet) -> None:
    form = desk.form_of(sheet)
    # The proof of identity may have run out since the read-back.
    if where(form, sheet.state, desk.facts).stage is not Stage.CONFIRM:
        ask(desk, sheet)
    elif ending.is_stopped(desk, sheet, form):
        take_up(desk)
    elif not is_blocked(desk, sheet, form):
        ending.carry_out(desk, sheet, form)
        take_up(desk)


def _cancelled(desk: Desk, sheet: Sheet) -> None:
    sheet.change(status=Status.CANCELLED)
    sheet.state.proof = {}
    desk.reply.say(phrases.CANCELLED)
    take_up(desk)
    if desk.current is None:
        desk.reply.say("What else can I do for you?", phrases.HELP_BUTTONS)
