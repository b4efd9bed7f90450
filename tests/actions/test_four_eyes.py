"""Where two agents must agree: what asks for it, and that nothing happens on the word of one."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from actions.services.catalogue import CATALOGUE
from actions.services.transactions import BY_CODE
from actions.servicing import casebook, decision
from actions.servicing.decision import Decided
from actions.servicing.states import NotPossible
from records.models import AuditEntry, Payout, PolicyState, PremiumPayment, ServiceTransaction
from records.store import Store
from tests.actions.decisions import approve, change, customer, latest, policy, refuse
from tests.actions.money import SAFE, Counter, ask

WANG, ANNUITY = "880000100201", "880000100301"
STRANGER = ("Gao Lan", "110101198803070047", "+1 202 555 0177", "my daughter")
NO_SCAM = ("no", "no")
BENEFICIARY = ("Li Bo, my son, everything", "skip")


@pytest.fixture
def surrender(counter: Counter, store: Store) -> str:
    """The receipt of a surrender of 60,000."""
    change(store, WANG, cash_value=Decimal(60_000))
    ask(counter.strong("Wang Fang"), "surrender_policy", "go on", *SAFE, "yes")
    return counter.only().receipt


def because(counter: Counter, receipt: str) -> str | None:
    with counter.store.writing() as session:
        row = casebook.by_receipt(session, receipt)
        assert row is not None
        return decision.needs_second(session, row, BY_CODE)


def number_of(store: Store, table: type[Payout] | type[AuditEntry]) -> int:
    with store.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_SU_of_a_large_sum_is_paid_when_the_second_agent_agrees(
    counter: Counter, store: Store, surrender: str
) -> None:
    assert "more than CNY 50,000.00" in (because(counter, surrender) or "")
    assert approve(counter, surrender, "amy") is Decided.WAITS_FOR_SECOND
    row = counter.only()
    assert (row.state, row.agreed_by, row.decided_at) == ("waiting_for_second", "agent:amy", None)
    assert policy(store, WANG).state is PolicyState.IN_FORCE and number_of(store, Payout) == 0
    assert "more than CNY 50,000.00" in (because(counter, surrender) or "")
    assert approve(counter, surrender, "cara") is Decided.CARRIED_OUT
    assert counter.only().state == "applied" and number_of(store, Payout) == 1
    assert policy(store, WANG).state is PolicyState.SURRENDERED


def test_the_same_agent_cannot_agree_twice(counter: Counter, store: Store, surrender: str) -> None:
    approve(counter, surrender, "amy")
    for _ in range(2):
        with pytest.raises(NotPossible, match="another colleague") as refused:
            approve(counter, surrender, "amy")
        assert refused.value.code == "same_agent"
    assert counter.only().state == "waiting_for_second" and number_of(store, Payout) == 0


def test_both_agents_are_on_record(counter: Counter, store: Store, surrender: str) -> None:
    approve(counter, surrender, "amy")
    approve(counter, surrender, "cara")
    with store.reading() as session:
        lines = session.execute(
            select(AuditEntry.actor, AuditEntry.action)
            .where(AuditEntry.subject == f"transaction:{surrender}", AuditEntry.actor.startswith("agent:"))
            .order_by(AuditEntry.id)
        ).all()
    assert [tuple(line) for line in lines] == [
        ("agent:amy", "service.SU.agreed_first"),
        ("agent:cara", "service.SU.applied"),
    ]
    assert counter.only().agreed_by == "agent:amy"


@pytest.mark.parametrize("who", ["amy", "cara"])
def test_either_agent_may_refuse_between_the_two(
    who: str, counter: Counter, store: Store, surrender: str
) -> None:
    approve(counter, surrender, "amy")
    refuse(counter, surrender, "The customer keeps it after all.", who)
    assert counter.only().state == "refused" and number_of(store, Payout) == 0


def test_the_customer_may_withdraw_between_the_two_and_is_told_how_far_it_is(
    counter: Counter, surrender: str
) -> None:
    approve(counter, surrender, "amy")
    person = counter.verified("Wang Fang")
    assert "a second one looks at it as well" in ask(person, "check_transaction_status")
    person.press(f"Withdraw {surrender}")
    person.say("yes")
    assert counter.only().state == "withdrawn"
    with pytest.raises(NotPossible):
        approve(counter, surrender, "cara")


def test_asking_for_more_makes_the_first_word_void(counter: Counter, store: Store, surrender: str) -> None:
    approve(counter, surrender, "amy")
    with store.writing() as session:
        row = session.scalars(select(ServiceTransaction)).one()
        decision.ask_for_more(session, row, "a bank statement", counter.clock.now(), actor="agent:cara")
        decision.complete(session, row, counter.clock.now(), actor="agent:cara")
    assert counter.only().agreed_by is None and counter.only().state == "waiting_for_agent"
    assert approve(counter, surrender, "cara") is Decided.WAITS_FOR_SECOND
    assert approve(counter, surrender, "amy") is Decided.CARRIED_OUT


def test_the_effect_is_looked_at_again_when_the_second_agent_agrees(
    counter: Counter, store: Store, surrender: str
) -> None:
    approve(counter, surrender, "amy")
    change(store, WANG, cash_value=Decimal(55_000))
    with pytest.raises(NotPossible, match="shown again"):
        approve(counter, surrender, "cara")
    assert counter.only().state == "waiting_for_second" and number_of(store, Payout) == 0


def test_two_sums_below_the_limit_are_one_above_it(counter: Counter, store: Store) -> None:
    change(store, "880000100102", cash_value=Decimal(30_000))
    change(store, "880000100101", cash_value=Decimal(45_000), dividend_balance=Decimal(0))
    person = counter.strong("Li Wei")
    person.say("my critical care policy please", "surrender_policy")
    for answer in ("go on", *SAFE, "yes"):
        person.say(answer)
    assert approve(counter, latest(counter).receipt) is Decided.CARRIED_OUT
    person = counter.strong("Li Wei")
    person.say("my whole life policy please", "surrender_policy")
    for answer in ("go on", *SAFE, "yes"):
        person.say(answer)
    assert Decimal(latest(counter).details["amount"]) < 50_000
    assert approve(counter, latest(counter).receipt) is Decided.WAITS_FOR_SECOND


ASKED = {
    "AE": ("change_policyholder", (*STRANGER, *NO_SCAM)),
    "BC": ("change_beneficiary", (*BENEFICIARY, *NO_SCAM)),
    "SU": ("surrender_policy", ("go on", *SAFE)),
}


@pytest.mark.parametrize("code", sorted(ASKED))
def test_money_and_ownership_of_older_customers_take_two_agents(
    code: str, counter: Counter, store: Store
) -> None:
    change(store, ANNUITY, cash_value=Decimal(9000), dividend_balance=Decimal(0))
    _paid(store)
    intent, answers = ASKED[code]
    ask(counter.strong("Zhang Guihua"), intent, *answers, "yes")
    receipt = counter.only().receipt
    assert "60 or older" in (because(counter, receipt) or "")
    assert approve(counter, receipt, "amy") is Decided.WAITS_FOR_SECOND
    with pytest.raises(NotPossible):
        approve(counter, receipt, "amy")
    assert approve(counter, receipt, "cara") is Decided.CARRIED_OUT


@pytest.mark.parametrize("code", sorted(ASKED))
def test_small_sums_of_younger_customers_take_one_agent(code: str, counter: Counter) -> None:
    intent, answers = ASKED[code]
    ask(counter.strong("Wang Fang"), intent, *answers, "yes")
    assert because(counter, counter.only().receipt) is None
    assert approve(counter, counter.only().receipt) is Decided.CARRIED_OUT


@pytest.mark.parametrize("code", sorted(ASKED))
def test_a_fresh_telephone_number_takes_two_agents(code: str, counter: Counter, store: Store) -> None:
    person = counter.strong("Wang Fang")
    with store.writing() as session:
        session.add(
            ServiceTransaction(
                receipt="SR2026000900", service="LD", customer_id=customer(store, "C1002").id,
                state="applied", details={"what": "phone", "before": "+12025550102"},
                created_at=counter.clock.now(), decided_at=counter.clock.now(),
                conversation_id=person.conversation_id, form_version=900,
            )
        )  # fmt: skip
    intent, answers = ASKED[code]
    ask(person, intent, *answers, "yes")
    assert "72 hours" in (because(counter, latest(counter).receipt) or "")
    assert approve(counter, latest(counter).receipt) is Decided.WAITS_FOR_SECOND


def test_every_change_by_which_money_or_ownership_leaves_through_an_agent_has_its_rule() -> None:
    ruled = {code for code, one in BY_CODE.items() if one.four_eyes.words}
    out = {code for code, one in BY_CODE.items() if one.by_agent and CATALOGUE[one.intent].money_out}
    assert ruled == out and {"AE", "BC", "SU"} <= ruled


def _paid(store: Store) -> None:
    """Premiums on record, so that a loss can be shown."""
    with store.writing() as session:
        session.add(
            PremiumPayment(
                policy_id=policy(store, ANNUITY).id,
                amount=Decimal(8000),
                due_on=date(2015, 1, 1),
                paid_on=date(2015, 1, 1),
            )
        )
