"""The health statement of transactions that begin cover anew (RE, AC): collected here, judged by people.

Nothing is refused for an answer; whoever is ill must be able to say so.
"""

from actions.forms.service import Answers, Field
from actions.normalise import Choice, Misread, read_yes_no
from actions.servicing.position import Case

_YES_NO = (Choice("yes", "Yes"), Choice("no", "No"))
_LONGEST = 500


def _ill(answers: Answers) -> bool:
    return answers.get("illness") is True


def _read_story(text: str) -> str:
    story = " ".join(text.split())
    if not any(character.isalpha() for character in story):
        raise Misread(
            "not_told", "Please tell me in a few words, for example: high blood pressure since May."
        )
    return story[:_LONGEST]


def health_lines(case: Case) -> tuple[str, ...]:
    """The statement in the read-back."""
    who = "You have" if case.position.insured_is_holder else f"{case.position.insured_name} has"
    if not _ill(case.answers):
        return (f"Health: {who} had no illness, treatment or examination to tell of",)
    return (f"Health: {case.answers['health_story']}",)


def statement(answers: Answers) -> dict[str, str]:
    """The statement as it is recorded."""
    return {"health": str(answers["health_story"]) if _ill(answers) else "nothing to tell"}


def health_questions(since: str) -> tuple[Field, ...]:
    """The questions; `since` says over which time: "since the policy lapsed"."""
    return (
        Field(
            name="illness",
            title="illness or treatment",
            prompt=f"Has the insured person been ill, treated, examined or advised to see a doctor {since}?",
            read=lambda text, _facts: read_yes_no(text),
            help="Colds do not count. If in doubt, please say yes: a colleague looks at it.",
            why="New cover depends on health; a wrong answer could cost a payment later.",
            choices=lambda _facts: _YES_NO,
        ),
        Field(
            name="health_story",
            title="what it was",
            prompt="What was it, and since when? A few words are enough.",
            read=lambda text, _facts: _read_story(text),
            help="For example: high blood pressure since May, one tablet a day.",
            why="So that nobody has to ask you again.",
            free=True,
            when=_ill,
        ),
    )
