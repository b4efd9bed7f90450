"""How the claim form speaks: gently where somebody died, and back to the customer what it has understood.

Words alone; nothing is read, checked or recorded here.
"""

from actions.forms.service import Answers, Facts
from actions.normalise import show_date, show_phone
from actions.services.claim_answers import CONCERNED
from actions.services.claim_papers import KINDS, kind_in


def gently(answers: Answers) -> bool:
    """Whether it is told to somebody who has lost a person."""
    return answers.get("kind") == "death"


def opening(text: str) -> str:
    """The first words, by what was told."""
    if kind_in(text) == "death":
        return "I am very sorry for your loss. I'll ask only what is needed; take all the time you want."
    return (
        "I'm sorry to hear that. I'll take it down with you; it takes about two minutes. "
        'You can say "cancel" or ask for a person at any time.'
    )


def name_prompt(answers: Answers, _facts: Facts) -> str:
    """The question for the name."""
    if gently(answers):
        return "What was the full name of the person who passed away?"
    own = answers.get("reporter") == "self"
    return "What is your full name?" if own else "What is the full name of the person it happened to?"


def date_prompt(answers: Answers, _facts: Facts) -> str:
    """The question for the day."""
    if gently(answers):
        return "On what day was it? If you are not sure, the nearest day you know is fine."
    if answers.get("kind") == "illness":
        return "On what day was the diagnosis made?"
    if answers.get("kind") == "hospital_stay":
        return "On what day did the hospital stay begin?"
    return "On what day did it happen?"


def read_back(answers: Answers, facts: Facts) -> str:
    """All that was answered, to be confirmed."""
    lines = [f"Claim for: {KINDS[answers['kind']]}"]
    relation = answers.get("reporter") or answers.get("relation")
    person = f" ({CONCERNED[relation]})" if relation and not (gently(answers) and relation == "other") else ""
    lines.append(f"Person: {answers['insured_name']}{person}")
    lines.append(f"Policy: {answers['policy'] or 'to be looked up by us'}")
    lines.append(f"Date: {show_date(answers['date'])}")
    if answers.get("place"):
        lines.append(f"Place: {answers['place']}")
    if answers.get("diagnosis"):
        first = " (first diagnosis)" if answers.get("first_diagnosis") else ""
        lines.append(f"Illness: {answers['diagnosis']}{first}")
    if answers.get("story"):
        lines.append(f"What happened: {_shortened(answers['story'])}")
    if answers.get("hospital"):
        lines.append(f"Hospital: {answers['hospital']}")
    lines.append(f"Your phone: {show_phone(answers['phone'])}")
    return "Let me read that back:\n" + "\n".join(f"- {line}" for line in lines) + "\nIs that right?"


def _shortened(text: str) -> str:
    return text if len(text) <= 300 else text[:297].rstrip() + "..."
