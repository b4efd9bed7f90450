"""Another policyholder (AE): the policy, its value and its duties go to somebody else.

Never without the consent of the insured person; accounts of the old policyholder are forgotten with it.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from actions.forms.service import Answers, Facts, Field
from actions.normalise import Choice, Misread, read_person, read_phone, show_phone
from actions.services.consent import CONSENT, CONSENTED, PAPER, consent_line
from actions.services.id_number import age_in, birth_in, hidden, read_id_number, sex_in
from actions.services.wording import money, show_date
from actions.servicing.choices import choice_field
from actions.servicing.conditions import is_living
from actions.servicing.four_eyes import four_eyes, worth
from actions.servicing.interlock import SCAM_QUESTIONS
from actions.servicing.payouts import arrangement_of, living_policy_of
from actions.servicing.position import Case
from actions.servicing.profiles import customer_of
from actions.servicing.states import OPEN, NotPossible
from actions.servicing.transaction import Condition, Refusal, Transaction
from records.clock import CENTRE_ZONE
from records.models import Customer, ServiceTransaction

ADULT = 18
"""Age from which a person can be policyholder (insurer's facts: adult_age)."""

PREFIX = "C"
"""Of customer numbers."""

NO_INTEREST = "none"
RELATIONS = (
    Choice("self", "It is the insured person", ("insured", "the same", "themselves", "herself", "himself")),
    Choice("spouse", "Husband or wife", ("husband", "wife", "spouse")),
    Choice("parent", "Parent", ("mother", "father", "mum", "mom", "dad")),
    Choice("child", "Child", ("son", "daughter")),
    Choice("employer", "Employer", ("company", "boss")),
    Choice(NO_INTEREST, "None of these", ("friend", "neighbour", "nobody", "none", "agent", "other")),
)
_RELATIONS = {choice.value: choice.title.lower() for choice in RELATIONS}


def _adult(value: str, answers: Answers, facts: Facts) -> None:
    person = Case(answers, facts).known_person
    if person is not None and value == person.id_no:
        raise Misread("same", "That is your own number. I need the one of the new policyholder.")
    if age_in(value, facts.today) < ADULT:
        raise Misread(
            "too_young", f"A policyholder must be at least {ADULT} years old. Who else could it be?"
        )


def _close(case: Case) -> Refusal | None:
    if case.answers.get("relation") != NO_INTEREST:
        return None
    return Refusal(
        "no_interest",
        "A policyholder must have a close interest in the insured person's life: as husband or wife, parent, "
        "child or employer, or as the insured person. So I can't take this one down. Somebody else may pay "
        "single premiums for you, or be named as beneficiary.",
        ("pay_premium", "change_beneficiary", "talk_to_agent"),
    )


def _nothing_open(case: Case) -> Refusal | None:
    position = case.known_position
    if position is None:
        return None
    others = [receipt for code, receipt in position.open_requests.items() if code != "AE"]
    if not others:
        return None
    return Refusal(
        "other_request_open",
        f"Another request on {position.title} is not decided yet: {others[0]}. Please wait for it or "
        "withdraw it, then the policy can get a new policyholder.",
        ("check_transaction_status",),
    )


def _lines(case: Case) -> tuple[str, ...]:
    position, answers = case.position, case.answers
    number = answers["new_id_no"]
    lines = [
        f"{position.title} belongs to {answers['new_holder']} instead of {case.person.name}",
        f"Identity: {hidden(number)}, born on {show_date(birth_in(number))}; telephone "
        f"{show_phone(answers['new_phone'])}",
        f"To the insured person: {_RELATIONS[answers['relation']]}",
        f"You give away its cash value of {money(position.cash_value)} and every right to it",
        consent_line(case),
        "I need photos of both identity documents",
    ]
    if position.premium and position.next_due:
        lines.insert(4, f"The next premium, {money(position.premium)}, is for the new policyholder to pay")
    return tuple(lines)


def _details(case: Case) -> dict[str, Any]:
    return {
        "name": case.answers["new_holder"],
        "id_no": case.answers["new_id_no"],
        "mobile": case.answers["new_phone"],
        "relation": case.answers["relation"],
        "before": case.person.number,
        "consent": "the policyholder" if case.position.insured_is_holder else case.position.insured_name,
    }


def give_away(session: Session, row: ServiceTransaction, now: datetime) -> None:
    """The policy gets its new owner; accounts of the old one are forgotten.

    Raises:
        NotPossible: it is not theirs to give any more, another request is open on it, or the number is known
            under another name.
    """
    policy = living_policy_of(session, row)
    former = customer_of(session, row)
    if policy.holder_id != former.id:
        raise NotPossible("changed", "The policy has another policyholder by now.")
    others = select(ServiceTransaction.receipt).where(
        ServiceTransaction.policy_id == policy.id,
        ServiceTransaction.id != row.id,
        ServiceTransaction.state.in_([state.value for state in OPEN]),
    )
    if (receipt := session.scalar(others.limit(1))) is not None:
        raise NotPossible(
            "other_request_open", f"Another request on the policy is not decided yet: {receipt}."
        )
    policy.holder_id = _new_holder(session, row, former, now).id
    arrangement = arrangement_of(session, policy.id)
    arrangement.paid_by, arrangement.bank = "invoice", ""
    arrangement.account, arrangement.payout_account = "", ""
    session.flush()
    session.refresh(policy)


def _new_holder(session: Session, row: ServiceTransaction, former: Customer, now: datetime) -> Customer:
    """The new policyholder, who may be a customer already."""
    wanted = row.details
    known = session.scalars(select(Customer).where(Customer.id_no == wanted["id_no"])).one_or_none()
    if known is not None:
        if known.name.casefold() != wanted["name"].casefold():
            raise NotPossible("other_name", "This identity number is on file under another name.")
        return known
    if age_in(wanted["id_no"], now.astimezone(CENTRE_ZONE).date()) < ADULT:
        raise NotPossible("too_young", "The new policyholder is not of age.")
    added = Customer(
        number=_next_number(session),
        name=wanted["name"],
        sex=sex_in(wanted["id_no"]),
        birth=birth_in(wanted["id_no"]),
        id_no=wanted["id_no"],
        mobile=wanted["mobile"],
        province=former.province,
        language=former.language,
    )
    session.add(added)
    session.flush()
    return added


def _next_number(session: Session) -> str:
    """The next free customer number; two at once are told apart by the unique column."""
    last: str | None = session.scalar(
        select(Customer.number)
        .where(Customer.number.startswith(PREFIX))
        .order_by(func.length(Customer.number).desc(), Customer.number.desc())
        .limit(1)
    )
    return f"{PREFIX}{int(last[len(PREFIX) :]) + 1 if last else 1001}"


POLICYHOLDER = Transaction(
    intent="change_policyholder",
    fields=(
        Field(
            name="new_holder",
            title="new policyholder",
            prompt="What is the full name of the new policyholder?",
            read=lambda text, _facts: read_person(text),
            help="As it stands on their identity document, for example Wang Fang.",
            why="The policy and its money will be theirs.",
            free=True,
            aliases=("name", "owner", "policyholder"),
        ),
        Field(
            name="new_id_no",
            title="their identity number",
            prompt="And what is their identity number?",
            read=lambda text, _facts: read_id_number(text),
            check=_adult,
            help="All 18 characters, as on their identity card.",
            why="So that the policy goes to the right person.",
            aliases=("identity number",),
            show=lambda value, _facts: hidden(value),
        ),
        Field(
            name="new_phone",
            title="their telephone number",
            prompt="On which telephone number can we reach them?",
            read=lambda text, _facts: read_phone(text),
            help="A mobile number, for codes and notices.",
            why="A colleague talks to them as well.",
            aliases=("phone", "telephone", "mobile"),
            show=lambda value, _facts: show_phone(value),
        ),
        choice_field(
            "relation",
            "relation to the insured person",
            "What are they to the insured person?",
            RELATIONS,
            why="The law asks for a close interest in the insured person's life.",
            scanned=False,
        ),
        CONSENT,
        *SCAM_QUESTIONS,
    ),
    papers=("identity documents of the old and the new policyholder", PAPER),
    conditions=(
        is_living(),
        Condition("no other request on the policy is open", _nothing_open),
        Condition(f"the new policyholder is {ADULT} or older", lambda _case: None),
        Condition("the new policyholder has a close interest in the insured person's life", _close),
        CONSENTED,
    ),
    lines=_lines,
    details=_details,
    four_eyes=four_eyes(worth),
    next_steps=lambda case: (
        "Please hand in photos of both identity documents"
        + ("" if case.position.insured_is_holder else " and the signed consent of the insured person")
        + " here or at a branch. Until we confirm it in writing the policy stays yours; after that the new "
        "policyholder gives us an account of their own for the premiums."
    ),
    effect=give_away,
)
