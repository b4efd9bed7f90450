"""A process that crashed is waited for before the turn is asked again, and not for ever."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot import engine_client
from bot.engine_client import EngineClient


@asynccontextmanager
async def _process(port: int = 0) -> AsyncIterator[int]:
    """A server that is there; its port."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", port)
    async with server:
        yield server.sockets[0].getsockname()[1]


def _client(engine: int, actions: int) -> EngineClient:
    return EngineClient(f"http://127.0.0.1:{engine}", f"http://127.0.0.1:{actions}", "token", 1.0)


async def test_it_waits_until_both_are_there() -> None:
    async with _process() as gone:
        pass
    async with _process() as engine:
        client = _client(engine, gone)
        waiting = asyncio.create_task(client.recovered())
        assert await client.healthy() and not await client.actions_healthy()
        assert not waiting.done()
        async with _process(gone):
            await waiting
            assert await client.actions_healthy()
        client.close()


async def test_it_gives_up_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_client, "RECOVERY_SECONDS", 0.05)
    async with _process() as gone:
        pass
    client = _client(gone, gone)
    await client.recovered()
    assert not await client.healthy()
    client.close()
