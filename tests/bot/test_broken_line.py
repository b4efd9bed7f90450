"""The line to the actions breaks after they have done their work: the customer hears what was done."""

from fastapi.testclient import TestClient
from sqlalchemy import func, select

from bot.engine_client import Answer, EngineUnavailable
from bot.services import Services
from records.clock import ManualClock
from records.models import ServiceTransaction
from records.store import Store
from records.turns import Turn
from tests.bot.dialogue_engine import DialogueEngine


class BreakingLine:
    """Carries a turn out, and loses the answer on its way back, as long as it is broken."""

    def __init__(self, store: Store, clock: ManualClock) -> None:
        """Over the customers in `store`."""
        self.engine = DialogueEngine(store, clock)
        self.is_broken = False
        self.asked = 0

    async def ask(self, turn: Turn) -> Answer:
        """Answer the turn's message, or lose the answer."""
        self.asked += 1
        answer = await self.engine.ask(turn)
        if self.is_broken:
            raise EngineUnavailable("the line broke")
        return answer


def test_what_was_done_is_told_once_although_its_answer_was_lost(
    services: Services, client: TestClient, store: Store, clock: ManualClock
) -> None:
    line = BreakingLine(store, clock)
    services.turns._engine = line

    def say(text: str) -> tuple[str, dict[str, object]]:
        body = {"sender": "a", "message": text}
        said = client.post("/webhooks/rest/webhook", json=body).json()
        return "\n".join(one["text"] for one in said), said[-1]["custom"]

    say("I want to pay my premium")
    read_back, custom = say("880000100101")
    assert custom["expects"] == "@confirm", read_back
    line.is_broken, line.asked = True, 0
    text, custom = say("yes")
    assert line.asked == 2, "asked again once"
    assert "receipt number is SR2026000001" in text
    assert custom["receipt"] == "SR2026000001" and "handoff" not in custom
    with store.reading() as session:
        assert session.scalar(select(func.count()).select_from(ServiceTransaction)) == 1
