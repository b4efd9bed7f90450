"""The chat socket: resumes by position, acknowledges once, and survives what is not the protocol."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from bench.chat_client import ChatClient
from bench.stack import Stack


@pytest.fixture
async def chat(stack: Stack) -> AsyncIterator[ChatClient]:
    client = ChatClient(stack.socket_url)
    running = asyncio.create_task(client.run())
    await client.until(lambda one: one.conversation is not None)
    yield client
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def exchange(socket: ClientConnection, frame: Any) -> dict[str, Any]:
    """Send a frame (anything that is not text is sent as JSON) and return the next one."""
    await socket.send(frame if isinstance(frame, (str, bytes)) else json.dumps(frame))
    answer: dict[str, Any] = json.loads(await asyncio.wait_for(socket.recv(), 10))
    return answer


async def greeted(socket: ClientConnection) -> dict[str, Any]:
    return await exchange(socket, {"type": "hello"})


async def test_a_message_is_acknowledged_stored_and_answered(chat: ChatClient) -> None:
    key = await chat.say("hello")
    reply = await chat.reply_to(key)
    assert reply["custom"]["intent"] == "greet"
    assert not chat.outbox


async def test_a_cut_connection_misses_nothing(chat: ChatClient) -> None:
    await chat.reply_to(await chat.say("hello"))
    chat.cut()
    await chat.reply_to(await chat.say("what can you do"))
    seqs = [entry["seq"] for entry in chat.entries]
    assert seqs == sorted(set(seqs))
    assert chat.connections == 2


async def test_the_same_key_again_is_acknowledged_with_the_same_seq(stack: Stack) -> None:
    async with connect(stack.socket_url) as socket:
        await greeted(socket)
        say = {"type": "say", "key": "k-1", "text": "hello"}
        acks: list[dict[str, Any]] = []
        for _ in range(2):
            await socket.send(json.dumps(say))
        while len(acks) < 2:
            frame = json.loads(await asyncio.wait_for(socket.recv(), 10))
            if frame["type"] == "ack":
                acks.append(frame)
        assert acks[0] == acks[1]


async def test_a_button_is_pressed_by_its_id(chat: ChatClient) -> None:
    reply = await chat.reply_to(await chat.say("hello"))
    shown = [button for entry in chat.entries for button in entry.get("buttons", [])]
    assert shown, reply
    pressed = await chat.reply_to(await chat.press(shown[0]["id"]))
    assert pressed["seq"] > reply["seq"]
    own = next(
        entry for entry in chat.entries if entry["author"] == "customer" and entry["seq"] > reply["seq"]
    )
    assert own["text"] == shown[0]["title"]


@pytest.mark.parametrize(
    "frame",
    ["no json", b"\x00\xff", "[]", {"type": "eval"}, {"type": "say"}, {"type": "say", "key": "k", "text": 1}],
)
async def test_what_is_not_the_protocol_gets_an_error_and_the_connection_stays(
    stack: Stack, frame: Any
) -> None:
    async with connect(stack.socket_url) as socket:
        await greeted(socket)
        assert (await exchange(socket, frame))["code"] == "not_protocol"
        assert (await exchange(socket, {"type": "ping"}))["type"] == "pong"


async def test_a_frame_before_hello_gets_an_error_and_hello_still_works(stack: Stack) -> None:
    async with connect(stack.socket_url) as socket:
        answer = await exchange(socket, {"type": "say", "key": "k", "text": "hi"})
        assert answer["code"] == "hello_first"
        assert (await greeted(socket))["type"] == "welcome"


@pytest.mark.parametrize("secret", [None, "", "guess"])
async def test_a_conversation_opens_to_nobody_without_its_secret(
    stack: Stack, chat: ChatClient, secret: str | None
) -> None:
    async with connect(stack.socket_url) as socket:
        hello = {"type": "hello", "conversation": chat.conversation, "secret": secret, "after": 0}
        assert (await exchange(socket, hello))["code"] == "unknown_conversation"
        fresh = await greeted(socket)
        assert fresh["conversation"] != chat.conversation


@pytest.mark.parametrize(("text", "code"), [("", "empty"), ("\u200b", "empty"), ("x" * 10_001, "too_long")])
async def test_an_unfit_message_is_refused_by_its_key(stack: Stack, text: str, code: str) -> None:
    async with connect(stack.socket_url) as socket:
        await greeted(socket)
        answer = await exchange(socket, {"type": "say", "key": "k-9", "text": text})
        assert (answer["code"], answer["key"]) == (code, "k-9")
        assert answer["message"]


async def test_a_button_of_nowhere_is_refused(stack: Stack) -> None:
    async with connect(stack.socket_url) as socket:
        await greeted(socket)
        answer = await exchange(socket, {"type": "press", "key": "k", "button": "/b/1.0"})
        assert answer["code"] == "unknown_button"


async def test_a_page_of_another_origin_may_not_connect(stack: Stack) -> None:
    with pytest.raises(InvalidStatus):
        async with connect(stack.socket_url, additional_headers={"Origin": "https://evil.example"}):
            pass


async def test_an_enormous_frame_ends_only_its_own_connection(stack: Stack, chat: ChatClient) -> None:
    with pytest.raises(ConnectionClosed):
        async with connect(stack.socket_url) as socket:
            await greeted(socket)
            await socket.send("x" * 200_000)
            while True:
                await socket.recv()
    assert (await chat.reply_to(await chat.say("hello")))["custom"]["intent"] == "greet"
