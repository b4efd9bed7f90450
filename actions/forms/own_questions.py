"""The engine's own questions: is it right, what shall be changed, shall we go on, is the strong proof given.

Pure, like the engine; a message that is no answer to them leaves the form as it was.
"""

from collections.abc import Sequence
from typing import Any

from actions.forms import correction, interruption
from actions.forms.course import Form
from actions.forms.decision import Decision, Verdict, change, missed, reopen
from actions.forms.reading import answered, yes_no
from actions.forms.service import Facts, Field
from actions.forms.state import CHANGE, CONFIRM, RESUME, STRENGTHEN, FormState
from actions.normalise import Choice, Misread, read_choice, words
from actions.utterance import Utterance

EXPLAINED = {
    CONFIRM: "This is what I understood. Yes carries it out, no lets you change something. Nothing is done "
    "before you say yes.",
    CHANGE: "Please name the answer that is not right, and I ask for it again. Nothing is done meanwhile.",
    RESUME: "We had begun this before. Yes goes on where we were, no lets it go. Nothing was done yet.",
    STRENGTHEN: "It protects your money: a stranger who knows your dates and numbers still has not got your "
    "face or your fingerprint. Or a colleague checks who you are.",
}
"""What "why?" and "what do you mean?" are answered with."""


def decide(form: Form, state: FormState, utterance: Utterance, facts: Facts) -> Decision:
    """What the message does to the question of the engine that was asked."""
    said = yes_no(utterance)
    if said and (correction.is_certain(utterance) or "but" in words(utterance.text)):
        said = None  # "yes, but change the date" sends nothing
    changed = None if state.asking == RESUME else taken_back(form, state, utterance, facts)
    if changed:
        state.asking = None
        return change(state, *changed)
    left = interruption.leaves(utterance, form.service.intent, free=False, answered=said is not None)
    if left:
        return Decision(Verdict.LEFT, state, intent=left)
    if state.asking == RESUME:
        if said is None:
            return missed(state, RESUME, None, Misread("not_yes_or_no", "Please answer yes or no."))
        return Decision(Verdict.RESUMED if said else Verdict.CANCELLED, state)
    if state.asking == STRENGTHEN:
        if correction.sounds_like_correction(utterance):
            meant = correction.meant_field(utterance, state, answered(form, state), facts)
            if meant is not None:
                state.asking = None
                return change(state, *meant)
        # Whatever is said: the level of the conversation counts, and it is looked at again.
        return Decision(Verdict.RESUMED, state)
    known = answered(form, state)
    if said is not True:
        meant = correction.meant_field(utterance, state, known, facts)
        if meant is not None:
            state.asking = None
            return change(state, *meant)
    if said is True:
        return Decision(Verdict.CONFIRMED if state.asking == CONFIRM else Verdict.TOOK, state)
    if state.asking == CHANGE:
        return _pick_field(state, known, utterance)
    if said is False or correction.sounds_like_correction(utterance):
        return Decision(Verdict.DECLINED, state)
    return missed(state, CONFIRM, None, Misread("not_yes_or_no", "Please answer yes or no."))


def _pick_field(state: FormState, known: Sequence[Field], utterance: Utterance) -> Decision:
    choices = tuple(Choice(field.name, field.title, field.aliases) for field in known)
    try:
        name = read_choice(utterance.text, choices)
    except Misread as misread:
        return missed(state, CHANGE, None, Misread(misread.code, "Which of these shall I change?"))
    return reopen(state, next(field for field in known if field.name == name))


def taken_back(
    form: Form, state: FormState, utterance: Utterance, facts: Facts, besides: Field | None = None
) -> tuple[Field, Any] | None:
    """An earlier answer and its new value; that goes before any other understanding of the message."""
    if utterance.pressed_intent or interruption.wants_out(utterance.text):
        return None
    return correction.bare_change(utterance, state, answered(form, state, besides), facts)
