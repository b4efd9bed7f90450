"""One question where two or three services could be meant: which of these is it?

Never guesses, never starts anything by itself, and never asks a third time running.
"""

from actions.dialogue import phrases
from actions.dialogue.desk import Desk
from actions.reply import A_PERSON, intent_button
from actions.services.catalogue import TITLES
from actions.utterance import CLARIFY, Utterance

ACTION = "action_clarify"
MOST = 3
"""Options; more are not listened to."""

OFTEN = 2
"""Times running that a customer is asked; then a person is quicker."""

NONE = intent_button("None of these", CLARIFY)


def options_of(utterance: Utterance) -> list[str]:
    """The services to choose from, the likeliest first."""
    return [name for name in utterance.options if name in TITLES][:MOST]


def ask(desk: Desk, options: list[str]) -> None:
    """Put the question; each option starts what it says."""
    desk.changes["fallbacks"] = desk.fallbacks + 1
    # The likeliest is what a colleague's queue, and the learning loop, may go by.
    desk.reply.custom |= {"clarify": True, "intent": options[0]}
    if desk.fallbacks >= OFTEN:
        desk.hand_over("two_fallbacks", phrases.TAKEN_OVER["two_fallbacks"])
        return
    titles = [TITLES[name] for name in options]
    buttons = tuple(
        intent_button(title[:1].upper() + title[1:], name)
        for title, name in zip(titles, options, strict=True)
    )
    desk.reply.say(phrases.which_of(titles), (*buttons, NONE))


def none_of_these(desk: Desk) -> None:
    """The customer meant something else: another try in other words, or a person."""
    desk.reply.custom["clarify"] = True
    desk.reply.say(phrases.NONE_OF_THESE, (A_PERSON,))
