"""The consent of the insured person, where a change touches them (BC, AE).

A customer who is insured alone consents in the read-back; for anybody else the signed paper decides.
"""

from actions.forms.service import Answers, Facts, Field
from actions.normalise import Choice, read_yes_no
from actions.servicing.position import Case, positions
from actions.servicing.transaction import Condition, Refusal

PAPER = "consent of the insured person, signed (where that is somebody else)"
_YES_NO = (Choice("yes", "Yes"), Choice("no", "No"))


def _prompt(answers: Answers, facts: Facts) -> str:
    position = Case(answers, facts).known_position
    if position is None:
        return "Does the insured person consent?"
    if position.insured_is_holder:
        return "You are the insured person yourself. Do you consent to it?"
    return f"Does {position.insured_name}, the insured person, consent, and sign that on paper?"


def _known(facts: Facts) -> bool | None:
    """Who asks for it consents, where nobody else is insured."""
    mine = positions(facts)
    return True if mine and all(position.insured_is_holder for position in mine) else None


def _refused(case: Case) -> Refusal | None:
    if case.answers.get("consent") is not False:
        return None
    return Refusal(
        "no_consent",
        "Without the consent of the insured person this change would not be valid, so I can't take it down. "
        "Please talk to them first; you can ask for it again at any time.",
        ("check_coverage", "talk_to_agent"),
    )


def consent_line(case: Case) -> str:
    """The consent in the read-back."""
    if case.position.insured_is_holder:
        return "You consent to it as the insured person"
    return f"{case.position.insured_name}, the insured person, consents and signs that on paper"


CONSENT = Field(
    name="consent",
    title="consent of the insured person",
    prompt=_prompt,
    read=lambda text, _facts: read_yes_no(text),
    help="It is about their life, so without their word nothing is changed.",
    why="The law asks for the consent of the insured person.",
    choices=lambda _facts: _YES_NO,
    known=_known,
)
CONSENTED = Condition("the insured person consents", _refused)
