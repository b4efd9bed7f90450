"""Telephone number, address and e-mail (LD).

The old number confirms a new one by a one-time code; a number that was only typed proves nothing.
"""

import re
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from actions.forms.service import Answers, Context, Facts, Field, Outcome
from actions.identity import codes
from actions.identity.codes import Confirmed, Request
from actions.normalise import Choice, Misread, read_phone, read_yes_no, show_phone, words
from actions.servicing.choices import choice_field
from actions.servicing.position import Case
from actions.servicing.profiles import customer_of
from actions.servicing.transaction import Condition, Refusal, Transaction
from records.models import ServiceTransaction

PURPOSE = "change_contact"
PROVEN = "confirmed"
"""What is kept in place of a right code; no text of a customer is read as it."""

ITEMS = (
    Choice("phone", "Phone number", ("phone", "mobile", "number", "telephone", "cell")),
    Choice("address", "Address", ("address", "moved", "home", "street", "city")),
    Choice("email", "E-mail", ("email", "e-mail", "mail address")),
)
_TITLES = {choice.value: choice.title for choice in ITEMS}
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+")
_ANEW = re.compile(r"\b(?:new code|another code|again|resend|not (?:received|arrived|come))\b", re.IGNORECASE)
_COLUMNS = {"phone": "mobile", "address": "address", "email": "email"}


def read_email(text: str, _facts: Facts) -> str:
    """One e-mail address.

    Raises:
        Misread: not_an_email, several.
    """
    found: set[str] = {match.rstrip(".") for match in _MAIL.findall(text)}
    if len(found) > 1:
        raise Misread("several", "I see more than one address. Which one is it?")
    if not found or len(next(iter(found))) > 200:
        raise Misread("not_an_email", "I need an e-mail address, for example name@example.com.")
    return found.pop()


def _read_address(text: str, _facts: Facts) -> str:
    if len(words(text)) < 2 or any(character in "<>{}" for character in text):
        raise Misread("not_an_address", "Please give the whole address: street and number, district, city.")
    return " ".join(text.split())[:300]


def _is_new(name: str) -> Any:
    def check(value: str, answers: Answers, facts: Facts) -> None:
        person = Case(answers, facts).known_person
        if person is not None and value.casefold() == str(getattr(person, _COLUMNS[name])).casefold():
            raise Misread("same", "That is what we have on file already. What is the new one?")

    return check


def _about(name: str) -> Any:
    return lambda answers: answers.get("what") == name


def _has_old(answers: Answers) -> bool:
    return answers.get("what") == "phone" and answers.get("old_phone") is True


def send_code(session: Session, context: Context) -> Outcome | None:
    """Send a code to the number on file; without further codes a colleague helps."""
    sent = codes.request(session, context.conversation_id, context.customer_id, PURPOSE, context.now)
    if sent.outcome in (Request.SENT, Request.TOO_SOON):
        return None
    return Outcome(
        "I can't send another code just now. A colleague checks who you are and helps you on.",
        handoff="human_service",
        custom={"refused": f"code_{sent.outcome.value}"},
    )


def _read_code(text: str, _facts: Facts) -> str:
    if _ANEW.search(text):
        return ""
    code = codes.read_code(text)
    if code is None:
        raise Misread("not_a_code", "The code has six digits. You find it in the SMS to your old number.")
    return code


def check_code(session: Session, context: Context, code: str) -> str:
    """Whether the code is the one that was sent to the old number; a right one is used up.

    Raises:
        Misread: it is not, or a new one was asked for.
    """
    if not code:
        sent = codes.request(session, context.conversation_id, context.customer_id, PURPOSE, context.now)
        if sent.outcome is Request.SENT:
            raise Misread("sent_again", "I have sent a new code to your old number.")
        raise Misread("too_soon", "Please wait a minute before you ask for a new code.")
    result = codes.confirm(session, context.conversation_id, PURPOSE, code, context.now)
    if result is Confirmed.YES:
        return PROVEN
    if result is Confirmed.EXPIRED:
        raise Misread("expired", 'That code is no longer valid. Say "new code" for another one.')
    raise Misread("wrong_code", "That is not the code I sent. Please look again.")


def _code_prompt(_answers: Answers, facts: Facts) -> str:
    ending = f" ending {facts.profile.mobile[-2:]}" if facts.profile else ""
    return f"I have sent a code to your old number{ending}. Please type the six digits."


def _old_number(case: Case) -> Refusal | None:
    if case.answers.get("what") != "phone" or case.answers.get("old_phone") is not False:
        return None
    return Refusal(
        "old_number_gone",
        "Without your old number I can't be sure that it is you who changes it. A colleague checks who you "
        "are and makes the change with you.",
        handoff="human_service",
    )


def _unconfirmed(case: Case) -> str | None:
    return (
        "number_not_confirmed" if _has_old(case.answers) and case.answers.get("old_code") != PROVEN else None
    )


def _new(case: Case) -> str:
    return str(case.answers[case.answers["what"]])


def _shown(case: Case) -> str:
    return show_phone(_new(case)) if case.answers["what"] == "phone" else _new(case)


def change(session: Session, row: ServiceTransaction, _now: datetime) -> None:
    """Set it."""
    setattr(customer_of(session, row), _COLUMNS[row.details["what"]], row.details["value"])


CONTACT = Transaction(
    intent="change_contact",
    about_policy=False,
    fields=(
        choice_field(
            "what",
            "what to change",
            "What has changed: your phone number, your address or your e-mail?",
            ITEMS,
            why="Each is changed in its own way.",
        ),
        Field(
            name="phone",
            title="new phone number",
            prompt="What is the new number?",
            read=lambda text, _facts: read_phone(text),
            check=_is_new("phone"),
            help="With country code if it is not a Chinese number, for example +1 202 555 0101.",
            why="Codes and calls go to this number.",
            aliases=("phone", "number"),
            when=_about("phone"),
            show=lambda value, _facts: show_phone(value),
        ),
        Field(
            name="address",
            title="new address",
            prompt="What is the new address?",
            read=_read_address,
            check=_is_new("address"),
            help="Street and number, district, city.",
            why="Letters and paper policies go there.",
            free=True,
            aliases=("address",),
            when=_about("address"),
        ),
        Field(
            name="email",
            title="new e-mail",
            prompt="What is the new e-mail address?",
            read=read_email,
            check=_is_new("email"),
            help="For example name@example.com.",
            why="Electronic policies and notices go there.",
            aliases=("email", "e-mail"),
            when=_about("email"),
        ),
        Field(
            name="old_phone",
            title="old phone at hand",
            prompt="The old number has to confirm the new one. Can you still read an SMS on the old number?",
            read=lambda text, _facts: read_yes_no(text),
            help="I send a code to it.",
            why="So that nobody else can turn your number into theirs.",
            choices=lambda _facts: (Choice("yes", "Yes"), Choice("no", "No")),
            when=_about("phone"),
        ),
        Field(
            name="old_code",
            title="code from the old number",
            prompt=_code_prompt,
            read=_read_code,
            help='Six digits, in the SMS to your old number. Say "new code" if it has not come.',
            why="So that nobody else can turn your number into theirs.",
            when=_has_old,
            on_ask=send_code,
            on_answer=check_code,
            show=lambda _value, _facts: "given",
        ),
    ),
    conditions=(Condition("a new phone number: the old number confirms it by a one-time code", _old_number),),
    call_first=_unconfirmed,
    lines=lambda case: (f"{_TITLES[case.answers['what']]}: {_shown(case)}", "For all your policies"),
    details=lambda case: {
        "what": case.answers["what"],
        "value": _new(case),
        "before": getattr(case.person, _COLUMNS[case.answers["what"]]),
    },
    next_steps=lambda case: (
        "Our records are changed."
        + (
            " For 72 hours, money that leaves your policies is looked at by a colleague first."
            if case.answers["what"] == "phone"
            else ""
        )
    ),
    effect=change,
)
