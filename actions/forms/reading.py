"""What a message says about the fields of a form: the answer to one, and whatever else it holds.

Reads only; whether the message is an answer at all is decided in the engine.
"""

from typing import Any

from actions.forms import correction, interruption
from actions.forms.course import Form, bag
from actions.forms.service import Facts, Field
from actions.forms.state import FormState
from actions.normalise import Choice, Misread, read_choice, read_yes_no, words
from actions.utterance import Utterance


def read(field: Field, state: FormState, utterance: Utterance, facts: Facts) -> tuple[Any, Misread | None]:
    """The answer to a question, or why it is none."""
    if not field.secret and interruption.says_same(utterance.text):
        return _same(field, state, facts)
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
            value = from_entities(field, utterance, state, facts)
        except Misread:
            value = None
        return (value, None) if value is not None else (None, misread)


def _same(field: Field, state: FormState, facts: Facts) -> tuple[Any, Misread | None]:
    """What "the same as before" means: what the customer answered earlier, else what is on file."""
    key = (field.name, field.title)
    if field.optional and key in facts.earlier and facts.earlier[key] is None:
        return None, None
    value = facts.earlier.get(key)
    if value is None and field.before is not None:
        value = field.before(facts)
    if value is None and field.known is not None:
        value = field.known(facts)
    if value is None or field.fresh or field.on_answer is not None:
        return None, Misread("nothing_before", "I have no earlier answer to that, so please tell me.")
    try:
        field.check(value, state.answers, facts)
    except Misread as misread:
        return None, misread
    return value, None


def _too_thin(utterance: Utterance) -> Misread | None:
    """A "yes" or a "skip" is a text, but tells nothing."""
    if interruption.said_skip(utterance):
        return Misread("needed", "I need this one to go on; roughly is fine.")
    if " ".join(words(utterance.text)) in ("yes", "yeah", "yep", "ok", "okay", "sure", "yes please"):
        return Misread("only_yes", "Please tell me which, in a few words.")
    return None


def take_others(form: Form, state: FormState, besides: Field, utterance: Utterance, facts: Facts) -> bool:
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


def answered(form: Form, state: FormState, besides: Field | None = None) -> list[Field]:
    """The questions that have an answer which counts."""
    return [
        field
        for field in form.fields
        if field.name in bag(state, field) and field is not besides and field.when(state.answers)
    ]


def from_entities(field: Field, utterance: Utterance, state: FormState, facts: Facts) -> Any:
    """A value that the understanding found."""
    for name in field.entities:
        for value in utterance.entities.get(name, ()):
            return field.value_of(value, state.answers, facts)
    return None


def from_button(field: Field, utterance: Utterance, state: FormState, facts: Facts) -> Any:
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


def yes_no(utterance: Utterance) -> bool | None:
    """A yes or a no, by its words or by a sure understanding; None when it is neither."""
    if utterance.pressed_intent:
        return None
    try:
        return read_yes_no(utterance.text)
    except Misread:
        pass  # the understanding may still know
    if utterance.intent in ("affirm", "deny") and utterance.confidence >= 0.7:
        return utterance.intent == "affirm"
    return None
