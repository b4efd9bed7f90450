"""The real recogniser, killed in a call: its process is replaced, and the caller stays with the bot.

Something is said to them after that: an answer, or the question again. More is not shown here; how an
utterance is heard again is in `tests/voice/hearing/test_workers.py`.
"""

import asyncio
import os
import signal
from dataclasses import replace
from pathlib import Path

from records.models import CallState
from records.store import Store
from tests.voice.call.house import House, house_over
from voice import codec
from voice.hearing import engines
from voice.hearing.answers import normalised
from voice.hearing.vad import SileroVad
from voice.hearing.workers import ProcessEars
from voice.speaking.base import Pace
from voice.speaking.speaker import speaker


def test_a_recogniser_process_killed_in_an_utterance_is_replaced_and_the_caller_is_answered_or_asked_again(
    people: Store, tmp_path: Path
) -> None:
    async def story() -> None:
        ears = ProcessEars(engines.pocketsphinx(tmp_path / "language"), processes=1)
        mouth = speaker(tmp_path / "voice")
        house: House = house_over(people)
        house.line.parts = replace(house.line.parts, ears=ears, mouth=mouth, vad=SileroVad, typed=normalised)
        await ears.start()
        # The bot's own voice at another pace stands in for a caller's: what is tested is not the hearing.
        words = await mouth.speech("I want to talk to a person.", Pace.SLOW)
        call = house.call()
        await house.quiet(call)
        speaking = asyncio.create_task(call.say(words + codec.encode(bytes(1600))))
        await call.pause(len(words) / 8000 / 2)
        (victim,) = ears.pids
        os.kill(victim, signal.SIGKILL)
        await speaking
        await call.bot_finished(quiet_seconds=1.5)
        assert ears.replaced >= 1
        assert victim not in ears.pids
        after = [one for one in house.ledger() if one.seq > 2]
        assert after, "the caller was answered, or asked to say it again"
        assert house.record().state is CallState.BOT
        await call.hang_up()
        await house.twilio.close()
        await ears.close()
        await mouth.close()
        assert ears.pids == ()

    asyncio.run(story())
