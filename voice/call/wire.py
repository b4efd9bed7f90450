"""The line of one call as the call sees it: messages come in, audio goes out. Knows no socket."""

from typing import Protocol

from voice.telephony.messages import Message


class LineBroke(Exception):
    """Nothing can be sent any more: the other side is gone."""

    code = "line_broke"
    retryable = False


class Wire(Protocol):
    """A media stream that was let in."""

    async def receive(self) -> Message:
        """The next message; a `Stop` when there will be none.

        Never raises for what the other side does: a broken line is a `Stop`.
        """
        ...

    async def play(self, audio: bytes) -> None:
        """Send 8 kHz mu-law to be played after what was sent before.

        Raises:
            LineBroke: the other side is gone.
        """
        ...

    async def mark(self, name: str) -> None:
        """Ask to be told when all that was sent has been played.

        Raises:
            LineBroke: the other side is gone.
        """
        ...

    async def clear(self) -> None:
        """Throw away what has not been played.

        Raises:
            LineBroke: the other side is gone.
        """
        ...

    async def close(self) -> None:
        """End the stream from our side; the call goes on with what its document says."""
        ...
