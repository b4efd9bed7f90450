"""A whole call, heard and spoken: the offline Twilio against the three running processes.

Run as `python -m bench.call`. The caller speaks with flite, another voice than the bot's. Each step is
checked in the records; both sides and the transcript are kept in DATA/calls. Its last line is one of JSON.
"""

import argparse
import asyncio
import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import uvicorn
from sqlalchemy import select

from bench import call_waits
from bench.agent_client import AgentClient
from bench.caller import PATIENCE_SECONDS, Caller, NotServed
from bench.stack import Stack, free_ports
from handoff import sources
from records import secrets
from records.models import (
    Agent,
    CallState,
    Claim,
    Conversation,
    Handoff,
    HandoffState,
    Owner,
    PhoneCall,
)
from records.settings import SOFT_PHONE_ACCOUNT
from records.store import Store
from voice.testing import OfflineTwilio, visitor_voice
from voice.testing.call import Call
from voice.testing.line import NetworkLine
from voice.testing.parties import Party

CENTRE, CALLER = "+12025550199", "+12025550101"
POLICY = "880000100101"

_AGENT_SAYS = "Hello, this is Amy. I can see what you told the assistant. I will look after your claim."


async def play(stack: Stack, rest_port: int, folder: Path) -> dict[str, Any]:
    """The call; its figures."""
    key = secrets.load(stack.data)["PHONE_KEY"]
    twilio = OfflineTwilio(NetworkLine(), key, SOFT_PHONE_ACCOUNT, speaks=visitor_voice.speak)
    twilio.number(CENTRE, f"{stack.url}/voice/incoming", status_callback=f"{stack.url}/voice/status")
    server = uvicorn.Server(
        uvicorn.Config(twilio.rest, host="127.0.0.1", port=rest_port, log_level="warning", lifespan="off")
    )
    serving = asyncio.create_task(server.serve(), name="rest")
    store = Store(f"sqlite:///{(stack.data / 'records.db').resolve()}")
    amy = AgentClient(stack.url, "amy", stack.passwords["amy"])
    working = asyncio.create_task(amy.work(), name="amy")
    try:
        with store.reading() as session:
            phone = session.scalars(select(Agent.phone).where(Agent.login == "amy")).one()
        words = await asyncio.to_thread(visitor_voice.speak, _AGENT_SAYS)
        twilio.parties[phone or ""] = Party(ring_seconds=1, keys="1", acts=lambda leg: _talk(leg, words))
        return await _story(twilio, store, stack, folder)
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        await twilio.close()
        server.should_exit = True
        await serving
        store.close()


async def _talk(leg: Call, words: bytes) -> None:
    async def talk() -> None:
        await leg.wait_for("bridged", within=None)
        await leg.say(words)
        await leg.pause(1.0)
        await leg.hang_up()

    leg.aside(talk())


async def _story(twilio: OfflineTwilio, store: Store, stack: Stack, folder: Path) -> dict[str, Any]:
    begun = time.monotonic()
    steps: dict[str, Any] = {}
    call = twilio.dial(CALLER, CENTRE)
    scene = Caller(call, store, _ANSWERS, _KEYED)
    try:
        await scene.listen()
        _need(any("automatic assistant" in sources.text_of(one.body) for one in scene.ledger()), "greeting")
        steps["greeting"] = 1

        steps["policy_status"] = await scene.until(_WISH_STATUS, lambda: _told(scene, "policy_status"))
        _need(_level(store) >= 2, "knowledge check")

        steps["claim"] = await scene.until(_WISH_CLAIM, lambda: _claimed(store))

        steps["person"] = (
            await scene.until(_WISH_PERSON, lambda: _owner(store) is not Owner.BOT)
            if (_owner(store) is Owner.BOT)
            else 0
        )
        await call.wait_for("bridged", within=PATIENCE_SECONDS)
        leg = next(one for one in twilio.calls.values() if one.parent is call)
        whisper = " ".join(one["text"] for one in leg.happened("say"))
        _need(whisper.startswith("Hello Amy"), f"whisper: {whisper!r}")
        steps["transfer"] = 1

        await call.wait_for("stream-started", within=PATIENCE_SECONDS)
        await call.wait_for("stream-started", within=PATIENCE_SECONDS)
        call.phone.heard_frames = 0  # what amy said is not what the bot says
        await scene.listen()
        _need(_handoff(store) is HandoffState.WRAP_UP, "write-up")
        await scene.say("goodbye")
        status = await call.ended(within=PATIENCE_SECONDS)
        _need(status == "completed", f"ended {status}")
        _need(_call(store).state is CallState.ENDED, "the call is over on the record")
        steps["back_and_goodbye"] = 1
        _need(not twilio.errors, f"Twilio's debugger: {[str(one) for one in twilio.errors]}")
    finally:
        if not call.is_over:
            await call.hang_up()
        _keep(call, twilio, scene, stack, folder)
    return {
        "steps": steps,
        "call_seconds": round(time.monotonic() - begun, 1),
        "recogniser": os.environ.get("RECOGNIZER", "pocketsphinx"),
        "latency_seconds": call_waits.by_stage(call_waits.in_log(stack.log("center"))),
        "heard_seconds": call_waits.percentiles(
            call_waits.on_the_telephone(bytes(call.recording.spoken), bytes(call.recording.heard))
        ),
    }


def _keep(call: Call, twilio: OfflineTwilio, scene: Caller, stack: Stack, folder: Path) -> None:
    """Both sides as WAV, the agent's leg too, and the transcript."""
    folder.mkdir(parents=True, exist_ok=True)
    name = time.strftime("%Y%m%d-%H%M%S")
    call.recording.write(folder / f"{name}-caller.wav")
    for leg in twilio.calls.values():
        if leg.parent is call:
            leg.recording.write(folder / f"{name}-agent.wav")
    lines = [
        f"{one.seq:3} {one.author.value:8} {one.kind.value:7} {sources.text_of(one.body)}"
        for one in scene.ledger()
    ]
    (folder / f"{name}-transcript.txt").write_text("\n".join(lines) + "\n")
    shutil.copy(stack.log("center"), folder / f"{name}-center.log")
    print(f"kept in {folder}/{name}-*", flush=True)


class Failed(Exception):
    """A step did not happen."""


def _need(good: bool, step: str) -> None:
    if not good:
        raise Failed(step)


def _told(scene: Caller, service: str) -> bool:
    return any(
        (one.body.get("custom") or {}).get("intent") == "check_policy_status"
        and "expects" not in (one.body.get("custom") or {})
        and "in force" in sources.text_of(one.body)
        for one in scene.ledger()
        if one.author.value == "bot"
    )


def _level(store: Store) -> int:
    with store.reading() as session:
        return session.scalars(select(Conversation.assurance)).one()


def _owner(store: Store) -> Owner:
    with store.reading() as session:
        return session.scalars(select(Conversation.owner)).one()


def _claimed(store: Store) -> bool:
    with store.reading() as session:
        conversation_id = session.scalars(select(Conversation.id)).one()
        return session.scalar(select(Claim.id).where(Claim.conversation_id == conversation_id)) is not None


def _handoff(store: Store) -> HandoffState:
    with store.reading() as session:
        return session.scalars(select(Handoff.state)).one()


def _call(store: Store) -> PhoneCall:
    with store.reading() as session:
        return session.scalars(select(PhoneCall)).one()


_WISH_STATUS = ("is my policy in force", "check my policy status", "is my policy in force")
_WISH_CLAIM = ("I want to report a claim", "report a claim", "report a claim please")
_WISH_PERSON = ("I want to talk to a person", "talk to an agent please", "agent")
_ANSWERS: dict[str, tuple[str, ...]] = {
    "identifier": ("eight eight zero zero, zero zero one zero, zero one zero one",) * 2,
    "birth": ("march twelfth nineteen eighty five", "the twelfth of march nineteen eighty five"),
    "id_ending": ("zero zero one one",),
    "@confirm": ("yes", "yes that is right"),
    "@resume": ("no",),
    "kind": ("an accident", "accident"),
    "reporter": ("myself", "me"),
    "insured_name": ("Li Wei",),
    "policy": ("skip",),
    "date": ("yesterday",),
    "place": ("Beijing",),
    "story": ("I fell down the stairs and broke my arm",),
    "hospital": ("Beijing",),
    "phone": ("yes",),
}
_KEYED = {"identifier": POLICY, "birth": "19850312", "id_ending": "0011"}


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.parse_args()
    kept = Path(os.environ.get("DATA", "var")) / "calls"
    with tempfile.TemporaryDirectory() as folder:
        (rest_port,) = free_ports(1)
        extra = {"TWILIO_API_URL": f"http://127.0.0.1:{rest_port}", "PUBLIC_URL": ""}
        with Stack(Path(folder) / "centre", customers=2, **extra) as stack:
            try:
                figures = asyncio.run(play(stack, rest_port, kept))
            except (Failed, NotServed, TimeoutError) as error:
                sys.stderr.write(f"{type(error).__name__}: {error}\n")
                print(json.dumps({"bench": "call", "ok": False, "failed": str(error)}))
                return 1
    print(json.dumps({"bench": "call", "ok": True, **figures}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
