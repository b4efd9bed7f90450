"""Gentle mode: for customers of sixty or older, and for whoever asks to be taken slowly.

A person is one step away from every reply, nothing is asked or explained a second time, nothing is hurried.
"""

from dataclasses import replace

from actions import identity
from actions.dialogue import phrases
from actions.dialogue.desk import Desk
from actions.forms.shelf import Sheet
from actions.reply import A_PERSON

ELDERLY = 60

TOO_OFTEN = 2
"""So often the same question needs an answer or an explanation, and a person helps instead."""


def holds(desk: Desk) -> bool:
    """Whether the customer is to be treated gently; also when the proof of who it is has run out."""
    if desk.gentle or desk.customer_id is None:
        return desk.gentle
    if desk.facts.profile is not None:
        return desk.facts.profile.gentle
    age = identity.age_of(desk.session, desk.customer_id, desk.today)
    return age is not None and age >= ELDERLY


def keep(desk: Desk) -> None:
    """Somebody is to be treated gently from now on, in the whole conversation."""
    if not desk.gentle:
        desk.gentle = True
        desk.changes["gentle"] = True


def explained_too_often(desk: Desk, sheet: Sheet) -> bool:
    """Count an explanation of the question that is asked; whether a person should help instead."""
    name = f"?{sheet.state.asking}"
    sheet.state.tries[name] = sheet.state.tries.get(name, 0) + 1
    return sheet.state.tries[name] >= TOO_OFTEN and holds(desk)


def bring_in_a_person(desk: Desk) -> None:
    """Hand over before it becomes a trouble."""
    desk.hand_over("elderly", phrases.TAKEN_OVER["elderly"])


def offer_a_person(desk: Desk) -> None:
    """The last thing said in a turn carries the way to a person."""
    said = desk.reply.said
    if said and "handoff" not in desk.reply.custom and A_PERSON not in said[-1].buttons:
        said[-1] = replace(said[-1], buttons=(*said[-1].buttons, A_PERSON))
