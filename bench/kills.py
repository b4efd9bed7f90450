"""Killing `actions` or `center` at random points of a paying transaction, one policy loan for each kill.

Ends with one line of JSON: how often a receipt or a payout was made twice, and how often the customer was
left without knowing whether it was done. All of these must be 0.
"""

import argparse
import json
import random
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from sqlalchemy import func, select

from bench import people
from bench.people import Person
from bench.stack import Process, Stack
from records.models import Payout, ServiceTransaction
from records.settings import Settings
from records.store import Store

BEGIN = "I want to take a loan on my policy"
ANSWERS = {
    "amount": "5,000",
    "account": "6222 0212 3456 7890",
    "approached": "no",
    "handed_over": "no",
    "@confirm": "yes",
}
TURNS = 1 + len(ANSWERS)
VICTIMS: tuple[Process, ...] = ("actions", "center")
GIVE_UP_SECONDS = 90.0


@dataclass
class Borrower:
    """A customer who signs in with the insurer's app and takes a loan, however often the line breaks."""

    stack: Stack
    person: Person
    sender: str = field(default_factory=lambda: uuid4().hex)
    heard: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    """How long each turn took."""

    custom: dict[str, Any] = field(default_factory=dict)

    def borrow(self, plan: "Plan | None" = None) -> None:
        """Talk to the end; the plan's kill happens in its turn."""
        text: str | None = BEGIN
        for turn in range(TURNS):
            assert text is not None  # noqa: S101 - the loop ends when nothing is asked
            strike = plan if plan is not None and plan.turn == turn else None
            self.say(text, f"{self.sender}-{turn}", strike)
            text = ANSWERS.get(str(self.custom.get("expects")))
            if text is None:
                return

    def say(self, text: str, message_id: str, strike: "Plan | None" = None) -> None:
        """Send a message, and again under the same name until it is answered, as every client does."""
        struck = threading.Thread(target=strike.carry_out, args=(self.stack,)) if strike else None
        begun = time.monotonic()
        if struck is not None:
            struck.start()
        replies = self._delivered(text, message_id, struck)
        self.seconds.append(time.monotonic() - begun)
        if struck is not None:
            struck.join()
            self.stack.wait_until_green()  # a person looks at the screen before going on
        self.heard += [reply["text"] for reply in replies]
        self.custom = next((one["custom"] for one in reversed(replies) if "custom" in one), {})

    def _delivered(self, text: str, message_id: str, struck: threading.Thread | None) -> list[dict[str, Any]]:
        token = self.stack.token(self.person.number, 3)
        metadata = {"message_id": message_id, "identity_token": token}
        body = {"sender": self.sender, "message": text, "metadata": metadata}
        begun = time.monotonic()
        while time.monotonic() - begun < GIVE_UP_SECONDS:
            try:
                answer = httpx.post(f"{self.stack.url}/webhooks/rest/webhook", json=body, timeout=40)
                if answer.status_code == 200 and answer.json():
                    return answer.json()  # type: ignore[no-any-return]
            except httpx.TransportError:
                pass  # the line is cut: once the centre is there again, the same message is sent again
            if struck is not None:
                struck.join()
            self.stack.wait_until_green()
        return []


@dataclass(frozen=True)
class Plan:
    """Where a kill strikes: in which turn, how long after its message was sent, and whom."""

    turn: int
    after_seconds: float
    victim: Process

    def carry_out(self, stack: Stack) -> None:
        """Wait for the point in time, kill, and start again."""
        time.sleep(self.after_seconds)
        stack.kill(self.victim)
        stack.start(self.victim)


def run(stack: Stack, kills: int, seed: int = 11) -> dict[str, Any]:
    """Kill so many times and compare what was recorded with what was told; returns the figures."""
    chance = random.Random(seed)  # noqa: S311 - the points must repeat
    store = Store(Settings(data=stack.data).records_url)
    begun = time.monotonic()
    undisturbed = Borrower(stack, people.make(store, {}))
    undisturbed.borrow()  # the first one warms everything up
    undisturbed = Borrower(stack, people.make(store, {}))
    undisturbed.borrow()
    figures = Counter(
        receipts_doubled=0, payouts_doubled=0, payouts_without_receipt=0, receipts_without_payout=0,
        untold=0, unfinished=0, done=0, handed_over=0, told_in_the_conversation=0,
    )  # fmt: skip
    struck: Counter[str] = Counter()
    for _ in range(kills):
        # The last turn pays: half of all kills fall into it.
        turn = TURNS - 1 if chance.random() < 0.5 else chance.randrange(TURNS - 1)
        plan = Plan(turn, chance.uniform(0, undisturbed.seconds[turn]), chance.choice(VICTIMS))
        struck[plan.victim] += 1
        borrower = Borrower(stack, people.make(store, {}))
        borrower.borrow(plan)
        figures.update(_compared(stack, store, borrower))
    store.close()
    return {
        "kills": kills,
        **figures,
        **{f"kills_of_{name}": struck[name] for name in VICTIMS},
        "turn_seconds": [round(one, 3) for one in undisturbed.seconds],
        "seconds": round(time.monotonic() - begun, 1),
    }


def _compared(stack: Stack, store: Store, borrower: Borrower) -> dict[str, int]:
    with store.reading() as session:
        rows = session.scalars(
            select(ServiceTransaction.receipt).where(
                ServiceTransaction.customer_id == borrower.person.customer_id
            )
        ).all()
        payouts = (
            session.scalar(
                select(func.count()).select_from(Payout).where(Payout.policy_id == borrower.person.policy_id)
            )
            or 0
        )
    told = "\n".join(borrower.heard)
    asking = Borrower(stack, borrower.person)
    asking.say("how far is the change I asked for", asking.sender)
    status = "\n".join(asking.heard)
    knows = all(receipt in status for receipt in rows) if rows else "I find no change" in status
    over = borrower.custom.get("handoff") is not None
    return {
        "receipts_doubled": max(0, len(rows) - 1),
        "payouts_doubled": max(0, payouts - 1),
        "payouts_without_receipt": max(0, payouts - len(rows)),
        "receipts_without_payout": max(0, len(rows) - payouts),
        "untold": not knows,
        "unfinished": not (rows or over),
        "done": len(rows) == 1,
        "handed_over": over,
        "told_in_the_conversation": bool(rows) and all(receipt in told for receipt in rows),
    }


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=11)
    arguments = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        Stack(Path(folder), ENGINE_TIMEOUT_SECONDS="5", TURN_LEASE_SECONDS="3") as stack,
    ):
        print(f"{arguments.kills} kills in the middle of {TURNS} turns of a policy loan")
        print(json.dumps(run(stack, arguments.kills, arguments.seed)))


if __name__ == "__main__":
    main()
