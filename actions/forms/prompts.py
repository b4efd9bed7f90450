"""The questions of a form as messages: the field's words, its buttons, the read-back.

Only words and buttons; what is asked next is the engine's decision.
"""

from datetime import date
from typing import Any

from actions.forms.course import Form, active_answers
from actions.forms.decision import TRIES
from actions.forms.service import Facts, Field
from actions.forms.state import CHANGE, CONFIRM, RESUME, STRENGTHEN, FormState
from actions.normalise import show_date
from actions.reply import Button, Said

MAX_BUTTONS = 10


def question(form: Form, field: Field, state: FormState, facts: Facts) -> Said:
    """The question for a field."""
    if state.offered:
        return options(form, field, state, field.ask(state.answers, facts))
    choices = field.choices(facts)[:MAX_BUTTONS]
    buttons = tuple(_button(form, field.name, choice.value, choice.title) for choice in choices)
    if field.optional:
        buttons += (_button(form, field.name, "@skip", "Skip"),)
    return Said(field.ask(state.answers, facts), buttons)


def options(form: Form, field: Field, state: FormState, text: str) -> Said:
    """The readings that were possible, to choose from."""
    return Said(text, tuple(_button(form, field.name, value, title) for value, title in state.offered))


def read_back(form: Form, state: FormState, facts: Facts) -> Said:
    """Everything that was understood, to be confirmed."""
    confirm = form.service.confirm
    text = confirm(active_answers(form, state), facts) if confirm else ""
    return Said(text, _yes_no(form, CONFIRM))


def what_to_change(form: Form, state: FormState) -> Said:
    """Which answer is wrong."""
    fields = [
        field for field in form.service.fields if field.name in state.answers and field.when(state.answers)
    ]
    buttons = tuple(
        _button(form, CHANGE, field.name, field.title.capitalize()) for field in fields[:MAX_BUTTONS]
    )
    return Said("What shall I change?", buttons)


def shall_we_go_on(form: Form) -> Said:
    """Whether to take up again what was put aside."""
    return Said(f"Shall we go on with what we began ({form.service.title})?", _yes_no(form, RESUME))


def strong_proof(form: Form) -> Said:
    """Why a strong proof of identity is needed here, and the two ways to give it."""
    return Said(
        f"To {form.service.title} I must be quite sure that it is you. You can use your passkey: the face "
        "or fingerprint check of your own phone, which stays on it. Without one, a colleague checks who you "
        "are.",
        (
            _button(form, STRENGTHEN, "done", "I have used my passkey"),
            _button(form, STRENGTHEN, "person", "A colleague shall check"),
        ),
    )


def shown(form: Form, state: FormState, facts: Facts) -> dict[str, Any]:
    """The form as an agent reads it: values, what is missing, what failed; proofs are left out."""
    answers = active_answers(form, state)
    fields = {field.name: field for field in form.service.fields}
    return {
        "values": {name: display(fields[name], value, facts) for name, value in answers.items()},
        "missing": [
            field.name
            for field in form.service.fields
            if field.name not in state.answers and field.when(state.answers)
        ],
        "failed": [name for name, tries in state.tries.items() if tries >= TRIES and name in fields],
    }


def display(field: Field, value: Any, facts: Facts) -> str | None:
    """A value as people read it; None when it was left out."""
    if value is None:
        return None
    if field.show is not None:
        return field.show(value, facts)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return show_date(value) if isinstance(value, date) else str(value)


def _yes_no(form: Form, name: str) -> tuple[Button, ...]:
    return (_button(form, name, "yes", "Yes"), _button(form, name, "no", "No"))


def _button(form: Form, name: str, value: str, title: str) -> Button:
    return Button(
        title, {"form": form.service.intent, "version": form.version, "field": name, "value": value}
    )
