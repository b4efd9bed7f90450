"""The learning loop from end to end: a wrong turn, a review, new data, a better model, and the way back.

The trainer is the real one, on a small set of services.
"""

import json
import os
import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import Page, expect
from sqlalchemy import delete, select

from actions.learning import exporting
from actions.learning.collecting import collect
from deploy.steps import ENGINE_PYTHON
from records import ledger, turns
from records.clock import Clock, ManualClock
from records.models import ArticleDraft, Conversation, LedgerCursor, Review
from tests.browser.console_agent import log_in
from tests.browser.console_center import ConsoleCenter

ROOT = Path(__file__).resolve().parents[2]
SAID = "which office turns my papers into cash"
"""Sounds like a branch, means a loan; the small model has not heard of it."""

SERVICES: dict[str, tuple[str, str]] = {
    "take_policy_loan": (
        "borrow against my policy; lend me money on the contract; policy loan please; i need a loan; can "
        "i borrow some cash; an advance on my insurance; borrow twenty thousand; give me credit on it",
        "i would like to borrow; lend me ten thousand; a loan on my policy; can you lend me cash; borrow "
        "from the insurance; credit against the policy",
    ),
    "change_contact": (
        "my address is new; i moved house; change my phone number; new e-mail address for me; update the "
        "telephone; we live somewhere else now; another mobile number; change where letters go",
        "i have a new phone number; our address changed; update my e-mail; moved to another street; a "
        "different mobile now; new address please",
    ),
    "find_branch": (
        "where is your counter; nearest office; branch in the city; opening hours of the counter; an "
        "office near me; where can i visit you; your closest branch; is the office open today",
        "where is the nearest branch; office close to me; when does the counter open; branch near here; "
        "which office can i visit; address of your branch",
    ),
    "out_of_scope": (
        "what is the weather; tell me a joke; book a flight; who won the game; play a song; order some "
        "food; how tall is the tower; fix my bicycle",
        "will it rain; sing a song; a joke please; who won the match; buy a train ticket; what is for dinner",
    ),
}
"""By service: lines to train on, and sentences to be judged on."""


def lines_of(service: str) -> list[str]:
    return SERVICES[service][0].split("; ")


def lay_out(root: Path) -> None:
    """A repository with the real rules and domain, and few examples."""
    for name in ("bot/domain", "bot/engine/components"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    (root / "nlu_data").mkdir()
    for name in (
        "nlu_data/rules.yml", "nlu_data/lookups.yml", "nlu_data/synonyms.yml", "config.yml",
        "bot/engine/compose.py",
    ):  # fmt: skip
        shutil.copyfile(ROOT / name, root / name)
    write_lines(root, {intent: lines_of(intent) for intent in SERVICES})
    regression = {intent: {intent: sentences.split("; ")} for intent, (_, sentences) in SERVICES.items()}
    (root / exporting.REGRESSION).write_text(yaml.safe_dump(regression))


def write_lines(root: Path, lines: dict[str, list[str]]) -> None:
    blocks = [
        {"intent": intent, "examples": "".join(f"- {one}\n" for one in of)} for intent, of in lines.items()
    ]
    (root / "nlu_data" / "few.yml").write_text(yaml.safe_dump({"version": "3.1", "nlu": blocks}))


class Engine:
    """The commands an operator types, on an installation of the test's own."""

    def __init__(self, root: Path, data: Path) -> None:
        self.root, self.data = root, data
        (data / "models").mkdir(parents=True, exist_ok=True)
        installed = Path(os.environ.get("DATA", ROOT / "var")).resolve() / "models"
        for path in installed.iterdir():
            if path.is_file() and not path.name.startswith("engine."):
                (data / "models" / path.name).symlink_to(path)

    def run(self, *arguments: str) -> str:
        environment = {**os.environ, "DATA": str(self.data), "ENGINE_PORT": "1", "OPERATOR": "tests"}
        command = [ENGINE_PYTHON, "-m", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def train(self) -> str:
        return self.run("bot.engine.candidate", "--root", str(self.root))

    def serving(self) -> str:
        return str(json.loads((self.data / "models" / "engine.json").read_text())["sha256"])

    def understands(self, text: str) -> dict[str, Any]:
        """What the served archive makes of a sentence."""
        program = (
            "import json, sys; from pathlib import Path; from bot.engine.listener import Listener\n"
            "print(json.dumps(Listener(Path(sys.argv[1])).parse(sys.argv[2])))"
        )
        archive = str(self.data / "models" / "engine.tar.gz")
        environment = {**os.environ, "DATA": str(self.data)}
        told = subprocess.run(
            [ENGINE_PYTHON, "-c", program, archive, text],
            cwd=ROOT, env=environment, capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        return dict(json.loads(told.splitlines()[-1]))


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    lay_out(tmp_path / "root")
    return Engine(tmp_path / "root", tmp_path / "data")


def a_wrong_turn(people: ConsoleCenter, clock: Clock, heard: dict[str, Any]) -> None:
    """The turn as the centre stores it, with what the small engine really understood."""
    ranking = [[one["name"], one["confidence"]] for one in heard["intent_ranking"]]
    intent = heard["intent"]["name"]
    with people.store.writing() as session:
        now = clock.now()
        conversation, _ = ledger.open_conversation(session, "chat", now)
        entry, standing, _ = ledger.append_from_customer(session, conversation, "k", {"text": SAID}, now)
        turn = turns.take(session, standing, "tests", now, 6.0, latest=entry)
        assert turn is not None
        reply = {
            "text": "I did not understand.",
            "custom": {"tier": 1, "intent": intent, "handoff": "two_fallbacks"},
            "heard": {"intent": intent, "confidence": heard["intent"]["confidence"], "ranking": ranking},
        }
        turns.finish(session, turn, [reply], now)
    # The list is made by the schedule, half a minute later.
    later = ManualClock(now)
    later.advance(minutes=1)
    collect(people.store, later)
    with people.store.reading() as session:
        assert session.scalars(
            select(Review.text).join(Conversation).where(Conversation.id == conversation)
        ).all() == [SAID]


def test_a_wrong_turn_becomes_a_better_model_and_a_poisoned_one_is_refused(
    people: ConsoleCenter, new_page: Callable[[], Page], engine: Engine
) -> None:
    with people.store.writing() as session:
        for table in (ArticleDraft, Review, LedgerCursor):
            session.execute(delete(table))
    assert "serves: the first model here" in engine.train()
    first = engine.serving()
    heard = engine.understands(SAID)
    assert heard["intent"]["name"] != "take_policy_loan"

    # A reviewer looks at it.
    a_wrong_turn(people, people.clock, heard)
    page = new_page()
    log_in(page, people, "dora")
    page.get_by_role("link", name="Learning").click()
    expect(page.get_by_role("region", name=SAID)).to_be_focused()
    page.keyboard.press("r")
    page.keyboard.type("take a policy loan")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing to review.")).to_be_visible()

    # The data change, a candidate trains and wins.
    change = exporting.prepare(people.store, engine.root)
    assert change.lines == {"take_policy_loan": [SAID]}
    exporting.write(change, engine.root, people.clock.now().date())
    assert "serves: does not lose" in engine.train()
    second = engine.serving()
    assert second != first
    assert engine.understands(SAID)["intent_ranking"][0]["name"] == "take_policy_loan"

    # A poisoned one is refused, and what serves goes on serving.
    lines = {intent: lines_of(intent) for intent in SERVICES}
    others = [intent for intent in lines if intent != "find_branch"]
    shuffled = random.Random(7)
    stolen = lines["find_branch"][1:]
    lines["find_branch"] = lines["find_branch"][:1] + [
        lines[intent].pop() for intent in others for _ in range(2)
    ]
    for line in stolen:
        lines[shuffled.choice(others)].append(line)
    write_lines(engine.root, lines)
    told = engine.train()
    assert "refused: loses against" in told
    assert "intent find_branch" in told
    assert engine.serving() == second
    # It is not trained again, and it does not come back by itself.
    assert "which is refused" in engine.train()

    # One command leads back.
    assert "serves again" in engine.run("bot.engine.models", "rollback")
    assert engine.serving() == first
    listed = engine.run("bot.engine.models", "list")
    assert listed.count("  refused  ") == 1
    assert f"* {first[:12]}" in listed
