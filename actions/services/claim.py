"""The first notice of loss: what is asked of a customer who reports a claim, in one form.

It never asks more than a person needs to begin, and refuses nothing that a person could sort out.
"""

import re

from actions.claims.illnesses import serious_illness, show_illness
from actions.forms.service import Facts, Field, Service
from actions.normalise import (
    Choice,
    Tense,
    read_date,
    read_person,
    read_phone,
    read_yes_no,
    show_phone,
    words,
)
from actions.services.claim_answers import (
    RELATIONS,
    happened,
    known_phone,
    known_policy,
    read_hospital,
    read_kind,
    read_place,
    read_policy,
    read_relation,
    read_text,
    scan_date,
    scan_phone,
    scan_policy,
    scan_relation,
    scan_story,
)
from actions.services.claim_papers import CHOICES, KINDS, kind_in
from actions.services.claim_record import report_claim
from actions.services.claim_wording import date_prompt, gently, name_prompt, opening, read_back

YES_NO = (Choice("yes", "Yes"), Choice("no", "No"))


def _policy_choices(facts: Facts) -> tuple[Choice, ...]:
    return tuple(Choice(policy.number, policy.title) for policy in facts.policies)


def _none_of_self(relation: str | None) -> str | None:
    return None if relation == "self" else relation


def _scan_diagnosis(text: str, _facts: Facts) -> str | None:
    name = serious_illness(text)
    return show_illness(name) if name else None


def _read_first(text: str) -> bool:
    said = " ".join(words(text))
    if re.search(r"\b(?:first time|never before|first diagnosis)\b", said) and not said.startswith("no"):
        return not re.search(r"\bnot (?:the |my |a )?first", said)
    if re.search(r"\b(?:second time|came back|come back|again|relapse|recurr\w+|before)\b", said):
        return False
    return read_yes_no(text)


def _show_kind(value: str, _facts: Facts) -> str:
    return KINDS.get(value, value)


CLAIM = Service(
    intent="report_claim",
    title="report a claim",
    submit=report_claim,
    assurance=1,
    confirm=read_back,
    opening=opening,
    fields=(
        Field(
            name="kind",
            title="kind of claim",
            prompt="What is it about?",
            read=read_kind,
            help="Pick what fits best; a colleague sorts out the details.",
            why="The papers we need depend on it.",
            choices=lambda _facts: CHOICES,
            aliases=("kind", "type", "type of claim"),
            scan=lambda text, _facts: kind_in(text),
            show=_show_kind,
        ),
        Field(
            name="reporter",
            title="person concerned",
            prompt="Who is it about?",
            read=read_relation,
            help="It can be you, or somebody else whom you write for.",
            why="So that we know whom to ask for papers.",
            choices=lambda _facts: RELATIONS,
            aliases=("person", "relation"),
            scan=scan_relation,
            when=lambda answers: not gently(answers),
        ),
        Field(
            # Taken from the story where it says so: whoever reports a death is asked only what is needed.
            name="relation",
            title="relation",
            prompt="What was the person to you? You need not say.",
            read=read_relation,
            help="For example your mother, or a friend.",
            why="So that my colleague knows with whom they speak.",
            choices=lambda _facts: RELATIONS[1:],
            optional=True,
            aliases=("person",),
            scan=lambda text, facts: _none_of_self(scan_relation(text, facts)),
            known=lambda _facts: "other",
            when=gently,
        ),
        Field(
            name="insured_name",
            title="name",
            prompt=name_prompt,
            read=lambda text, _facts: read_person(text),
            help="The name as it stands in the policy.",
            why="To find the right policy and person.",
            free=True,
            aliases=("name of the insured", "full name"),
            when=lambda answers: "reporter" in answers or gently(answers),
        ),
        Field(
            name="policy",
            title="policy number",
            prompt="What is the policy number? If you don't have it, just skip this.",
            read=read_policy,
            help="It has 12 digits and stands on every letter from us. Without it we look it up.",
            why="It saves us looking for the policy.",
            optional=True,
            choices=_policy_choices,
            aliases=("policy",),
            entities=("policy_number",),
            scan=scan_policy,
            known=known_policy,
        ),
        Field(
            name="date",
            title="date",
            prompt=date_prompt,
            read=lambda text, facts: read_date(text, facts.today, Tense.PAST),
            help='For example 3 March 2026, or "yesterday".',
            why="Cover depends on the day it happened.",
            aliases=("day", "when"),
            scan=scan_date,
            check=happened,
        ),
        Field(
            name="place",
            title="place",
            prompt="Where did it happen? A city or an address is enough.",
            read=read_place,
            help="For example: at home in Chengdu, or on the way to work.",
            why="It is part of the report every claim needs.",
            free=True,
            aliases=("location", "where"),
            when=lambda answers: answers.get("kind") in ("accident", "disability"),
        ),
        Field(
            name="diagnosis",
            title="illness",
            prompt="Which illness was diagnosed? Please name it as the doctor does.",
            read=lambda text, facts: read_text(text, facts)[:200],
            help="The name of the illness as it stands in the medical report.",
            why="Some serious illnesses are decided within one working day.",
            free=True,
            aliases=("diagnosis", "disease"),
            scan=_scan_diagnosis,
            when=lambda answers: answers.get("kind") == "illness",
        ),
        Field(
            name="first_diagnosis",
            title="first diagnosis",
            prompt="Was this illness diagnosed for the first time?",
            read=lambda text, _facts: _read_first(text),
            help="Yes, if it was never diagnosed before; no, if it has come back or was known already.",
            why="The fast decision is for a first diagnosis.",
            choices=lambda _facts: YES_NO,
            aliases=("first time",),
            when=lambda answers: (
                bool(serious_illness(answers.get("diagnosis") or "")) and answers.get("kind") == "illness"
            ),
        ),
        Field(
            name="story",
            title="what happened",
            prompt="What happened? Please tell me in your own words.",
            read=read_text,
            help="A few sentences are enough: what happened, and how the person is now.",
            why="So that the colleague who decides has the whole picture.",
            free=True,
            aliases=("description", "story"),
            scan=scan_story,
            when=lambda answers: not gently(answers),
        ),
        Field(
            name="hospital",
            title="hospital",
            prompt="Which hospital or doctor treated it? You can skip this.",
            read=read_hospital,
            help="The name of the hospital is enough.",
            why="So that we can ask there for records, with your consent.",
            optional=True,
            free=True,
            aliases=("clinic", "doctor"),
            when=lambda answers: answers.get("kind") != "death",
        ),
        Field(
            name="phone",
            title="phone number",
            prompt="On which number can we call you?",
            read=lambda text, _facts: read_phone(text),
            help="With country code if it is not a Chinese number, for example +1 202 555 0101.",
            why="A colleague calls you about the claim.",
            aliases=("phone", "number", "telephone"),
            entities=("phone",),
            scan=scan_phone,
            known=known_phone,
            show=lambda value, _facts: show_phone(value),
        ),
    ),
)
