from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from handoff import routing
from handoff.reasons import Reason
from handoff.routing import Candidate, Need

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
NEED = Need("claims", "en", "Sichuan", frozenset(), None, waits_since=NOW - timedelta(minutes=5))


def candidate(number: int, **more: object) -> Candidate:
    plain = Candidate(number, frozenset(), frozenset({"zh"}), "Beijing", 0, 3, NOW)
    return replace(plain, **more)  # type: ignore[arg-type]


def chosen(*candidates: Candidate, need: Need = NEED) -> int | None:
    found = routing.choose(need, candidates, NOW, 15)
    return found.id if found else None


def test_skill_goes_before_language_and_language_before_idle_time() -> None:
    skilled = candidate(1, skills=frozenset({"claims"}))
    speaking = candidate(2, languages=frozenset({"en"}))
    idle = candidate(3, idle_since=NOW - timedelta(hours=1))
    assert chosen(idle, speaking, skilled) == 1
    assert chosen(idle, speaking) == 2
    assert chosen(idle) == 3


def test_the_longest_idle_comes_first_among_equals() -> None:
    assert chosen(candidate(1), candidate(2, idle_since=NOW - timedelta(seconds=1))) == 2


def test_who_holds_nothing_comes_before_who_holds_something() -> None:
    assert chosen(candidate(1, load=1, idle_since=None), candidate(2)) == 2


def test_the_own_province_only_breaks_ties() -> None:
    near = candidate(2, province="Sichuan")
    assert chosen(candidate(1), near) == 2
    assert chosen(candidate(1, idle_since=NOW - timedelta(seconds=1)), near) == 1


def test_nobody_is_chosen_when_all_are_full() -> None:
    assert chosen(candidate(1, load=3)) is None


def test_who_let_it_go_is_asked_again_only_when_alone_and_after_a_pause() -> None:
    need = replace(NEED, declined_by=frozenset({1}), returned_at=NOW - timedelta(seconds=14))
    assert chosen(candidate(1), candidate(2), need=need) == 2
    assert chosen(candidate(1), need=need) is None
    assert chosen(candidate(1), need=replace(need, returned_at=NOW - timedelta(seconds=15))) == 1


def test_the_order_of_urgency() -> None:
    ladder = [
        routing.priority_of(Reason.DEATH_CLAIM, elderly=False),
        routing.priority_of(Reason.ASKED_FOR, elderly=True),
        routing.priority_of(Reason.COMPLAINT, elderly=False),
        routing.priority_of(Reason.SCAM, elderly=False),
        routing.priority_of(Reason.BOT_FAILED, elderly=False),
        routing.priority_of(Reason.ASKED_FOR, elderly=False),
    ]
    assert ladder == sorted(set(ladder), reverse=True)


@pytest.mark.parametrize(
    ("reason", "service", "elderly", "skill"),
    [
        (Reason.COMPLAINT, "take_policy_loan", False, "complaint"),
        (Reason.DEATH_CLAIM, None, True, "claims"),
        (Reason.ASKED_FOR, "report_claim", False, "claims"),
        (Reason.FIELD_FAILED, "take_policy_loan", True, "servicing"),
        (Reason.ASKED_FOR, "start_return_visit", False, "return_visit"),
        (Reason.ASKED_FOR, "check_cash_value", False, "inquiry"),
        (Reason.ASKED_FOR, "talk_to_agent", True, "elderly"),
        (Reason.ASKED_FOR, None, False, "inquiry"),
    ],
)
def test_the_skill_follows_reason_and_service(
    reason: Reason, service: str | None, elderly: bool, skill: str
) -> None:
    assert routing.skill_for(reason, service, elderly=elderly) == skill


def test_a_reason_nobody_knows_still_reaches_a_person() -> None:
    assert Reason.parse("no_such_reason") is Reason.BOT_FAILED
    assert all(reason.words for reason in Reason)


def test_the_fitting_are_waited_for_as_long_as_the_overflow_rule_says() -> None:
    busy = candidate(1, skills=frozenset({"claims"}), load=3)
    other = candidate(2, languages=frozenset({"en"}))
    assert chosen(busy, other, need=replace(NEED, waits_since=NOW - timedelta(seconds=14))) is None
    assert chosen(busy, other, need=replace(NEED, waits_since=NOW - timedelta(seconds=15))) == 2


def test_nobody_waits_for_a_skill_that_is_not_on_duty_or_has_just_declined() -> None:
    need = replace(NEED, waits_since=NOW)
    skilled = candidate(1, skills=frozenset({"claims"}), load=3)
    assert chosen(candidate(2), need=need) == 2
    assert chosen(skilled, candidate(2), need=replace(need, declined_by=frozenset({1}))) == 2


def test_a_call_needs_an_agent_who_holds_nothing() -> None:
    call = replace(NEED, exclusive=True)
    assert chosen(candidate(1, load=1), need=call) is None
    assert chosen(candidate(1, load=1), candidate(2), need=call) == 2
    assert candidate(2).with_one_more(call).load == 3


def test_for_a_call_that_waits_the_least_loaded_agent_is_kept_free() -> None:
    call = replace(NEED, exclusive=True)
    kept = routing.keep_free(call, [candidate(1, load=2), candidate(2, load=1)], NOW)
    assert kept is not None
    assert kept.id == 2


def test_the_rank_never_changes_and_keeps_the_order_inside_a_priority() -> None:
    later = NOW + timedelta(seconds=1)
    assert routing.rank_of(NOW, 10) < routing.rank_of(later, 10)
    assert routing.rank_of(later, 90) < routing.rank_of(NOW, 10)
    assert routing.rank_of(NOW, 10) < routing.rank_of(NOW + timedelta(minutes=21), 90)
