"""Name, identity number, birth date and sex (CD): what makes a person the person.

Never changed on the customer's word alone: an agent compares it with the papers.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.forms.service import Answers, Facts, Field
from actions.normalise import Choice, Misread, read_birth, read_choice, read_person
from actions.services.id_number import birth_in, hidden, read_id_number, sex_in
from actions.services.wording import show_date
from actions.servicing.choices import choice_field
from actions.servicing.position import Case
from actions.servicing.profiles import customer_of
from actions.servicing.states import NotPossible
from actions.servicing.transaction import Condition, Refusal, Transaction
from records.models import Customer, ServiceTransaction

ITEMS = (
    Choice("name", "Name", ("surname", "family name", "first name", "last name")),
    Choice("id_no", "Identity number", ("id number", "identity card", "id card", "id")),
    Choice("birth", "Birth date", ("date of birth", "birthday", "born", "age")),
    Choice("sex", "Sex", ("gender",)),
)
SEXES = (Choice("f", "Female", ("woman",)), Choice("m", "Male", ("man",)))
_ITEMS = {choice.value: choice.title.lower() for choice in ITEMS}
_SEXES = {choice.value: choice.title.lower() for choice in SEXES}


def _shown(item: str, value: Any) -> str:
    if item == "birth":
        return show_date(value)
    if item == "id_no":
        return hidden(value)
    return _SEXES.get(value, str(value))


def _item(name: str, prompt: str, read: Any, help: str, choices: tuple[Choice, ...] = ()) -> Field:
    """The field of one item: asked only when it is the one to change, and never for what is on file."""

    def differs(value: Any, answers: Answers, facts: Facts) -> None:
        person = Case(answers, facts).known_person
        if person is not None and value == getattr(person, name):
            raise Misread("same", "That is what we have on file already. What is the right one?")

    return Field(
        name=f"new_{name}",
        title=f"new {_ITEMS[name]}",
        prompt=prompt,
        read=read,
        check=differs,
        help=help,
        why="So that a colleague can compare it with your papers.",
        choices=lambda _facts: choices,
        free=name == "name",
        when=lambda answers: answers.get("item") == name,
        show=lambda value, _facts: _shown(name, value),
    )


def _number_is_settled(case: Case) -> Refusal | None:
    person = case.known_person
    if person is None or not person.number_changed:
        return None
    return Refusal(
        "number_changed",
        "Your telephone number was changed less than 72 hours ago. To protect you, nobody's name or identity "
        "number is changed so soon after that; a colleague looks at it with you now.",
        handoff="human_service",
    )


def _consequence(case: Case) -> str:
    item, person = case.answers["item"], case.person
    if item == "birth":
        return "The premium of your policies may be worked out again; a colleague tells you before it counts"
    if item == "id_no":
        number = case.answers["new_id_no"]
        if birth_in(number) != person.birth or sex_in(number) != person.sex:
            return (
                f"By this number you were born on {show_date(birth_in(number))} and are "
                f"{_SEXES[sex_in(number)]}; both are changed with it"
            )
    return "Policies, premiums and beneficiaries stay as they are"


def _lines(case: Case) -> tuple[str, ...]:
    item = case.answers["item"]
    before, after = getattr(case.person, item), case.answers[f"new_{item}"]
    return (
        f"{_ITEMS[item].capitalize()}: {_shown(item, after)} instead of {_shown(item, before)}",
        _consequence(case),
        "I need photos of your identity document and of the official proof of the change",
    )


def _details(case: Case) -> dict[str, Any]:
    item = case.answers["item"]
    before, after = getattr(case.person, item), case.answers[f"new_{item}"]
    return {"item": item, "value": str(after), "before": str(before)}


def set_identity(session: Session, row: ServiceTransaction, _now: datetime) -> None:
    """Change the one item; a new identity number brings its birth date and sex.

    Raises:
        NotPossible: it has been changed since it was asked for, or the number is another customer's.
    """
    customer, item, value = customer_of(session, row), row.details["item"], row.details["value"]
    if str(getattr(customer, item)) != row.details["before"]:
        raise NotPossible("changed", "This has been changed since it was asked for.")
    if item == "birth":
        customer.birth = date.fromisoformat(value)
        return
    setattr(customer, item, value)
    if item == "id_no":
        others = select(Customer.id).where(Customer.id_no == value, Customer.id != customer.id).limit(1)
        if session.scalar(others) is not None:
            raise NotPossible(
                "taken", "Another customer has this identity number: please compare the papers."
            )
        customer.birth, customer.sex = birth_in(value), sex_in(value)


KEY_IDENTITY = Transaction(
    intent="change_key_identity",
    about_policy=False,
    fields=(
        choice_field(
            "item",
            "what to change",
            "Which of these is wrong, or has changed?",
            ITEMS,
            why="Each needs another paper.",
            scanned=False,
            early=True,
        ),
        _item(
            "name",
            "What is the right name, as it stands on your identity document?",
            lambda text, _facts: read_person(text),
            "The full name, for example Li Wei.",
        ),
        _item(
            "id_no",
            "What is the right identity number?",
            lambda text, _facts: read_id_number(text),
            "All 18 characters, as on your identity card.",
        ),
        _item(
            "birth",
            "What is the right date of birth?",
            lambda text, facts: read_birth(text, facts.today),
            "For example 12 March 1985.",
        ),
        _item(
            "sex",
            "What does your identity document say?",
            lambda text, _facts: read_choice(text, SEXES),
            "As on your identity document.",
            SEXES,
        ),
    ),
    papers=("identity document", "official proof of the change"),
    conditions=(Condition("the telephone number was not changed in the last 72 hours", _number_is_settled),),
    lines=_lines,
    details=_details,
    next_steps=lambda _case: (
        "Please hand in photos of your identity document and of the official proof of the change. You can "
        "send them here or bring them to a branch. You hear from us as soon as it is decided."
    ),
    effect=set_identity,
)
