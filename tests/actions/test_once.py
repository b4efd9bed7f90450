"""Exactly once: a turn that comes again answers the same and does nothing twice."""

import pytest
from sqlalchemy import func, select

from actions.dialogue import Dialogue
from actions.utterance import Utterance
from records.ledger import UnknownConversation
from records.models import AuditEntry, Claim, Form, IdentityAttempt, TurnEffect
from records.store import Store
from tests.actions.customer import Customer as Person
from tests.actions.test_claim import ANSWERS, report


def test_a_claim_whose_turn_comes_again_is_one_claim(
    someone: Person, dialogue: Dialogue, store: Store
) -> None:
    report(someone, *ANSWERS)
    first = someone.last
    for action in ("service_form", "action_fallback"):
        again = dialogue.turn(
            action,
            someone.conversation_id,
            f"{someone.conversation_id}:{someone.count}",
            Utterance("yes", "affirm", 0.9),
        )
        assert again == first
    with store.reading() as session:
        assert (
            session.scalar(select(func.count()).where(Claim.conversation_id == someone.conversation_id)) == 1
        )


def test_a_failed_proof_that_comes_again_counts_once(
    someone: Person, dialogue: Dialogue, store: Store
) -> None:
    someone.say("is it in force", "check_policy_status")
    someone.prove(ending="9999")
    dialogue.turn(
        "service_form",
        someone.conversation_id,
        f"{someone.conversation_id}:{someone.count}",
        Utterance("9999"),
    )
    with store.reading() as session:
        assert session.scalar(select(func.count()).select_from(IdentityAttempt)) == 1


def test_what_fails_leaves_no_trace(
    someone: Person, dialogue: Dialogue, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    someone.say("is it in force", "check_policy_status")
    someone.say("880000100101")
    someone.say("1985-03-12")
    before = _counts(store)
    monkeypatch.setattr("actions.dialogue.desk.shelf.write", _broken)
    with pytest.raises(RuntimeError):
        someone.say("0011")
    monkeypatch.undo()
    assert _counts(store) == before
    someone.count -= 1
    assert "Li Wei" in someone.say("0011")


def test_an_unknown_conversation_is_an_error(dialogue: Dialogue, store: Store) -> None:
    with pytest.raises(UnknownConversation):
        dialogue.turn("service_form", "nobody", "nobody:1", Utterance("hi", "greet", 0.9))
    assert _counts(store)[0] == 0


def test_every_turn_leaves_its_effect(someone: Person, store: Store) -> None:
    someone.say("hi there", "thank")
    someone.say("branch in Beijing", "find_branch")
    with store.reading() as session:
        turns = session.scalars(select(TurnEffect.turn).order_by(TurnEffect.turn)).all()
    assert list(turns) == [f"{someone.conversation_id}:1", f"{someone.conversation_id}:2"]


def _counts(store: Store) -> list[int]:
    with store.reading() as session:
        tables = (TurnEffect, Form, IdentityAttempt, AuditEntry)
        return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def _broken(*_given: object) -> None:
    raise RuntimeError("the disk is full")
