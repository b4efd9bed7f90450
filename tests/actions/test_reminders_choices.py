"""Risk reminders: what customers hear of them, confirm, and may turn off."""

import pytest

from actions.reminders import choices, planning, sending
from actions.reminders.choices import NotOptional
from actions.reminders.rules import BY_KIND, RULES, Consent
from actions.services.reminders import _OPTIONAL
from records.clock import ManualClock
from records.store import Store
from tests.actions.customer import Customer as Person
from tests.actions.reminders import LI, WANG, outgoing, plan, states


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.kind)
def test_what_the_law_demands_cannot_be_turned_off_and_the_rest_can(
    rule: object, store: Store, clock: ManualClock
) -> None:
    assert rule.kind in BY_KIND  # type: ignore[attr-defined]
    with store.writing() as session:
        found = BY_KIND[rule.kind]  # type: ignore[attr-defined]
        assert choices.is_wanted(session, LI, found) is (found.consent is not Consent.OPT_IN)
        if found.is_optional:
            for wanted in (False, True):
                choices.choose(session, LI, found, wanted=wanted, now=clock.now(), actor="customer:C1001")
                assert choices.is_wanted(session, LI, found) is wanted
                assert choices.wanted_kinds(session, LI)[found.kind] is wanted
            assert choices.is_wanted(session, WANG, found) is (found.consent is not Consent.OPT_IN)
        else:
            with pytest.raises(NotOptional):
                choices.choose(session, LI, found, wanted=False, now=clock.now(), actor="customer:C1001")


def test_grace_loan_and_fraud_are_demanded_by_law() -> None:
    legal = {rule.kind for rule in RULES if rule.consent is Consent.LEGAL}
    assert legal == {"grace_ending", "loan_near_value", "scam_warning"}
    assert not legal & {choice.value for choice in _OPTIONAL}


def test_what_was_turned_off_after_planning_is_not_sent(store: Store, clock: ManualClock) -> None:
    clock.advance(days=3)
    plan(store, clock)
    with store.writing() as session:
        choices.choose(
            session, LI, BY_KIND["premium_due"], wanted=False, now=clock.now(), actor="customer:C1001"
        )
    sending.send_due(store, clock, "one")
    assert states(store)["premium_due:880000100102:2026-12-01:7"] == planning.SUPPRESSED
    assert not any("880000100102" in key for key in outgoing(store))


def test_a_sleeping_policy_is_told_only_to_who_asked(store: Store, clock: ManualClock) -> None:
    plan(store, clock)
    sending.send_due(store, clock, "one")
    assert not any("policy_asleep" in key for key in outgoing(store))


def verified(person: Person, text: str = "anything I must pay?") -> str:
    person.say(text, "check_reminders")
    return person.prove()


def test_a_customer_hears_what_concerns_them_and_confirms_it(
    someone: Person, store: Store, clock: ManualClock
) -> None:
    said = verified(someone)
    assert "CNY 600.00" in said and "1 December 2026" in said
    assert "Sun" not in said and "9,000" not in said
    assert "noted" in someone.press("I have heard them")
    assert states(store)["premium_due:880000100102:2026-12-01:heard"] == planning.HEARD
    clock.advance(days=3)
    plan(store, clock)
    assert "premium_due:880000100102:2026-12-01:7" not in states(store), "heard already"


def test_a_confirmed_legal_notice_is_sent_all_the_same(
    someone: Person, store: Store, clock: ManualClock
) -> None:
    plan(store, clock)
    someone.say("anything to watch out for", "check_reminders")
    someone.prove("880000100701", "1982-12-01", "0077")
    someone.press("I have heard them")
    assert sending.send_due(store, clock, "one")
    assert any("grace_ending:880000100701" in key for key in outgoing(store))


def test_a_kind_is_turned_off_and_on_in_one_sentence(someone: Person, store: Store) -> None:
    said = verified(someone, "turn off the premium reminders")
    assert "won't send you anything more about premiums" in said
    with store.reading() as session:
        assert not choices.is_wanted(session, LI, BY_KIND["premium_due"])
    assert "You will hear" in someone.say("turn the premium reminders on", "check_reminders")


def test_a_kind_of_the_law_is_refused_with_its_reason(someone: Person, store: Store) -> None:
    verified(someone)
    someone.press("Turn a kind off")
    assert someone.custom["expects"] == "kind"
    assert "Warnings of fraud" not in someone.buttons
    said = someone.say("the fraud warnings")
    assert "in any case" in said and someone.custom["expects"] == "kind"
    assert "Done" in someone.press("Premiums that are due")


def test_who_has_nothing_to_watch_is_told_so(someone: Person) -> None:
    someone.say("anything I must pay?", "check_reminders")
    said = someone.prove("880000100201", "1990-07-25", "0022")
    assert "Nothing needs your attention now" in said
    someone.say("leave it as it is")
    assert someone.last["loop"] is False


def test_every_kind_has_its_words(store: Store) -> None:
    assert len(BY_KIND) == len(RULES) == 8
    for rule in RULES:
        assert rule.lead_days and rule.text and rule.line and rule.title
