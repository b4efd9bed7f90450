"""The question after an answer of knowledge, "was this helpful?", and what a vote leads to.

Never more than two buttons and one sentence; the vote itself stands in the ledger, as the press it was.
"""

from actions.answers import Found
from actions.dialogue.desk import Desk
from actions.reply import A_PERSON, Button
from actions.utterance import Utterance

THANKS = "Thank you, that's good to know."
SORRY = (
    "I'm sorry that did not answer it. I've put your question on the list that my colleagues go through, "
    "and one of them can answer it now."
)


def buttons(found: Found) -> tuple[Button, ...]:
    """The two votes on the answer that was found; they come back as questions, which need no new rule."""
    about = {"intent": "ask_question", "article": found.articles[0].id}
    return (
        Button("That helped", {**about, "feedback": "up"}),
        Button("That did not help", {**about, "feedback": "down"}),
    )


def taken(desk: Desk, utterance: Utterance) -> bool:
    """Answer a vote; False where the message is none."""
    vote = (utterance.button or {}).get("feedback")
    if vote not in ("up", "down"):
        return False
    desk.reply.custom |= {"tier": 2, "service": "ask_question", "feedback": vote}
    if vote == "up":
        desk.reply.say(THANKS)
    else:
        desk.reply.say(SORRY, (A_PERSON,))
    return True
