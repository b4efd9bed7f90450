"""What raises a conversation to level 3 by a passkey, and what never does."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from actions.dialogue import Dialogue
from actions.identity.links import Purpose
from actions.identity.passkeys import Outcome
from records.clock import ManualClock
from records.models import AuditEntry, Conversation, Passkey, PasskeyChallenge
from records.store import Store
from tests.actions.authenticator import Authenticator
from tests.actions.conftest import KEY, START
from tests.actions.customer import new_customer
from tests.actions.passkey_page import BENT, Bent, Page, asked, bend, level, make_passkey, refusals, wang_fang


def test_a_passkey_raises_to_level_three_and_keeps_the_policy(
    page: Page, device: Authenticator, store: Store, clock: ManualClock
) -> None:
    page.open(Purpose.STEP_UP)
    options = asked(page)
    assert options["userVerification"] == "required"
    assert page.answer(device.get(options)) is Outcome.DONE
    assert level(store, clock, page.person) == 3
    with store.reading() as session:
        row = session.get_one(Conversation, page.person.conversation_id)
        proof = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        key = session.scalars(select(Passkey)).one()
    assert row.policy_number == "880000100101"
    assert proof is not None and proof.detail["method"] == "passkey"
    assert (key.sign_count, key.last_used_at) == (2, clock.now())


@pytest.mark.parametrize("bent", BENT.values(), ids=BENT.keys())
def test_a_bent_answer_is_refused(
    bent: Bent, page: Page, device: Authenticator, store: Store, clock: ManualClock
) -> None:
    page.open(Purpose.STEP_UP)
    options = asked(page)
    good = device.get(options)
    assert page.answer(device.get(options, **bend(device, bent))) is Outcome.REFUSED
    assert page.answer(good) is Outcome.REFUSED, "the challenge is spent"
    assert level(store, clock, page.person) == 2


def test_the_same_answer_twice_is_refused(
    page: Page, device: Authenticator, store: Store, clock: ManualClock
) -> None:
    page.open(Purpose.STEP_UP)
    answer = device.get(asked(page))
    assert page.answer(answer) is Outcome.DONE
    assert not page.is_open
    page.open(Purpose.STEP_UP)
    assert page.answer(answer) is Outcome.REFUSED, "no challenge"
    asked(page)
    assert page.answer(answer) is Outcome.REFUSED, "another challenge"


def test_another_customers_passkey_is_refused(
    page: Page, device: Authenticator, store: Store, clock: ManualClock, dialogue: Dialogue
) -> None:
    hers = make_passkey(store, clock, wang_fang(store, clock, dialogue))
    page.open(Purpose.STEP_UP)
    assert page.answer(hers.get(asked(page))) is Outcome.REFUSED
    hers.id = device.id
    assert page.answer(hers.get(asked(page))) is Outcome.REFUSED, "his name, her key"
    his = device.handle
    device.handle = hers.handle
    assert page.answer(device.get(asked(page))) is Outcome.REFUSED, "his key, her name"
    device.handle = his
    assert page.answer(device.get(asked(page))) is Outcome.DONE


def test_a_counter_that_goes_back_is_a_copy_and_ends_the_passkey(
    page: Page, device: Authenticator, store: Store
) -> None:
    device.counter = 40
    page.open(Purpose.STEP_UP)
    assert page.answer(device.get(asked(page))) is Outcome.DONE
    device.counter = 10
    page.open(Purpose.STEP_UP)
    assert page.answer(device.get(asked(page))) is Outcome.REFUSED
    assert refusals(store) == ["copied"]
    assert page.options() is None, "there is no passkey left to ask for"


def test_a_passkey_without_counter_serves_again_and_again(
    page: Page, device: Authenticator, store: Store
) -> None:
    with store.writing() as session:
        session.execute(update(Passkey).values(sign_count=0))
    for _ in range(3):
        device.counter = -1
        page.open(Purpose.STEP_UP)
        assert page.answer(device.get(asked(page))) is Outcome.DONE


def test_a_passkey_alone_brings_back_a_customer_whose_proof_ran_out(
    page: Page, device: Authenticator, store: Store, clock: ManualClock
) -> None:
    clock.advance(minutes=31)
    assert level(store, clock, page.person) == 0
    page.open(Purpose.STEP_UP)
    assert page.answer(device.get(asked(page))) is Outcome.DONE
    assert level(store, clock, page.person) == 3


_NAMES = st.sampled_from(
    ["clientDataJSON", "authenticatorData", "signature", "userHandle", "transports", "x"]
)


@given(
    response=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.just("eyJ0eXBlIjoieCJ9"),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner),
    ),
    kind=st.sampled_from(["public-key", "x", None, 7]),
)
def test_no_answer_crashes_the_page(response: Any, kind: Any, shared: Page) -> None:
    with shared.store.writing() as session:
        session.execute(delete(PasskeyChallenge))
        name = session.scalar(select(Passkey.credential_id))
    asked(shared)
    assert shared.answer({"id": name, "rawId": name, "type": kind, "response": response}) is Outcome.REFUSED


@pytest.fixture(scope="module")
def shared(seeded: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """Li Wei's page, for many answers that do not fit."""
    path = tmp_path_factory.mktemp("shared") / "records.db"
    path.write_bytes(seeded.read_bytes())
    store, clock = Store(f"sqlite:///{path}"), ManualClock(START)
    dialogue = Dialogue(store, clock, assurance_minutes=30, key=KEY, index=None)
    person = new_customer(store, clock, dialogue)
    person.say("is my policy in force", "check_policy_status")
    person.prove()
    make_passkey(store, clock, person)
    yield Page(store, clock, person).open(Purpose.STEP_UP)
    store.close()
