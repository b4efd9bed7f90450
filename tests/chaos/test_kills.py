"""The small version of the kills: a paying transaction whose servers die in the middle of it."""

from pathlib import Path

from bench import kills
from bench.stack import Stack


def test_one_receipt_or_none_and_the_customer_knows_which(tmp_path: Path) -> None:
    with Stack(tmp_path / "data", ENGINE_TIMEOUT_SECONDS="5", TURN_LEASE_SECONDS="3") as stack:
        figures = kills.run(stack, 6)
    wrong = (
        "receipts_doubled", "payouts_doubled", "payouts_without_receipt", "receipts_without_payout",
        "untold", "unfinished",
    )  # fmt: skip
    assert {name: figures[name] for name in wrong} == dict.fromkeys(wrong, 0), figures
    # Both of them died, and some loans were paid all the same.
    assert figures["kills_of_actions"] and figures["kills_of_center"]
    assert figures["done"]
