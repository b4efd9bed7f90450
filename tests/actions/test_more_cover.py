"""More cover on a policy: riders and higher sums, begun when they are agreed to and paid."""

from decimal import Decimal

import pytest

from actions.servicing.decision import Decided
from actions.servicing.states import NotPossible
from records.store import Store
from tests.actions.decisions import approve, change, insure_another, pay, policy, refuse, riders, to_pay
from tests.actions.money import Counter, ask

WANG = "880000100201"


def test_AC_a_rider_begins_when_agreed_and_paid(counter: Counter, store: Store) -> None:
    person = counter.verified("Wang Fang")
    said = ask(person, "add_cover", "hospital cash", "no")
    assert "about CNY 560.00 more a year" in said and "CNY 276.16" in said  # (200 + 10 x 36) x 180 / 365
    person.say("yes")
    receipt = counter.only().receipt
    assert approve(counter, receipt) is Decided.WAITS_FOR_PAYMENT and riders(store, WANG) == []
    pay(counter, receipt, Decimal("276.16"))
    assert riders(store, WANG) == ["hospital_cash"] and policy(store, WANG).premium == Decimal(7760)


def test_AC_the_sum_is_raised_with_its_premium(counter: Counter, store: Store) -> None:
    person = counter.verified("Wang Fang")
    said = ask(person, "add_cover", "a higher sum", "600,000", "yes", "an operation of the knee in May")
    assert "CNY 600,000.00 instead of CNY 400,000.00" in said and "medical examination" in said
    assert "CNY 3,600.00 more a year" in said and "operation of the knee" in said
    person.say("yes")
    approve(counter, counter.only().receipt)
    pay(counter, counter.only().receipt, to_pay(counter, counter.only().receipt))
    after = policy(store, WANG)
    assert (after.sum_insured, after.premium) == (Decimal(600_000), Decimal(10_800))


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        (("hospital cash",), "part of this policy already"),
        (("a higher sum", "200,000"), "name a higher one"),
    ],
)
def test_AC_what_does_not_fit_is_asked_again(answers: tuple[str, ...], words: str, counter: Counter) -> None:
    person = counter.verified("Li Wei")
    person.say("my critical care policy please", "add_cover")
    said = ""
    for answer in answers:
        said = person.say(answer)
    assert words in said and counter.transactions() == []


@pytest.mark.parametrize(
    ("who", "refused"), [("Zhang Guihua", "cannot_carry"), ("Zhao Min", "cannot_carry"), ("Sun Lei", "grace")]
)
def test_AC_where_it_cannot_be_it_is_refused(who: str, refused: str, counter: Counter) -> None:
    person = counter.verified(who)
    ask(person, "add_cover")
    assert person.custom["refused"] == refused and counter.transactions() == []


def test_AC_beyond_the_ages_to_join_nothing_can_be_added(counter: Counter, store: Store) -> None:
    insure_another(store, WANG, "C1003")
    person = counter.verified("Wang Fang")
    assert "age limits" in ask(person, "add_cover")
    assert person.custom["refused"] == "nothing_to_add"


def test_AC_an_approval_that_no_longer_fits_does_nothing_and_an_agent_may_refuse(
    counter: Counter, store: Store
) -> None:
    ask(counter.verified("Wang Fang"), "add_cover", "accident shield", "no", "yes")
    change(store, WANG, premium=Decimal(8000))
    with pytest.raises(NotPossible, match="shown again"):
        approve(counter, counter.only().receipt)
    refuse(counter, counter.only().receipt, "Please ask anew: the premium has changed.")
    assert riders(store, WANG) == [] and counter.only().state == "refused"
