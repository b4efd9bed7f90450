"""A certificate of the premiums paid in a calendar year (ST), for the tax office for example.

It tells what arrived, from the records alone; it never says what lowers a tax, and changes nothing.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.forms.service import Answers, Context, Facts, Field
from actions.normalise import Choice, Misread, read_choice
from actions.services.catalogue import Entry
from actions.services.wording import listed, money
from actions.servicing.calculations import ZERO
from actions.servicing.choices import choice_field
from actions.servicing.position import Case
from actions.servicing.transaction import Condition, Refusal, Transaction, amount_of
from records import outbox
from records.models import Policy, PremiumPayment, ServiceTransaction, Way

Sums = Mapping[int, Decimal]
"""Premiums that arrived, by calendar year."""

YEARS_OFFERED = 4
BY_POST_DAYS = 5
"""Working days (insurer's facts: certificates)."""

WAYS = (
    Choice("email", "By e-mail, today", ("e mail", "email", "electronic", "electronically", "pdf")),
    Choice("post", "On paper, by post", ("post", "paper", "letter", "printed")),
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_AGO = (
    (re.compile(r"\b(?:the )?year before last\b|\btwo years ago\b", re.IGNORECASE), 2),
    (re.compile(r"\b(?:last|previous|past) (?:calendar |tax )?year\b|\ba year ago\b", re.IGNORECASE), 1),
    (re.compile(r"\b(?:this|current) (?:calendar |tax )?year\b", re.IGNORECASE), 0),
)


def look_up(session: Session, context: Context) -> Mapping[str, Any]:
    """What the customer paid, by policy number and year of arrival."""
    sums: dict[str, dict[int, Decimal]] = {}
    rows = session.execute(
        select(Policy.number, PremiumPayment.paid_on, PremiumPayment.amount)
        .join(Policy, Policy.id == PremiumPayment.policy_id)
        .where(Policy.holder_id == context.customer_id)
    )
    for number, paid_on, amount in rows:
        of_policy = sums.setdefault(number, {})
        of_policy[paid_on.year] = of_policy.get(paid_on.year, ZERO) + amount
    return {"premiums": sums}


def _sums(case: Case) -> Sums:
    premiums: Mapping[str, Sums] = case.facts.more.get("premiums", {})
    return premiums.get(case.answers.get("policy") or "", {})


def _offered(facts: Facts) -> tuple[Choice, ...]:
    premiums: Mapping[str, Sums] = facts.more.get("premiums", {})
    paid = {year for sums in premiums.values() for year in sums}
    years = sorted(paid or {facts.today.year, facts.today.year - 1}, reverse=True)
    return tuple(Choice(str(year), str(year)) for year in years[:YEARS_OFFERED])


def _named(text: str, facts: Facts) -> set[str]:
    """All years that a text names."""
    years = set(_YEAR.findall(text))
    for words, ago in _AGO:
        if words.search(text):
            years.add(str(facts.today.year - ago))
    return years


def read_year(text: str, facts: Facts) -> str:
    """One calendar year: "2025", "last year", "the second one" of those offered.

    Raises:
        Misread: not_a_year, several.
    """
    years = _named(text, facts)
    if len(years) > 1:
        raise Misread("several", "A certificate is for one year. Which year shall I take first?")
    if years:
        return years.pop()
    try:
        return read_choice(text, _offered(facts))
    except Misread:
        raise Misread("not_a_year", 'I need a year, for example 2025 or "last year".') from None


def _scan(text: str, facts: Facts) -> str | None:
    years = _named(text, facts)
    return years.pop() if len(years) == 1 else None


def _is_possible(value: str, answers: Answers, facts: Facts) -> None:
    if int(value) > facts.today.year:
        raise Misread("future", f"{value} has not begun yet. Which year do you mean?")
    position = Case(answers, facts).known_position
    if position is not None and int(value) < position.start.year:
        raise Misread(
            "before_start",
            f"{position.title} began in {position.start.year}. Please name that year or a later one.",
        )


def _is_reachable(value: str, case: Case) -> None:
    person = case.known_person
    if person is None or (person.email if value == "email" else person.address):
        return
    what, other = ("e-mail", "by post") if value == "email" else ("postal", "by e-mail")
    raise Misread("no_address", f"I have no {what} address of yours on file. I can send it {other}.")


def _nowhere(case: Case) -> Refusal | None:
    person = case.known_person
    if person is None or person.email or person.address:
        return None
    return Refusal(
        "no_address",
        "I have neither an e-mail nor a postal address of yours on file. Please give me one first.",
        ("change_contact",),
    )


def _nothing_paid(case: Case) -> Refusal | None:
    position, year = case.known_position, case.answers.get("year")
    if position is None or year is None or _sums(case).get(int(year), ZERO) > 0:
        return None
    paid = listed([str(one) for one in sorted(_sums(case))])
    others = f"I find premiums in {paid}." if paid else "I find none in other years either."
    return Refusal(
        "nothing_paid",
        f"No premium for {position.title} arrived in {year}, so there is nothing to certify. {others}",
        ("request_premium_certificate", "check_premium_due"),
    )


def _sum(case: Case) -> Decimal:
    return _sums(case)[int(case.answers["year"])]


def _recipient(case: Case) -> str:
    return case.person.email if case.answers["delivery"] == "email" else case.person.address


def _lines(case: Case) -> tuple[str, ...]:
    way = "By e-mail" if case.answers["delivery"] == "email" else "On paper, by post"
    return (
        f"A certificate of the premiums paid for {case.position.title} in {case.answers['year']}",
        f"Paid in {case.answers['year']}: {money(_sum(case))}",
        f"{way} to {_recipient(case)}; free of charge",
    )


def _next(case: Case) -> str:
    arrives = (
        "is on its way by e-mail"
        if case.answers["delivery"] == "email"
        else f"comes by post within {BY_POST_DAYS} working days"
    )
    return f"The certificate of {money(_sum(case))} for {case.answers['year']} {arrives}."


def _text(row: ServiceTransaction) -> str:
    told = row.details
    return (
        f"Harbour Life certifies to {told['holder']}: for {told['title']}, premiums of "
        f"{money(amount_of(row, 'paid'))} arrived in the calendar year {told['year']}.\n"
        f"Receipt: {row.receipt}\n"
        "Please ask the tax office or a tax adviser what it means for your tax."
    )


def send(session: Session, row: ServiceTransaction, now: datetime) -> None:
    """Write the e-mail, once; on paper the post room works from the record."""
    if row.details["delivery"] != "email":
        return
    outbox.put(
        session, Way.EMAIL, row.details["recipient"], _text(row), now,
        key=f"certificate:{row.receipt}", purpose="certificate",
        subject=f"Premiums paid in {row.details['year']}",
        customer_id=row.customer_id, conversation_id=row.conversation_id,
    )  # fmt: skip


CERTIFICATE = Transaction(
    intent="request_premium_certificate",
    entry=Entry("request_premium_certificate", "get a certificate of premiums paid", 2, code="ST"),
    look_up=look_up,
    fields=(
        Field(
            name="year",
            title="year",
            prompt="For which year?",
            read=read_year,
            check=_is_possible,
            help='A calendar year, for example 2025 or "last year".',
            why="A certificate is for one calendar year.",
            choices=_offered,
            aliases=("calendar year",),
            scan=_scan,
        ),
        choice_field(
            "delivery",
            "delivery",
            "How shall the certificate come?",
            WAYS,
            why="It goes to an address that we have on file already.",
            refuse=_is_reachable,
            aliases=("way",),
        ),
    ),
    conditions=(
        Condition("an e-mail or postal address is on file", _nowhere),
        Condition("premiums arrived in that year", _nothing_paid),
    ),
    lines=_lines,
    details=lambda case: {
        "year": case.answers["year"],
        "paid": str(_sum(case)),
        "delivery": case.answers["delivery"],
        "recipient": _recipient(case),
        "holder": case.person.name,
        "title": case.position.title,
    },
    next_steps=_next,
    effect=send,
)
