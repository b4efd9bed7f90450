"""What a message does to a form: the one place that decides between answer, correction and interruption.

Pure: it changes a copy of the state and says what happened. It carries nothing out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from actions.forms import correction, interruption
from actions.forms.course import Form, active_answers, bag
from actions.forms.service import Facts, Field
from actions.forms.state import CHANGE, CONFIRM, RESUME, STRENGTHEN, FormState
from actions.normalise import Choice, Misread, read_choice, read_yes_no, words
from actions.utterance import Utterance

TRIES = 3
"""So many answers in a row that cannot be used, and a person takes over."""


class Verdict(StrEnum):
    """What became of a message."""

    TOOK = "took"
    NOTED = "noted"
    """It answered other questions, not the one that was asked."""

    CHANGED = "changed"
    REOPENED = "reopened"
    MISREAD = "misread"
    FAILED = "failed"
    EXPLAINED = "explained"
    LEFT = "left"
    CANCELLED = "cancelled"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    RESUMED = "resumed"
    PERSON = "person"
    STALE = "stale"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of a message, and the state after it."""

    verdict: Verdict
    state: FormState
    field: Field | None = None
    intent: str = ""
    """Why the question was left."""

    misread: Misread | None = None
    text: str = ""
    """The explanation that was asked for."""


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
    return _missed(state, f"@{name}", field, misread)


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
            value = _from_button(field, utterance, state, facts) if utterance else None
            if value is None and utterance:
                value = _from_entities(field, utterance, state, facts)
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
    if interruption.cancels(utterance, free=free):
        return Decision(Verdict.CANCELLED, state)
    if not utterance.pressed_intent and field is not None:
        if interruption.asks_why(utterance.text):
            return Decision(Verdict.EXPLAINED, state, field, text=field.why or field.help)
        if interruption.asks_help(utterance.text):
            return Decision(Verdict.EXPLAINED, state, field, text=field.help or field.why)
    if state.asking in (CONFIRM, CHANGE, RESUME, STRENGTHEN):
        return _own_question(form, state, utterance, facts)
    if field is None:
        left = interruption.leaves(utterance, form.service.intent, free=False, answered=False)
        return Decision(Verdict.LEFT, state, intent=left) if left else Decision(Verdict.EMPTY, state)
    return _answer(form, state, field, utterance, facts)


def _answer(form: Form, state: FormState, field: Field, utterance: Utterance, facts: Facts) -> Decision:
    value, misread = _read(field, state, utterance, facts)
    changed = _taken_back(form, state, utterance, facts, besides=field)
    # What can be read as the answer itself is the answer, unless another field is named.
    if changed and (field.free or misread is not None or _mentions(changed[0], utterance)):
        return _change(state, *changed)
    left = interruption.leaves(utterance, form.service.intent, free=field.free, answered=misread is None)
    if left:
        return Decision(Verdict.LEFT, state, field, intent=left)
    corrected = _corrected(form, state, field, utterance, facts, misread is None)
    if corrected:
        return corrected
    if misread is None:
        state.put(field.name, value, secret=field.secret)
        state.offered = []
        _take_others(form, state, field, utterance, facts)
        return Decision(Verdict.TOOK, state, field)
    if _take_others(form, state, field, utterance, facts):
        return Decision(Verdict.NOTED, state, field)
    return _missed(state, field.name, field, misread)


def _read(field: Field, state: FormState, utterance: Utterance, facts: Facts) -> tuple[Any, Misread | None]:
    if field.optional and interruption.said_skip(utterance):
        return None, None
    if field.free and (thin := _too_thin(utterance)):
        return None, thin
    try:
        if state.offered:
            picked = _picked(state.offered, utterance.text)
            if picked is not None:
                return field.value_of(picked, state.answers, facts), None
        said = correction.retaken(utterance.text) if field.free else utterance.text
        return field.value_of(said, state.answers, facts), None
    except Misread as misread:
        try:
            value = _from_entities(field, utterance, state, facts)
        except Misread:
            value = None
        return (value, None) if value is not None else (None, misread)


def _too_thin(utterance: Utterance) -> Misread | None:
    """A "yes" or a "skip" is a text, but tells nothing."""
    if interruption.said_skip(utterance):
        return Misread("needed", "I need this one to go on; roughly is fine.")
    if " ".join(words(utterance.text)) in ("yes", "yeah", "yep", "ok", "okay", "sure", "yes please"):
        return Misread("only_yes", "Please tell me which, in a few words.")
    return None


def _corrected(
    form: Form, state: FormState, field: Field, utterance: Utterance, facts: Facts, answers: bool
) -> Decision | None:
    """A correction of an earlier answer, unless the message answers the question itself."""
    if not correction.sounds_like_correction(utterance):
        return None
    if (field.free or answers) and not correction.is_certain(utterance):
        return None
    meant = correction.meant_field(utterance, state, _answered(form, state, besides=field), facts)
    if meant is None:
        if answers and not field.free:
            return None
        # "I meant another date", but the date is what is being asked: simply ask on.
        previous = form.field(state.order[-1]) if state.order else None
        sure = utterance.intent == "correct_answer" and not answers
        return _reopen(state, previous) if sure and previous is not None else None
    if answers and not field.free and not _mentions(meant[0], utterance):
        return None
    return _change(state, *meant)


def _taken_back(
    form: Form, state: FormState, utterance: Utterance, facts: Facts, besides: Field | None = None
) -> tuple[Field, Any] | None:
    """An earlier answer and its new value; that goes before any other understanding of the message."""
    if utterance.pressed_intent or interruption.wants_out(utterance.text):
        return None
    return correction.bare_change(utterance, state, _answered(form, state, besides), facts)


def _mentions(field: Field, utterance: Utterance) -> bool:
    said = f" {' '.join(words(utterance.text))} "
    return any(f" {name} " in said for name in (field.title.casefold(), *field.aliases))


def _change(state: FormState, field: Field, value: Any) -> Decision:
    if value is correction.MISSING:
        return _reopen(state, field)
    state.put(field.name, value, secret=field.secret)
    state.offered = []
    return Decision(Verdict.CHANGED, state, field)


def _reopen(state: FormState, field: Field) -> Decision:
    state.reopen(field.name)
    state.offered = []
    return Decision(Verdict.REOPENED, state, field)


def _own_question(form: Form, state: FormState, utterance: Utterance, facts: Facts) -> Decision:
    said = _yes_no(utterance)
    if said and (correction.is_certain(utterance) or "but" in words(utterance.text)):
        said = None  # "yes, but change the date" sends nothing
    changed = None if state.asking == RESUME else _taken_back(form, state, utterance, facts)
    if changed:
        state.asking = None
        return _change(state, *changed)
    left = interruption.leaves(utterance, form.service.intent, free=False, answered=said is not None)
    if left:
        return Decision(Verdict.LEFT, state, intent=left)
    if state.asking == RESUME:
        if said is None:
            return _missed(state, RESUME, None, Misread("not_yes_or_no", "Please answer yes or no."))
        return Decision(Verdict.RESUMED if said else Verdict.CANCELLED, state)
    if state.asking == STRENGTHEN:
        # Whatever is said: the level of the conversation counts, and it is looked at again.
        return Decision(Verdict.RESUMED, state)
    answered = _answered(form, state)
    if said is not True:
        meant = correction.meant_field(utterance, state, answered, facts)
        if meant is not None:
            state.asking = None
            return _change(state, *meant)
    if said is True:
        return Decision(Verdict.CONFIRMED if state.asking == CONFIRM else Verdict.TOOK, state)
    if state.asking == CHANGE:
        return _pick_field(state, answered, utterance)
    if said is False or correction.sounds_like_correction(utterance):
        return Decision(Verdict.DECLINED, state)
    return _missed(state, CONFIRM, None, Misread("not_yes_or_no", "Please answer yes or no."))


def _pick_field(state: FormState, answered: Sequence[Field], utterance: Utterance) -> Decision:
    choices = tuple(Choice(field.name, field.title, field.aliases) for field in answered)
    try:
        name = read_choice(utterance.text, choices)
    except Misread as misread:
        return _missed(state, CHANGE, None, Misread(misread.code, "Which of these shall I change?"))
    return _reopen(state, next(field for field in answered if field.name == name))


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
        return _reopen(state, field) if field is not None else Decision(Verdict.STALE, state)
    if state.asking == STRENGTHEN:
        return Decision(Verdict.PERSON if value == "person" else Verdict.RESUMED, state)
    if state.asking in (CONFIRM, RESUME):
        return _own_question(form, state, Utterance(text=value), facts)
    field = form.field(state.asking)
    if field is None:
        return Decision(Verdict.STALE, state)
    try:
        read = None if value == "@skip" and field.optional else field.value_of(value, state.answers, facts)
    except Misread as misread:
        return _missed(state, field.name, field, misread)
    state.put(field.name, read, secret=field.secret)
    state.offered = []
    return Decision(Verdict.TOOK, state, field)


def _missed(state: FormState, name: str, field: Field | None, misread: Misread) -> Decision:
    state.tries[name] = state.tries.get(name, 0) + 1
    state.offered = [[option.value, option.title] for option in misread.options]
    verdict = Verdict.FAILED if state.tries[name] >= TRIES else Verdict.MISREAD
    return Decision(verdict, state, field, misread=misread)


def _take_others(form: Form, state: FormState, besides: Field, utterance: Utterance, facts: Facts) -> bool:
    """Take what the message says about other open questions; whether it said anything."""
    took = False
    if len(utterance.text) < 4:
        return False
    for field in form.fields:
        if field is besides or field.name in bag(state, field) or field.scan is None:
            continue
        if not field.secret and form.proof:
            continue
        try:
            value = field.scan(utterance.text, facts)
            if value is not None:
                field.check(value, state.answers, facts)
        except Misread:
            continue  # it will be asked, and then its error can be said
        if value is not None and field.when(state.answers):
            state.put(field.name, value, secret=field.secret)
            took = True
    return took


def _answered(form: Form, state: FormState, besides: Field | None = None) -> list[Field]:
    return [
        field
        for field in form.fields
        if field.name in bag(state, field) and field is not besides and field.when(state.answers)
    ]


def _from_entities(field: Field, utterance: Utterance, state: FormState, facts: Facts) -> Any:
    for name in field.entities:
        for value in utterance.entities.get(name, ()):
            return field.value_of(value, state.answers, facts)
    return None


def _from_button(field: Field, utterance: Utterance, state: FormState, facts: Facts) -> Any:
    """A button that begins a service may bring an answer; it was issued by the server."""
    value = (
        (utterance.button or {}).get(field.name) if utterance.pressed_intent and not field.secret else None
    )
    return field.value_of(value, state.answers, facts) if isinstance(value, str) else None


def _picked(offered: list[list[str]], text: str) -> str | None:
    try:
        return read_choice(text, tuple(Choice(value, title) for value, title in offered))
    except Misread:
        return None


def _yes_no(utterance: Utterance) -> bool | None:
    if utterance.pressed_intent:
        return None
    try:
        return read_yes_no(utterance.text)
    except Misread:
        pass  # the understanding may still know
    if utterance.intent in ("affirm", "deny") and utterance.confidence >= 0.7:
        return utterance.intent == "affirm"
    return None
