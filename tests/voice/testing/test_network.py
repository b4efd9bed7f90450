"""The same protocol over real sockets and real time; everything else here is in-process."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
import uvicorn

from tests.voice.testing.centre import TOKEN, Centre, Socket
from tests.voice.testing.conftest import CALLER, LINE
from tests.voice.testing.test_stream import tone
from voice.testing import Faults, NetworkLine, OfflineTwilio

pytestmark = pytest.mark.asyncio(loop_factories=["real"])


@pytest.fixture
async def served(centre: Centre) -> AsyncIterator[OfflineTwilio]:
    config = uvicorn.Config(centre.app, port=0, log_level="warning", lifespan="off")
    server = uvicorn.Server(config)
    config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    serving = asyncio.create_task(server.main_loop())
    port = server.servers[0].sockets[0].getsockname()[1]
    twilio = OfflineTwilio(NetworkLine(f"http://127.0.0.1:{port}"), TOKEN)
    twilio.number(LINE, "https://centre.test/incoming", status_callback="https://centre.test/status")
    yield twilio
    await twilio.close()
    server.should_exit = True
    await serving
    await server.shutdown()


async def test_a_call_over_sockets_sounds_the_same(centre: Centre, served: OfflineTwilio) -> None:
    async def talk(socket: Socket) -> None:
        await socket.next("start")
        await socket.play(tone(0.2))
        await socket.mark("heard")
        await socket.next("mark")

    centre.talks = talk
    call = served.dial(CALLER, LINE)
    assert await call.ended(within=10) == "completed"
    assert tone(0.2) in bytes(call.recording.heard)
    assert centre.forged == []
    assert served.errors == []


async def test_a_stream_breaks_without_a_goodbye(centre: Centre, served: OfflineTwilio) -> None:
    call = served.dial(CALLER, LINE, faults=Faults(drop_after_seconds=0.1))
    await call.ended(within=10)
    assert centre.heard("stop") == []
    assert len(centre.fields("/action")) == 1


async def test_a_forged_handshake_is_refused(centre: Centre, served: OfflineTwilio) -> None:
    call = served.dial(CALLER, LINE, faults=Faults(bad_stream_signature=True))
    await call.ended(within=10)
    assert [error.code for error in served.errors] == [31920]
    assert json.dumps(centre.messages) == "[]"
