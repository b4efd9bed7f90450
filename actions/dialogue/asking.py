"""What a form asks next, and again: the question, the proof, the read-back, until the service is carried out.

Acts on where a form stands; what a message means to it was decided before.
"""

from actions.dialogue import ending, gentleness, moving, phrases, proving
from actions.dialogue.desk import Desk
from actions.dialogue.mood import is_angry
from actions.forms import engine, prompts
from actions.forms.course import Form, Stage, where
from actions.forms.decision import TRIES, Decision, Verdict
from actions.forms.shelf import Sheet, Status
from actions.forms.state import CHANGE, CONFIRM, RESUME, STRENGTHEN
from actions.normalise import Misread
from actions.reply import A_PERSON, Said, intent_button
from actions.services.policy_choice import NOT_YOURS
from records import audit


def ask(desk: Desk, sheet: Sheet) -> None:
    """Go on with a form: the next question, the proof, the read-back, or the service itself."""
    while sheet.status is Status.OPEN:
        if ending.ended_early(desk, sheet):
            take_up(desk)
            return
        form = desk.form_of(sheet)
        proving.recall(sheet, form)
        following = where(form, sheet.state, desk.facts)
        if not form.proof and ending.is_stopped(desk, sheet, form):
            take_up(desk)
            return
        if following.stage is Stage.PROVE:
            if proving.check(desk, sheet, form):
                proven(desk, sheet)
        elif following.stage is Stage.STRENGTHEN:
            put(desk, sheet, STRENGTHEN, proving.strong_question(desk, form))
            desk.reply.custom["step_up"] = form.service.assurance
            return
        elif following.stage is not Stage.ASK:
            if is_blocked(desk, sheet, form):
                return
            if following.stage is Stage.CONFIRM:
                put(desk, sheet, CONFIRM, prompts.read_back(form, sheet.state, desk.facts))
                return
            ending.carry_out(desk, sheet, form)
            take_up(desk)
        elif following.field is not None:
            if following.field.name == "code" and form.proof and not proving.send_code(desk, sheet):
                continue
            if sheet.state.asking != following.field.name:
                sheet.state.offered = []
                if ending.is_ended_by_asking(desk, sheet, form, following.field):
                    take_up(desk)
                    return
            put(
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
        put(desk, sheet, CHANGE, prompts.what_to_change(form, sheet.state))
    elif sheet.state.asking == RESUME:
        put(desk, sheet, RESUME, prompts.shall_we_go_on(form))
    else:
        ask(desk, sheet)


def take_up(desk: Desk) -> None:
    """After a service is over: the form put aside in this turn goes on, an older one is offered."""
    sheet = desk.suspended
    if sheet is None or desk.current is not None:
        return
    sheet.change(status=Status.OPEN)
    if sheet.version in desk.begun:
        catch_up(desk, sheet)
    else:
        sheet.state.asking = RESUME
    ask_again(desk, sheet)


def put(desk: Desk, sheet: Sheet, name: str, said: Said) -> None:
    """Ask a question, and remember that it was asked."""
    sheet.state.asking = name
    sheet.is_changed = True
    desk.reply.say(said.text, said.buttons)
    service = desk.services[sheet.service]
    desk.reply.custom |= {"expects": name, "service": service.code or service.intent}


def proven(desk: Desk, sheet: Sheet) -> None:
    """It is known now who speaks: take what is on file, and what was said at the beginning."""
    if ending.ended_early(desk, sheet):
        take_up(desk)
        return
    moving.bring(desk, sheet)
    sheet.state, problem = engine.begin(desk.form_of(sheet), sheet.state, None, desk.facts)
    say_problem(desk, problem)


def catch_up(desk: Desk, sheet: Sheet) -> None:
    """A form is taken up that waited for a proof of identity, and the proof was given meanwhile."""
    if not desk.form_of(sheet).proof and not sheet.state.order:
        proven(desk, sheet)


def is_blocked(desk: Desk, sheet: Sheet, form: Form) -> bool:
    """Whether the answers together do not fit; the one to change has been asked for then."""
    problem = engine.recheck(form, sheet.state, desk.facts)
    if problem is not None:
        sheet.change(state=problem.state)
        missed(desk, sheet, problem, "")
    return problem is not None


def missed(desk: Desk, sheet: Sheet, decision: Decision, text: str) -> None:
    """An answer could not be used: say why and ask again, or bring in a person."""
    field, misread = decision.field, decision.misread
    counted = (count for name, count in decision.state.tries.items() if not name.startswith("?"))
    tries = max(counted, default=0)
    if is_angry(text):
        desk.hand_over("anger", phrases.TAKEN_OVER["anger"])
        return
    if decision.verdict is Verdict.FAILED:
        reason = field.failure if field else "field_failed"
        desk.hand_over(reason, phrases.TAKEN_OVER[reason])
        return
    if tries >= gentleness.TOO_OFTEN and gentleness.holds(desk):
        gentleness.bring_in_a_person(desk)
        return
    say_problem(desk, misread)
    if field is not None and decision.state.offered:
        # The error is the question here: which of these?
        words = desk.reply.said.pop().text
        put(desk, sheet, field.name, prompts.options(desk.form_of(sheet), field, sheet.state, words))
    else:
        ask_again(desk, sheet)
    if tries == TRIES - 1 and desk.reply.said:
        last = desk.reply.said[-1]
        extra = (A_PERSON, intent_button("Cancel", "cancel_task"))
        desk.reply.said[-1] = Said(last.text, last.buttons + extra)


def say_problem(desk: Desk, misread: Misread | None) -> None:
    """Say what was wrong with an answer, if anything was."""
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
