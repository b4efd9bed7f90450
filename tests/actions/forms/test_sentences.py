"""Several answers in one sentence: none of them is asked again, in any service."""

import pytest

from actions.services.registry import SERVICES
from tests.actions.forms.rehearsal import Rehearsal, custom_of

NUMBER = ["identifier", "policy"]
"""A policy number says both who speaks and what about."""


def asked_after(rehearsal: Rehearsal, service: str, said: str) -> list[str]:
    """What is still asked of a customer who begins with these words; the end must be that of the walk."""
    walk = rehearsal.walk(service)
    rehearsal.set_back()
    customer = rehearsal.somebody()
    customer.say(said, service)
    asked: list[str] = []
    while customer.last["loop"] and len(asked) < 25:
        asked.append(str(customer.custom["expects"]))
        rehearsal.give(customer, walk, asked[-1])
    assert customer.custom.get("receipt") == custom_of(walk.end.last).get("receipt")
    return asked


@pytest.mark.parametrize("service", SERVICES)
def test_answers_in_the_first_sentence_are_never_asked_twice(service: str, rehearsal: Rehearsal) -> None:
    walk = rehearsal.walk(service)
    own = [walk.answers.get(name, "") for name in walk.asked if SERVICES[service].field(name)]
    asked = asked_after(rehearsal, service, f"please: {', '.join(own)}")
    assert len(asked) == len(set(asked)) <= len(walk.asked)


@pytest.mark.parametrize(
    ("service", "said", "known"),
    [
        ("check_coverage", "what does my whole life policy cover", ["policy"]),
        (
            "change_premium_frequency",
            "let me pay 880000100101 every quarter",
            [*NUMBER, "frequency"],
        ),
        (
            "take_policy_loan",
            "I want to borrow 5,000 yuan on 880000100101",
            [*NUMBER, "amount"],
        ),
        ("repay_loan", "pay back 1,000 yuan on policy 880000100101", [*NUMBER, "amount"]),
        ("reissue_policy", "I lost the document of 880000100102", [*NUMBER, "wish"]),
        ("set_dividend_option", "take the bonus of 880000100101 in cash", [*NUMBER, "option"]),
        ("change_contact", "I have moved, my address has changed", ["what"]),
        ("change_personal_data", "I have a new employer", ["item"]),
        ("set_notice_delivery", "send my notices by SMS", ["way"]),
        ("withdraw_benefit", "draw the dividends of 880000100101", [*NUMBER, "what"]),
    ],
)
def test_one_sentence_fills_several_fields(
    service: str, said: str, known: list[str], rehearsal: Rehearsal
) -> None:
    asked = asked_after(rehearsal, service, said)
    assert asked == [name for name in rehearsal.walk(service).asked if name not in known]
