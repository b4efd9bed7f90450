"""A form in a conversation: begins services, asks, proves identity, carries out, takes up what was put aside.

What a message means to a form is decided by the engine; here it is acted on.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from actions import identity
from actions.dialogue import phrases, proving
from actions.dialogue.desk import Desk
from actions.dialogue.mood import is_angry
from actions.forms import engine, prompts
from actions.forms.course import Form, Stage, active_answers, where
from actions.forms.engine import Decision, Verdict
from actions.forms.service import Context, Field, Outcome, Service
from actions.forms.shelf import Sheet, Status
from actions.forms.state import CHANGE, CONFIRM, RESUME, STRENGTHEN
from actions.normalise import Misread
from actions.reply import A_PERSON, Said, intent_button
from actions.services.policy_choice import NOT_YOURS
from actions.utterance import Utterance
from records import audit

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
        if sheet.status is Status.SUSPENDED and sheet.service == service.intent:
            _set_aside(desk)
            sheet.change(status=Status.OPEN)
            ask(desk, sheet)
            return
    _set_aside(desk)
    sheet = desk.new_sheet(service)
    form = desk.form_of(sheet)
    if _ended_early(desk, sheet):
        return
    sheet.state, problem = engine.begin(form, sheet.state, utterance, desk.facts)
    if service.opening is not None:
        desk.reply.say(service.opening(sheet.state.heard))
    _say_problem(desk, problem)
    ask(desk, sheet)


def answer(desk: Desk, sheet: Sheet, utterance: Utterance) -> Decision | None:
    """Act on a message to the open form; a decision comes back when the message left the form."""
    form = desk.form_of(sheet)
    if desk.now - sheet.updated_at > AWAY and sheet.state.asking != RESUME:
        desk.reply.say(phrases.WELCOME_BACK.format(title=form.service.title))
    if _ended_early(desk, sheet):
        return None
    if proving.changes_way(sheet, form, utterance):
        ask(desk, sheet)
        return None
    settled = proving.was_settled(sheet, form)
    decision = engine.decide(form, sheet.state, utterance, desk.facts)
    sheet.change(state=decision.state)
    if decision.verdict in _ANSWERED:
        # A bare number or name is what was asked for, whatever it reminds the understanding of.
        desk.reply.custom["intent"] = sheet.service
    match decision.verdict:
        case Verdict.EMPTY | Verdict.STALE if settled:
            sheet.state.proof = {}
            _proven(desk, sheet)
            ask(desk, sheet)
        case Verdict.TOOK if not _holds(desk, sheet, decision):
            pass
        case Verdict.TOOK | Verdict.RESUMED:
            if proving.is_awaited(desk, sheet, form):
                desk.reply.say(phrases.NOT_SEEN_YET)
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
            _missed(desk, sheet, decision, utterance.text)
        case Verdict.PERSON:
            _needs_a_check(desk, sheet)
        case Verdict.LEFT:
            return decision
    return None


def ask(desk: Desk, sheet: Sheet) -> None:
    """Go on with a form: the next question, the proof, the read-back, or the service itself."""
    while sheet.status is Status.OPEN:
        if _ended_early(desk, sheet):
            return
        form = desk.form_of(sheet)
        proving.recall(sheet, form)
        following = where(form, sheet.state, desk.facts)
        if not form.proof and _is_stopped(desk, sheet, form):
            return
        if following.stage is Stage.PROVE:
            if proving.check(desk, sheet, form):
                _proven(desk, sheet)
        elif following.stage is Stage.STRENGTHEN:
            _put(desk, sheet, STRENGTHEN, proving.strong_question(desk, form))
            desk.reply.custom["step_up"] = form.service.assurance
            return
        elif following.stage is not Stage.ASK:
            if _is_blocked(desk, sheet, form):
                return
            if following.stage is Stage.CONFIRM:
                _put(desk, sheet, CONFIRM, prompts.read_back(form, sheet.state, desk.facts))
                return
            _carry_out(desk, sheet, form)
        elif following.field is not None:
            if following.field.name == "code" and form.proof and not proving.send_code(desk, sheet):
                continue
            if sheet.state.asking != following.field.name:
                sheet.state.offered = []
                if _is_ended_by_asking(desk, sheet, form, following.field):
                    return
            _put(
                desk,
                sheet,
                following.field.name,
                prompts.question(form, following.field, sheet.state, desk.facts),
            )
            return


def ask_again(desk: Desk, sheet: Sheet) -> None:
    """Repeat the question a form waits with."""
    form = desk.form_of(sheet)
    if sheet.state.asking == CHANGE:
        _put(desk, sheet, CHANGE, prompts.what_to_change(form, sheet.state))
    elif sheet.state.asking == RESUME:
        _put(desk, sheet, RESUME, prompts.shall_we_go_on(form))
    else:
        ask(desk, sheet)


def take_up(desk: Desk) -> None:
    """After a service is over: the form put aside in this turn goes on, an older one is offered."""
    sheet = desk.suspended
    if sheet is None or desk.current is not None:
        return
    sheet.change(status=Status.OPEN)
    if sheet.version not in desk.begun:
        sheet.state.asking = RESUME
    ask_again(desk, sheet)


def _set_aside(desk: Desk) -> None:
    current = desk.current
    if current is not None:
        current.change(status=Status.SUSPENDED)
        desk.begun.add(current.version)


def _put(desk: Desk, sheet: Sheet, name: str, said: Said) -> None:
    sheet.state.asking = name
    sheet.is_changed = True
    desk.reply.say(said.text, said.buttons)
    service = desk.services[sheet.service]
    desk.reply.custom |= {"expects": name, "service": service.code or service.intent}


def _proven(desk: Desk, sheet: Sheet) -> None:
    """It is known now who speaks: take what is on file, and what was said at the beginning."""
    if _ended_early(desk, sheet):
        return
    sheet.state, problem = engine.begin(desk.form_of(sheet), sheet.state, None, desk.facts)
    _say_problem(desk, problem)


def _ended_early(desk: Desk, sheet: Sheet) -> bool:
    """Let the service look up what it needs; whether it ended the form with an answer instead."""
    form = desk.form_of(sheet)
    if form.proof or desk.looked_up == sheet.version:
        return False
    found: Mapping[str, Any] | Outcome = {}
    if form.service.look_up is not None:
        context = Context(desk.conversation_id, sheet.version, desk.now, desk.facts)
        found = form.service.look_up(desk.session, context)
    if isinstance(found, Outcome):
        _close(desk, sheet, form, found)
        return True
    desk.facts = replace(desk.facts, more=found)
    desk.looked_up = sheet.version
    return False


def _is_stopped(desk: Desk, sheet: Sheet, form: Form) -> bool:
    """Whether the service cannot go on in this case; the reason and other ways have been said then."""
    if form.service.stop is None:
        return False
    context = Context(desk.conversation_id, sheet.version, desk.now, desk.facts)
    outcome = form.service.stop(desk.session, context, active_answers(form, sheet.state))
    if outcome is not None:
        _remember_policy(desk, sheet.state.answers.get("policy"))
        _close(desk, sheet, form, outcome)
    return outcome is not None


def _is_ended_by_asking(desk: Desk, sheet: Sheet, form: Form, field: Field) -> bool:
    """Do what belongs to asking a question; whether that ended the service."""
    if field.on_ask is None:
        return False
    context = Context(desk.conversation_id, sheet.version, desk.now, desk.facts)
    outcome = field.on_ask(desk.session, context)
    if outcome is not None:
        _close(desk, sheet, form, outcome)
    return outcome is not None


def _holds(desk: Desk, sheet: Sheet, decision: Decision) -> bool:
    """Whether an answer stands up to the records; if not, that has been said and it is asked again."""
    field = decision.field
    if field is None or field.on_answer is None or field.name not in sheet.state.answers:
        return True
    context = Context(desk.conversation_id, sheet.version, desk.now, desk.facts)
    try:
        kept = field.on_answer(desk.session, context, sheet.state.answers[field.name])
    except Misread as misread:
        again = engine.take_back(sheet.state, field.name, field, misread)
        sheet.change(state=again.state)
        _missed(desk, sheet, again, "")
        return False
    sheet.state.answers[field.name] = kept
    return True


def _needs_a_check(desk: Desk, sheet: Sheet) -> None:
    """A colleague checks who the customer is, and goes on with the form from there."""
    service = desk.services[sheet.service]
    desk.reply.custom |= {"service": service.code or service.intent, "step_up": service.assurance}
    desk.hand_over("human_service", phrases.checked_by_a_person(service.title))


def _carry_out(desk: Desk, sheet: Sheet, form: Form) -> None:
    context = Context(desk.conversation_id, sheet.version, desk.now, desk.facts)
    answers = active_answers(form, sheet.state)
    _remember_policy(desk, answers.get("policy"))
    _close(desk, sheet, form, form.service.submit(desk.session, context, answers))


def _close(desk: Desk, sheet: Sheet, form: Form, outcome: Outcome) -> None:
    """The service is over: say its outcome, and go on with what was put aside."""
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
    take_up(desk)


def _remember_policy(desk: Desk, number: Any) -> None:
    """The next service is about the same policy, unless another one is named."""
    own = any(policy.number == number for policy in desk.facts.policies)
    if own and number != desk.facts.policy_number:
        identity.speak_of(desk.session, desk.conversation_id, number)
        desk.facts = replace(desk.facts, policy_number=number)


def _confirmed(desk: Desk, sheet: Sheet) -> None:
    form = desk.form_of(sheet)
    # The proof of identity may have run out since the read-back.
    if where(form, sheet.state, desk.facts).stage is not Stage.CONFIRM:
        ask(desk, sheet)
    elif not _is_stopped(desk, sheet, form) and not _is_blocked(desk, sheet, form):
        _carry_out(desk, sheet, form)


def _is_blocked(desk: Desk, sheet: Sheet, form: Form) -> bool:
    """Whether the answers together do not fit; the one to change has been asked for then."""
    problem = engine.recheck(form, sheet.state, desk.facts)
    if problem is not None:
        sheet.change(state=problem.state)
        _missed(desk, sheet, problem, "")
    return problem is not None


def _cancelled(desk: Desk, sheet: Sheet) -> None:
    sheet.change(status=Status.CANCELLED)
    sheet.state.proof = {}
    desk.reply.say(phrases.CANCELLED)
    take_up(desk)
    if desk.current is None:
        desk.reply.say("What else can I do for you?", phrases.HELP_BUTTONS)


def _missed(desk: Desk, sheet: Sheet, decision: Decision, text: str) -> None:
    field, misread = decision.field, decision.misread
    tries = max(decision.state.tries.values(), default=0)
    if is_angry(text):
        desk.hand_over("anger", phrases.TAKEN_OVER["anger"])
        return
    if decision.verdict is Verdict.FAILED:
        reason = field.failure if field else "field_failed"
        desk.hand_over(reason, phrases.TAKEN_OVER[reason])
        return
    age = identity.age_of(desk.session, desk.customer_id, desk.today) if desk.customer_id else None
    if tries >= 2 and age is not None and age >= 60:
        desk.hand_over("elderly", phrases.TAKEN_OVER["elderly"])
        return
    _say_problem(desk, misread)
    if field is not None and decision.state.offered:
        # The error is the question here: which of these?
        words = desk.reply.said.pop().text
        _put(desk, sheet, field.name, prompts.options(desk.form_of(sheet), field, sheet.state, words))
    else:
        ask_again(desk, sheet)
    if tries == engine.TRIES - 1 and desk.reply.said:
        last = desk.reply.said[-1]
        extra = (A_PERSON, intent_button("Cancel", "cancel_task"))
        desk.reply.said[-1] = Said(last.text, last.buttons + extra)


def _say_problem(desk: Desk, misread: Misread | None) -> None:
    if misread is None:
        return
    if misread.code == NOT_YOURS:
        audit.note(
            desk.session,
            desk.now,
            f"customer:{desk.facts.profile.number}" if desk.facts.profile else "bot",
            "read.refused",
            f"conversation:{desk.conversation_id}",
            because=NOT_YOURS,
        )
    desk.reply.say(misread.message)
