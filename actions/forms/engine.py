"""What a message does to a form: the one place that decides between answer, correction and interruption.

Pure: it changes a copy of the state and says what happened. It carries nothing out.
"""

from typing import Any

from actions.forms import correction, interruption, own_questions
from actions.forms.course import Form, active_answers, bag
from actions.forms.decision import Decision, Verdict, change, missed, reopen
from actions.forms.own_questions import taken_back
from actions.forms.reading import answered, from_button, from_entities, read, take_others
from actions.forms.service import Facts, Field
from actions.forms.state import CHANGE, CONFIRM, RESUME, STRENGTHEN, FormState
from actions.normalise import Misread, words
from actions.utterance import Utterance


def recheck(form: Form, state: FormState, facts: Facts) -> Decision | None:
    """Look at all answers together, before they are confirmed and again before they are carried out."""
    problem = _unfit(form, active_answers(form, state), facts)
    if problem is None:
        return None
    name, misread = problem
    return take_back(state, name, form.field(name), misread)


def take_back(state: FormState, name: str, field: Field | None, misread: Misread) -> Decision:
    """Ask a question again whose answer was readable, but does not hold."""
    state = state.copy()
    state.reopen(name)
    # Counted under a name of its own: each answer by itself was readable.
    return missed(state, f"@{name}", field, misread)


def _unfit(form: Form, answers: dict[str, Any], facts: Facts) -> tuple[str, Misread] | None:
    """The first answer that does not hold any more: what it was checked against can have changed."""
    for field in form.service.fields:
        if answers.get(field.name) is not None:
            try:
                field.check(answers[field.name], answers, facts)
            except Misread as misread:
                return field.name, misread
    return form.service.recheck(answers, facts) if form.service.recheck else None


def begin(
    form: Form, state: FormState, utterance: Utterance | None, facts: Facts
) -> tuple[FormState, Misread | None]:
    """Take everything that is already known or was said at once; the error says what of it was wrong."""
    state = state.copy()
    if utterance is not None and utterance.text:
        state.heard = utterance.text[:2000]
    problem: Misread | None = None
    # What was said about the service itself is read again once it is known who speaks.
    for field in form.proof or form.service.fields:
        if bag(state, field).get(field.name) is not None or not field.when(state.answers):
            continue
        try:
            value = from_button(field, utterance, state, facts) if utterance else None
            if value is None and utterance:
                value = from_entities(field, utterance, state, facts)
            if value is None and state.heard and field.scan is not None:
                value = field.scan(state.heard, facts)
            if value is None and field.known is not None:
                value = field.known(facts)
            if value is not None:
                field.check(value, state.answers, facts)
                state.put(field.name, value, secret=field.secret)
        except Misread as misread:
            problem = problem or misread
    return state, problem


def decide(form: Form, state: FormState, utterance: Utterance, facts: Facts) -> Decision:
    """What the message does to the form."""
    state = state.copy()
    if utterance.pressed_field:
        return _pressed(form, state, utterance, facts)
    if not utterance.text and not utterance.pressed_intent:
        return Decision(Verdict.EMPTY, state)
    field = form.field(state.asking)
    free = field is not None and field.free
    if interruption.cancels(utterance, free=free) and not _is_choice(state, field, utterance, facts):
        return Decision(Verdict.CANCELLED, state)
    if not utterance.pressed_intent and (told := _explanation(state, field, utterance.text)) is not None:
        return Decision(Verdict.EXPLAINED, state, field, text=told)
    if state.asking in (CONFIRM, CHANGE, RESUME, STRENGTHEN):
        return own_questions.decide(form, state, utterance, facts)
    if field is None:
        left = interruption.leaves(utterance, form.service.intent, free=False, answered=False)
        return Decision(Verdict.LEFT, state, intent=left) if left else Decision(Verdict.EMPTY, state)
    return _answer(form, state, field, utterance, facts)


def _is_choice(state: FormState, field: Field | None, utterance: Utterance, facts: Facts) -> bool:
    """Whether the message is, word for word, one of the choices that were offered: "leave it as it is"."""
    offered = [title for _, title in state.offered]
    if field is not None:
        offered += [choice.title for choice in field.choices(facts)]
    return words(utterance.text) in [words(title) for title in offered] and bool(words(utterance.text))


def _explanation(state: FormState, field: Field | None, text: str) -> str | None:
    """The answer to "why?" and "what do you mean?"; None when neither was asked."""
    why, help_ = interruption.asks_why(text), interruption.asks_help(text)
    if not (why or help_):
        return None
    if field is None:
        return own_questions.EXPLAINED.get(state.asking or "")
    return (field.why or field.help) if why else (field.help or field.why)


def _answer(form: Form, state: FormState, field: Field, utterance: Utterance, facts: Facts) -> Decision:
    value, misread = read(field, state, utterance, facts)
    changed = taken_back(form, state, utterance, facts, besides=field)
    # What can be read as the answer itself is the answer, unless another field is named.
    if changed and (field.free or misread is not None or correction.names(changed[0], utterance.text)):
        return change(state, *changed)
    left = interruption.leaves(utterance, form.service.intent, free=field.free, answered=misread is None)
    if left:
        return Decision(Verdict.LEFT, state, field, intent=left)
    corrected = _corrected(form, state, field, utterance, facts, misread is None)
    if corrected:
        return corrected
    if misread is None:
        state.put(field.name, value, secret=field.secret)
        state.offered = []
        take_others(form, state, field, utterance, facts)
        return Decision(Verdict.TOOK, state, field)
    if take_others(form, state, field, utterance, facts):
        return Decision(Verdict.NOTED, state, field)
    return missed(state, field.name, field, misread)


def _corrected(
    form: Form, state: FormState, field: Field, utterance: Utterance, facts: Facts, answers: bool
) -> Decision | None:
    """A correction of an earlier answer, unless the message answers the question itself."""
    if not correction.sounds_like_correction(utterance):
        return None
    if (field.free or answers) and not correction.is_certain(utterance):
        return None
    meant = correction.meant_field(utterance, state, answered(form, state, besides=field), facts)
    if meant is None:
        if answers and not field.free:
            return None
        # "I meant another date", but the date is what is being asked: simply ask on.
        previous = form.field(state.order[-1]) if state.order else None
        sure = utterance.intent == "correct_answer" and not answers
        return reopen(state, previous) if sure and previous is not None else None
    if answers and not field.free and not correction.names(meant[0], utterance.text):
        return None
    return change(state, *meant)


def _pressed(form: Form, state: FormState, utterance: Utterance, facts: Facts) -> Decision:
    button = utterance.button or {}
    ours = (
        button.get("form") == form.service.intent
        and button.get("version") == form.version
        and button.get("field") == state.asking
        and isinstance(button.get("value"), str | bool)
    )
    if not ours:
        return Decision(Verdict.STALE, state)
    value = str(button["value"])
    if state.asking == CHANGE:
        field = form.field(value)
        return reopen(state, field) if field is not None else Decision(Verdict.STALE, state)
    if state.asking == STRENGTHEN:
        return Decision(Verdict.PERSON if value == "person" else Verdict.RESUMED, state)
    if state.asking in (CONFIRM, RESUME):
        return own_questions.decide(form, state, Utterance(text=value), facts)
    field = form.field(state.asking)
    if field is None:
        return Decision(Verdict.STALE, state)
    try:
        given = None if value == "@skip" and field.optional else field.value_of(value, state.answers, facts)
    except Misread as misread:
        return missed(state, field.name, field, misread)
    state.put(field.name, given, secret=field.secret)
    state.offered = []
    return Decision(Verdict.TOOK, state, field)
