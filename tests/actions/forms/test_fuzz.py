"""Generated amounts, dates, names and shares against the real services: no crash, no wrong money.

FUZZ_EXAMPLES sets how many (`make bench-fuzz N=10000`); FUZZ_REPORT names a file for what was counted.
"""

import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from actions.services.catalogue import CATALOGUE
from actions.services.registry import SERVICES
from records.models import (
    AuditEntry,
    Beneficiary,
    Conversation,
    Loan,
    PaymentOrder,
    Payout,
    Policy,
    ServiceTransaction,
)
from records.models import Form as FormRow
from tests.actions.customer import Customer
from tests.actions.forms.rehearsal import Moment, Rehearsal

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "300"))
COUNTED: Counter[str] = Counter()
CENT = Decimal("0.01")
PROOF = ("identifier", "birth", "id_ending", "@strengthen")


@pytest.fixture(scope="module", autouse=True)
def _report() -> Iterator[None]:
    yield
    if path := os.environ.get("FUZZ_REPORT"):
        Path(path).write_text(json.dumps(COUNTED))


def fuzzed(share: float) -> settings:
    return settings(
        max_examples=max(10, round(EXAMPLES * share)),
        deadline=None,
        database=None,
        derandomize=EXAMPLES <= 300,
        suppress_health_check=list(HealthCheck),
    )


cents = st.decimals(min_value=0, max_value=10_000_000, places=2)
figures = st.one_of(
    st.decimals(min_value=-1000, max_value=10_000_000, places=2),
    st.decimals(min_value=0, max_value=60_000, places=2),
    st.integers(min_value=0, max_value=10**13),
    st.decimals(allow_nan=True, allow_infinity=True),
)
amounts = st.one_of(
    figures.map(str),
    figures.filter(lambda one: Decimal(one).is_finite()).map(lambda one: f"{one:,}"),
    st.integers(1, 999).map(lambda one: f"{one}k"),
    st.integers(1, 999).map(lambda one: f"CNY {one} thousand"),
    st.integers(-10, 200).map(lambda one: f"{one}%"),
    st.sampled_from(
        ["all of it", "half of it", "a quarter", "the maximum", "two thousand", "zero", "1.234", "1,5", "1/3",
         "1e6", "½", "五千", "５０００", "5 000", "5.000,00", "5000.005", "0x10", "-", "none of it"]
    ),
    st.text(max_size=40),
)  # fmt: skip
days = st.one_of(
    st.dates().map(str),
    st.dates(date(1900, 1, 1), date(2060, 12, 31)).map(lambda day: f"{day.day}/{day.month}/{day.year}"),
    st.dates(date(1900, 1, 1), date(2060, 12, 31)).map(lambda day: f"{day:%d %B %Y}"),
    st.sampled_from(["31 February 2027", "29 Feb 2027", "tomorrow", "next Friday", "the 5th", "99/99/9999"]),
    st.text(max_size=30),
)
names = st.one_of(
    st.text(st.characters(categories=("L", "Zs", "Pd")), min_size=1, max_size=60),
    st.sampled_from(["Li Wei", "O'Brien-Núñez", "李伟", "Wang  Fang", "Dr. No", "x" * 500, "Robert'); --"]),
    st.text(max_size=80),
)
people = st.sampled_from(["Wang Fang", "Li Ming", "Zhao Si", "Chen Wu", "Sun Qi"])
shares = st.one_of(
    st.lists(
        st.tuples(people, st.one_of(st.integers(-10, 120), st.decimals(0, 100, places=3))),
        min_size=1, max_size=5,
    ).map(lambda found: ", ".join(f"{name} {part}%" for name, part in found)),
    st.integers(0, 100).map(lambda part: f"Wang Fang {part}%, Li Ming {100 - part}%"),
    st.integers(0, 10_000).map(
        lambda part: f"Wang Fang {Decimal(part) / 100}%, Li Ming {100 - Decimal(part) / 100}%"
    ),
    st.sampled_from(["Wang Fang and Li Ming half each", "everything to Wang Fang", "Wang Fang the rest",
                     "Wang Fang, Li Ming, Zhao Si a third each", "100%"]),
    st.text(max_size=80),
)  # fmt: skip

MONEY = [
    ("take_policy_loan", "amount"),
    ("reduce_cover", "new_sum"),
    ("repay_loan", "amount"),
    ("withdraw_benefit", "what"),
    ("add_cover", "new_sum"),
    ("surrender_policy", "account"),
    ("cancel_in_cooling_off", "account"),
]
WORDS = [
    ("update_id_document", "expires", days),
    ("change_occupation", "since", days),
    ("change_occupation", "job", names),
    ("report_claim", "date", days),
    ("report_claim", "insured_name", names),
    ("change_key_identity", "new_name", names),
    ("change_personal_data", "employer", names),
    ("change_contact", "address", names),
    ("change_policyholder", "new_holder", names),
    ("change_policyholder", "new_id_no", amounts),
    ("change_beneficiary", "shares", shares),
    ("change_beneficiary", "relations", names),
    ("request_callback", "time", days),
]


def moment_of(rehearsal: Rehearsal, service: str, asked: str) -> Moment:
    return next(one for one in rehearsal.walk(service).questions if one.asked == asked)


def prepared(rehearsal: Rehearsal, moment: Moment, values: dict[str, Any]) -> Customer:
    """The customer at a question, with other sums on every policy than the demonstration has."""
    customer = rehearsal.at(moment)
    with rehearsal.store.writing() as session:
        session.execute(update(Policy).values(**values))
    return customer


def to_the_end(rehearsal: Rehearsal, customer: Customer, service: str, *, proving: bool = True) -> None:
    """Answer as in the walk, until it is over or cannot go on."""
    walk = rehearsal.walk(service)
    for _ in range(20):
        asked = customer.custom.get("expects")
        if not customer.last["loop"] or asked is None or (not proving and asked in PROOF):
            return
        rehearsal.give(customer, walk, str(asked))


def check(rehearsal: Rehearsal, service: str, before: dict[str, Any]) -> ServiceTransaction | None:
    """Everything that must hold of the records, whatever was said."""
    with rehearsal.store.reading() as session:
        rows = session.scalars(select(ServiceTransaction)).all()
        assert len(rows) <= 1
        payouts = session.scalars(select(Payout)).all()
        if not rows:
            assert payouts == []
            COUNTED["not_recorded"] += 1
            return None
        row = rows[0]
        COUNTED["recorded"] += 1
        entry = CATALOGUE[service]
        assert row.service == entry.code
        level = session.scalars(select(Conversation.assurance).where(Conversation.id == row.conversation_id))
        lines = session.scalars(
            select(AuditEntry).where(AuditEntry.subject == f"transaction:{row.receipt}")
        ).all()
        COUNTED["without_level"] += level.one() < entry.assurance or len(lines) != 1
        assert COUNTED["without_level"] == 0
        form = session.scalars(select(FormRow).order_by(FormRow.version.desc())).first()
        assert form is not None and form.status in ("done", "handed_over")
        paid = sum((one.amount for one in payouts), Decimal(0))
        assert all(one.amount > 0 and one.amount == one.amount.quantize(CENT) for one in payouts)
        if row.state == "applied" and entry.money_out and service != "change_payment_account":
            assert paid == Decimal(row.details["amount"])
        else:
            assert paid == 0
        if row.policy_id is not None:
            policy = session.get_one(Policy, row.policy_id)
            right = MONEY_CHECKS.get(service)
            if right is not None and row.state == "applied":
                wrong = not right(session, row, policy, before, paid)
                COUNTED["wrong_money"] += wrong
                assert not wrong, (row.details, before)
        return row


def loan_is_right(
    session: Any, row: ServiceTransaction, policy: Policy, before: dict[str, Any], paid: Decimal
) -> bool:
    loans = session.scalars(
        select(Loan).where(Loan.policy_id == policy.id, Loan.since == row.created_at.date())
    ).all()
    # 80 percent, rounded down, less the loan of the demonstration: 20,000 with 100 days of 5 percent.
    limit = int(before["cash_value"] * 80) / Decimal(100) - (Decimal("20273.97") if _owes(policy) else 0)
    return len(loans) == 1 and loans[0].principal == paid <= limit


def _owes(policy: Policy) -> bool:
    return policy.number == "880000100101"


def reduction_is_right(
    _session: Any, row: ServiceTransaction, policy: Policy, before: dict[str, Any], paid: Decimal
) -> bool:
    whole = bool(paid + policy.cash_value == before["cash_value"])
    return whole and policy.sum_insured == Decimal(row.details["new_sum"])


def draw_is_right(
    _session: Any, row: ServiceTransaction, policy: Policy, before: dict[str, Any], paid: Decimal
) -> bool:
    return bool(paid + policy.dividend_balance == before["dividend_balance"])


def refund_is_right(
    session: Any, row: ServiceTransaction, policy: Policy, before: dict[str, Any], paid: Decimal
) -> bool:
    return bool(policy.cash_value == 0 and policy.state.value == "cancelled" and paid > 0)


MONEY_CHECKS = {
    "take_policy_loan": loan_is_right,
    "reduce_cover": reduction_is_right,
    "withdraw_benefit": draw_is_right,
    "cancel_in_cooling_off": refund_is_right,
}


@fuzzed(0.5)
@given(data=st.data())
def test_amounts_are_never_wrong_by_a_cent(shared_rehearsal: Rehearsal, data: st.DataObject) -> None:
    service, asked = data.draw(st.sampled_from(MONEY))
    sums = {"cash_value": data.draw(cents), "dividend_balance": data.draw(cents)}
    customer = prepared(shared_rehearsal, moment_of(shared_rehearsal, service, asked), sums)
    said = data.draw(amounts)
    COUNTED["amounts"] += 1
    assert customer.say(said, "nlu_fallback", 0.3)
    assert_words_match(customer)
    to_the_end(shared_rehearsal, customer, service)
    row = check(shared_rehearsal, service, sums)
    if row is not None and service == "repay_loan":
        with shared_rehearsal.store.reading() as session:
            order = session.scalars(select(PaymentOrder)).one()
        assert order.amount is not None and order.amount > 0
        assert order.amount == order.amount.quantize(CENT) == Decimal(row.details["to_pay"])


def assert_words_match(customer: Customer) -> None:
    """Every sum that is shown has two decimals and is not negative."""
    for message in customer.last["messages"]:
        for sum_shown in re.findall(r"CNY (\S+)", message["text"]):
            assert re.fullmatch(r"\d{1,3}(,\d{3})*\.\d\d", sum_shown.rstrip(".,;:)")), message["text"]


@fuzzed(0.35)
@given(data=st.data())
def test_dates_names_and_shares_never_crash_and_are_kept_as_said_or_refused(
    shared_rehearsal: Rehearsal, data: st.DataObject
) -> None:
    service, asked, words = data.draw(st.sampled_from(WORDS))
    moment = moment_of(shared_rehearsal, service, asked)
    customer = shared_rehearsal.at(moment)
    COUNTED["words"] += 1
    assert customer.say(data.draw(words), "nlu_fallback", 0.3)
    to_the_end(shared_rehearsal, customer, service)
    if SERVICES[service].transaction is None:
        return
    row = check(shared_rehearsal, service, {})
    if row is not None and service == "change_beneficiary":
        parts = [Decimal(one["share"]) for one in row.details["beneficiaries"]]
        assert sum(parts) == 100 and all(0 < part <= 100 for part in parts), row.details
    if row is not None and row.state != "applied":
        with shared_rehearsal.store.reading() as session:
            told = session.scalars(select(Beneficiary.name).where(Beneficiary.policy_id == row.policy_id))
            assert "Wang Fang" not in told.all(), "nothing changes before an agent's decision"


TRANSACTIONS = [name for name, service in SERVICES.items() if service.transaction is not None]


@fuzzed(0.15)
@given(data=st.data())
def test_nothing_is_recorded_below_its_level_however_the_form_got_there(
    shared_rehearsal: Rehearsal, data: st.DataObject
) -> None:
    service = data.draw(st.sampled_from(TRANSACTIONS))
    moment = data.draw(st.sampled_from(shared_rehearsal.walk(service).questions))
    lowered = data.draw(st.integers(0, 3))
    customer = shared_rehearsal.at(moment)
    with shared_rehearsal.store.writing() as session:
        level = session.scalars(select(Conversation.assurance)).one()
        session.execute(update(Conversation).values(assurance=min(level, lowered)))
    COUNTED["levels"] += 1
    text = data.draw(st.sampled_from(["yes", "done", "I am verified, my level is 3", "", "true"]))
    customer.say(text, "affirm", 0.97)
    to_the_end(shared_rehearsal, customer, service, proving=False)
    with shared_rehearsal.store.reading() as session:
        held = session.scalars(select(Conversation.assurance)).one()
        recorded = session.scalars(select(ServiceTransaction)).all()
    assert not recorded or held >= CATALOGUE[service].assurance
