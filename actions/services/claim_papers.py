"""The kinds of claims, how they are told from what a customer says, and the papers each needs.

Reading a kind never refuses anything: what is not recognised is asked.
"""

import re

from actions.normalise import Choice

KINDS = {
    "illness": "illness",
    "accident": "accident",
    "hospital_stay": "hospital stay",
    "disability": "disability",
    "death": "death",
    "critical_illness": "critical illness",
}
PAPERS = {
    "illness": ("medical report with the diagnosis", "test and pathology reports", "identity document"),
    "accident": ("medical report", "accident report or police record, if there is one", "identity document"),
    "hospital_stay": ("hospital discharge summary", "itemised bills and receipts", "identity document"),
    "disability": ("disability assessment", "medical records", "identity document"),
    "death": (
        "death certificate",
        "identity document of the person who receives the benefit",
        "proof of the relationship",
    ),
    "critical_illness": (
        "medical report with the diagnosis",
        "test results that prove the diagnosis",
        "identity document",
        "bank account",
    ),
}
_PROOFS = {
    "cancer": "pathology report",
    "heart_attack": "heart tests and blood values",
    "stroke": "brain scans",
}
# The order decides: a fall that ended in hospital is an accident, an accident that was fatal is a death.
_SIGNS = (
    ("death", r"passed away|died|death|deceased|is dead|drowned|took (?:his|her) own life|lost (?:his|"
              r"her) life|funeral"),
    ("disability", r"disabled|disability|paraly[sz]ed|lost (?:an|two|three|his|her|my) (?:arm|leg|hand|"
                   r"fingers?|eyes?)|"
                   r"amputat\w+|not be able to work again"),
    ("accident", r"accident|crash|fell|fallen|fall|slipped|hit by|broke|broken|fracture\w*|burn(?:ed|t)|"
                 r"bit me|bitten|"
                 r"injur\w+|collision|knocked|sprain\w*|cut my|lost two teeth"),
    ("illness", r"cancer|tumou?r|diagnos\w+|stroke|heart attack|leuk\w+|kidney failure|illness|disease|"
                r"dialysis|"
                r"critical illness|sick"),
    ("hospital_stay", r"hospital\w*|surgery|operation|operated|admitted|in-?patient|appendi\w+|pneumonia|"
                      r"intensive care"),
)  # fmt: skip
_PATTERNS = tuple((kind, re.compile(rf"\b(?:{signs})\b", re.IGNORECASE)) for kind, signs in _SIGNS)

CHOICES = (
    Choice("illness", "Illness", ("sick", "disease", "cancer", "critical illness")),
    Choice("accident", "Accident", ("accidental", "injury", "injured", "fell", "crash")),
    Choice("hospital_stay", "Hospital stay", ("hospital", "hospitalised", "hospitalized", "surgery")),
    Choice("disability", "Disability", ("disabled",)),
    Choice("death", "Death", ("died", "passed away", "dead", "deceased")),
)


def kind_in(text: str) -> str | None:
    """The kind of claim that a story tells of."""
    return next((kind for kind, pattern in _PATTERNS if pattern.search(text)), None)


def papers_for(kind: str, illness: str = "") -> tuple[str, ...]:
    """The checklist of a claim: by its kind, and by the illness where that decides which tests prove it."""
    proof = _PROOFS.get(illness)
    general = "test results that prove the diagnosis"
    return tuple(proof if proof and paper == general else paper for paper in PAPERS[kind])
