"""Calls between our processes: answers whole, failures named, connections never mixed up."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
import uvloop

from bot.loopback import Loopback, NoAnswer

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def server(serve: Serve) -> AsyncIterator[str]:
    serving: set[asyncio.Task[None] | None] = set()

    async def tracked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving.add(asyncio.current_task())
        with contextlib.suppress(asyncio.CancelledError):  # the end of the test, for those still waiting
            await serve(reader, writer)
        writer.close()

    listening = await asyncio.start_server(tracked, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    listening.close()
    for task in serving:
        if task is not None and not task.done():
            task.cancel()
    await asyncio.sleep(0)


async def read_request(reader: asyncio.StreamReader) -> bytes:
    """The body of the next request; empty at the end of the connection."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return b""
    stated = head.lower().partition(b"content-length: ")[2]
    return await reader.readexactly(int(stated.split(b"\r\n")[0])) if stated else b"-"


def answer(body: bytes, status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


class Echo:
    """Says back what it heard, and counts its connections."""

    def __init__(self) -> None:
        self.connections = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        while body := await read_request(reader):
            writer.write(answer(body))
        writer.close()


async def test_an_answer_comes_back_whole_and_the_connection_is_used_again() -> None:
    echo = Echo()
    async with server(echo) as url:
        calls = Loopback(url, 5)
        for text in (b"one", b"x" * 500_000, b"two"):
            assert await calls.post("/somewhere", text) == (200, text)
        assert (await calls.get("/")).body == b"-"
        calls.close()
    assert echo.connections == 1


async def test_calls_at_once_get_each_their_own_answer() -> None:
    echo = Echo()
    async with server(echo) as url:
        calls = Loopback(url, 5)
        texts = [str(number).encode() for number in range(50)]
        got = await asyncio.gather(*(calls.post("/", text) for text in texts))
        assert [body for _, body in got] == texts
        calls.close()


async def test_a_status_is_for_the_caller_to_judge() -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(answer(b"no", "500 Internal Server Error"))

    async with server(refuse) as url:
        assert await Loopback(url, 5).post("/", b"{}") == (500, b"no")


async def test_an_answer_in_chunks_is_put_together() -> None:
    async def chunks(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n")
        await writer.drain()
        writer.write(b"1\r\nc\r\n0\r\n\r\n")

    async with server(chunks) as url:
        assert await Loopback(url, 5).post("/", b"{}") == (200, b"abc")


@pytest.mark.parametrize(
    "said", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", b"nonsense\r\n\r\n"]
)
async def test_hanging_up_half_an_answer_and_nonsense_are_no_answer(said: bytes) -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(said)
        writer.close()

    async with server(hang_up) as url:
        with pytest.raises(NoAnswer):
            await Loopback(url, 5).post("/", b"{}")


async def test_an_answer_that_does_not_come_in_time_is_none_and_never_anothers() -> None:
    late = asyncio.Event()

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while body := await read_request(reader):
            if body == b"slow":
                await late.wait()
            writer.write(answer(body))

    async with server(slow) as url:
        calls = Loopback(url, 0.05)
        with pytest.raises(NoAnswer, match="Timeout"):
            await calls.post("/", b"slow")
        late.set()
        assert await calls.post("/", b"quick") == (200, b"quick")


async def test_a_server_that_ends_its_connections_is_reached_again() -> None:
    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        body = await read_request(reader)
        writer.write(answer(body, "200 OK\r\nConnection: close"))

    async with server(once) as url:
        calls = Loopback(url, 5)
        for text in (b"before", b"after"):
            assert (await calls.post("/", text)).body == text


async def test_a_caller_who_gives_up_leaves_no_answer_for_the_next() -> None:
    heard = asyncio.Event()

    async def deaf(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while body := await read_request(reader):
            heard.set()
            if body != b"lost":
                writer.write(answer(body))

    async with server(deaf) as url:
        calls = Loopback(url, 5)
        call = asyncio.create_task(calls.post("/", b"lost"))
        await heard.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert await calls.post("/", b"next") == (200, b"next")


async def test_nobody_there_is_no_answer() -> None:
    with pytest.raises(NoAnswer):
        await Loopback("http://127.0.0.1:9", 5).get("/")


def test_it_works_on_the_loop_that_the_center_runs_on() -> None:
    async def call() -> bytes:
        async with server(Echo()) as url:
            calls = Loopback(url, 5)
            body = (await calls.post("/", b"hello")).body
            calls.close()
            return body

    assert uvloop.run(call()) == b"hello"
