"""The agents' API between people: transfer, call, order of the queue, a word beside, and lookups."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

from records.models import Owner
from records.signals import Signals
from tests.handoff.conftest import AMY, BEN, DORA, Floor
from tests.handoff.test_api import calling, log_in


@pytest.fixture
async def client(floor: Floor) -> AsyncIterator[httpx.AsyncClient]:
    async with calling(floor, Signals()) as made:
        yield made


async def test_a_conversation_is_passed_on_and_back_to_the_queue(
    client: httpx.AsyncClient, floor: Floor
) -> None:
    staff = floor.staff(AMY)
    standing = floor.held(staff["amy"])
    floor.staff(BEN)
    amy, ben = await log_in(client, floor, "amy"), await log_in(client, floor, "ben")
    path = f"/conversations/{standing.id}"
    assert [one["login"] for one in await amy("GET", "/colleagues")] == ["ben"]
    wanted = {"epoch": standing.epoch, "to": "ben", "note": "Knows claims"}
    await amy("POST", f"{path}/transfer", wanted, status=204)
    await amy("POST", f"{path}/transfer/withdrawal", {"epoch": standing.epoch}, status=204)
    await amy("POST", f"{path}/transfer", {**wanted, "skill": "claims"}, status=422)
    await amy("POST", f"{path}/transfer", wanted | {"epoch": standing.epoch - 1}, status=409)
    await amy("POST", f"{path}/transfer", wanted, status=204)
    floor.assign()
    (offer,) = (await ben("GET", "/inbox"))["offers"]
    assert (offer["passed_by"], offer["note"]) == ("Amy Gao", "Knows claims")
    stand = await ben("POST", f"/offers/{standing.id}/acceptance")
    await amy("GET", path, status=403)
    back = await ben("POST", f"{path}/requeue", {"epoch": stand["epoch"], "note": "For anybody"})
    assert back["owner"] == "queued"


async def test_a_call_is_promised_at_a_time_with_its_zone(client: httpx.AsyncClient, floor: Floor) -> None:
    standing = floor.held(floor.staff(AMY)["amy"])
    amy = await log_in(client, floor, "amy")
    path = f"/conversations/{standing.id}/call"
    at = floor.clock.now() + timedelta(hours=2)
    await amy("POST", path, {"epoch": standing.epoch, "at": "2026-11-22T18:00:00"}, status=422)
    promised = await amy("POST", path, {"epoch": standing.epoch, "at": at.isoformat()}, status=201)
    assert promised["at"] and floor.standing(standing.id).owner is Owner.CALLBACK


async def test_a_supervisor_steers(client: httpx.AsyncClient, floor: Floor) -> None:
    staff = floor.staff(AMY)
    held = floor.held(staff["amy"])
    floor.staff(DORA, available=False)
    first, second = floor.hand_over(), floor.hand_over()
    amy, dora = await log_in(client, floor, "amy"), await log_in(client, floor, "dora")
    assert [one["login"] for one in await dora("GET", "/conversations")] == ["amy"]
    await amy("GET", "/conversations", status=403)
    place = {"place": 1, "reason": "Waits at the hospital"}
    await dora("PUT", f"/conversations/{second}/place", place, status=204)
    await amy("PUT", f"/conversations/{second}/place", place, status=403)
    assert (floor.position(second), floor.position(first)) == (1, 2)
    await dora("PUT", f"/conversations/{first}/pin", {"agent": "amy", "reason": " "}, status=422)
    await dora("PUT", f"/conversations/{first}/pin", {"agent": "amy", "reason": "Known"}, status=204)
    assert (await dora("POST", f"/conversations/{second}/removal"))["owner"] == "bot"
    whisper = f"/conversations/{held.id}/whispers"
    await dora("POST", whisper, {"text": "Offer the form"}, key="whisper-01", status=201)
    said = {"text": "I am Dora", "epoch": held.epoch}
    await dora("POST", f"/conversations/{held.id}/interjections", said, key="barge-0001", status=201)
    lines = (await amy("GET", f"/conversations/{held.id}/entries"))["entries"]
    assert [line["body"].get("whisper") for line in lines[-2:]] == [True, None]
    assert (await dora("GET", "/satisfaction"))["served"] == 0


async def test_lookups(client: httpx.AsyncClient, floor: Floor) -> None:
    standing = floor.held(floor.staff(AMY)["amy"])
    amy = await log_in(client, floor, "amy")
    (greeting,) = await amy("GET", f"/conversations/{standing.id}/canned-replies?query=my+name+is")
    assert "my name is Amy Gao" in greeting["text"] and greeting["missing"] == ["customer"]
    found = await amy("GET", "/articles?query=cooling-off+period")
    assert found[0]["id"] == "cooling_off_period"
    (past,) = await amy("GET", "/past?query=talk+to+somebody")
    read = await amy("GET", f"/past/{past['conversation_id']}")
    assert read["entries"][0]["body"]["text"] == "I want to talk to somebody"
    await amy("GET", "/past?query=ab", status=422)
