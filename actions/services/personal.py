"""Basic personal data (BD), and the date on which the identity document ends (ID).

Name, identity number, birth date and sex are never changed here: a person decides those.
"""

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from actions.forms.service import Answers, Facts, Field
from actions.normalise import Choice, Misread, Tense, read_date, read_name
from actions.services.wording import show_date
from actions.servicing.choices import choice_field
from actions.servicing.position import Case
from actions.servicing.profiles import customer_of, profile_row
from actions.servicing.transaction import Condition, Refusal, Transaction, Waiting
from records.models import ServiceTransaction

KEY = "key"
ITEMS = (
    Choice("marital_status", "Marital status", ("married", "marital", "divorced", "marriage", "single")),
    Choice("nationality", "Nationality", ("citizenship", "passport", "citizen")),
    Choice("employer", "Employer", ("company", "work for", "employed", "workplace", "work")),
    Choice(
        KEY,
        "Name, identity number, birth date or sex",
        ("name", "identity number", "id number", "birth date", "date of birth", "birthday", "sex", "gender"),
    ),
)
_ITEMS = {choice.value: choice.title for choice in ITEMS}
STATUSES = (
    Choice("single", "Single", ("unmarried", "not married")),
    Choice("married", "Married", ("got married", "wed")),
    Choice("divorced", "Divorced", ("separated", "got divorced")),
    Choice("widowed", "Widowed", ("widow", "widower")),
)


def _not_key(case: Case) -> Refusal | None:
    if case.answers.get("item") != KEY:
        return None
    return Refusal(
        "key_identity",
        "Your name, identity number, birth date and sex decide who you are to us, so they need papers and "
        "the decision of a colleague. I can start that with you.",
        ("change_key_identity",),
    )


def _is_item(name: str) -> Field:
    titles = {"nationality": "What is your nationality?", "employer": "What is the name of your employer?"}

    def refuse(value: str, answers: Answers, facts: Facts) -> None:
        person = Case(answers, facts).known_person
        if person is not None and value.casefold() == str(getattr(person, name)).casefold():
            raise Misread("same", "That is what we have on file already. What is the new one?")

    return Field(
        name=name,
        title=_ITEMS[name].lower(),
        prompt=titles[name],
        read=lambda text, _facts: read_name(text)[:60] if name == "nationality" else read_name(text),
        check=refuse,
        help="Just the name, please.",
        why="So that our records are right.",
        free=True,
        when=lambda answers: answers.get("item") == name,
    )


def set_data(session: Session, row: ServiceTransaction, _now: datetime) -> None:
    """Set the one item."""
    setattr(profile_row(session, row), row.details["item"], row.details["value"])


def _value(case: Case) -> str:
    return str(case.answers[case.answers["item"]])


PERSONAL = Transaction(
    intent="change_personal_data",
    about_policy=False,
    fields=(
        choice_field(
            "item",
            "what to change",
            "What shall I change?",
            ITEMS,
            why="Some data I can change at once, others need papers.",
            aliases=("item",),
        ),
        choice_field(
            "marital_status",
            "marital status",
            "What is your marital status now?",
            STATUSES,
            why="So that our records are right.",
            when=lambda answers: answers.get("item") == "marital_status",
        ),
        _is_item("nationality"),
        _is_item("employer"),
    ),
    conditions=(Condition("basic data, not name, identity number, birth date or sex", _not_key),),
    lines=lambda case: (f"{_ITEMS[case.answers['item']]}: {_value(case)}",),
    details=lambda case: {
        "item": case.answers["item"],
        "value": _value(case),
        "before": getattr(case.person, case.answers["item"]),
    },
    next_steps=lambda _case: "Our records are changed, for all your policies.",
    effect=set_data,
)

LONGEST = timedelta(days=20 * 366)


def _expiry(value: date, answers: Answers, facts: Facts) -> None:
    if value <= facts.today:
        raise Misread(
            "expired",
            "That day has passed, so the document is not valid any more. I need one that is still valid.",
        )
    if value - facts.today > LONGEST:
        raise Misread("too_far", "That is more than twenty years ahead. Please check the year.")
    person = Case(answers, facts).known_person
    if person is not None and person.id_expires == value:
        raise Misread("same", f"{show_date(value)} is on file already. What does the new document say?")


def renew_document(session: Session, row: ServiceTransaction, _now: datetime) -> None:
    """The photo was looked at: the new date counts."""
    customer_of(session, row).id_expires = date.fromisoformat(row.details["expires"])


ID_DOCUMENT = Transaction(
    intent="update_id_document",
    about_policy=False,
    fields=(
        Field(
            name="expires",
            title="expiry date",
            prompt="Until which day is your new identity document valid?",
            read=lambda text, facts: read_date(text, facts.today, Tense.FUTURE),
            check=_expiry,
            help="It stands on the document, for example 3 March 2036.",
            why="An expired document would hold up payments to you.",
            aliases=("date", "valid until"),
        ),
    ),
    papers=("photo of both sides of the identity document",),
    conditions=(Condition("the new date lies in the future", lambda _case: None),),
    lines=lambda case: (
        f"Identity document valid until {show_date(case.answers['expires'])}"
        + (f" (until now: {show_date(case.person.id_expires)})" if case.person.id_expires else ""),
        "I need a photo of both sides of it",
    ),
    details=lambda case: {"expires": case.answers["expires"].isoformat()},
    waits=lambda _case: Waiting("a photo of both sides of the document"),
    next_steps=lambda _case: (
        "Please hand in the photo here or bring the document to a branch. The new date counts as soon as a "
        "colleague has looked at it."
    ),
    effect=renew_document,
)
