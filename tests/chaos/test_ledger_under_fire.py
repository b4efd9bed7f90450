"""The small versions of the ledger's proofs: cut sockets, a killed center, races for ownership."""

from pathlib import Path

import httpx
import pytest

from bench import ledger as fire
from bench import takeover
from bench.stack import Stack
from records.store import Store


@pytest.fixture
def own_stack(tmp_path: Path) -> Stack:
    """A centre of its own, to be harmed."""
    return Stack(tmp_path / "data", ENGINE_TIMEOUT_SECONDS="3", TURN_LEASE_SECONDS="3")


async def test_no_message_is_lost_doubled_or_moved_by_cuts_and_kills(own_stack: Stack) -> None:
    with own_stack as stack:
        figures = await fire.fire(stack, messages=160, kills=2)
    wrong = ("lost", "doubled", "out_of_order", "turns_doubled", "unanswered")
    assert {name: figures[name] for name in wrong} == dict.fromkeys(wrong, 0), figures
    assert figures["messages"] == 160
    # Cuts and kills did happen: more connections than clients.
    assert figures["connections"] > fire.SOCKETS


def test_a_dead_engine_means_a_person_not_silence(own_stack: Stack) -> None:
    with own_stack as stack:
        stack.kill("engine")
        body = {"sender": "unlucky", "message": "is my policy in force?"}
        replies = httpx.post(f"{stack.url}/webhooks/rest/webhook", json=body, timeout=30).json()
        custom = next(reply["custom"] for reply in replies if "custom" in reply)
        assert custom["handoff"] == "bot_failed"
        assert custom["tier"] == 3


def test_dead_actions_mean_a_person_not_silence(own_stack: Stack) -> None:
    with own_stack as stack:
        stack.kill("actions")
        body = {"sender": "unlucky", "message": "is my policy in force?"}
        replies = httpx.post(f"{stack.url}/webhooks/rest/webhook", json=body, timeout=30).json()
        custom = next(reply["custom"] for reply in replies if "custom" in reply)
        assert custom["handoff"] == "bot_failed"


def test_the_bot_never_speaks_after_a_change_of_owner(any_store: Store) -> None:
    figures = takeover.run(any_store, 300)
    assert figures["bot_after_takeover"] == 0
    # Both sides must have been first sometimes, or nothing was raced.
    assert figures["bot_first"] > 0
    assert figures["takeover_first"] > 0
