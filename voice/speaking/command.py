"""The espeak command as a voice: a process for every sentence, so there is nothing to supervise.

Used when pyttsx3 fails; slower to start, with none of its traps.
"""

import asyncio
import contextlib
import os
import shutil
import struct

from voice.speaking.base import Pace, SpeakingFailed
from voice.speaking.engines import WORDS_PER_MINUTE

HEADER_BYTES = 44


class CommandVoice:
    """`espeak-ng` or `espeak`."""

    def __init__(self, command: str, deadline_seconds: float = 4.0) -> None:
        """`command` is its path."""
        self.identity = f"{os.path.basename(command)} 1"
        self._command = command
        self._deadline_seconds = deadline_seconds

    @staticmethod
    def installed() -> str | None:
        """The path of the command, where there is one."""
        return shutil.which("espeak-ng") or shutil.which("espeak")

    async def pcm(self, text: str, pace: Pace) -> tuple[bytes, int]:
        """16-bit mono PCM and its sample rate.

        Raises:
            SpeakingFailed: the command failed or took too long.
        """
        try:
            process = await asyncio.create_subprocess_exec(
                self._command,
                "-v",
                "en-us",
                "-s",
                str(WORDS_PER_MINUTE[pace]),
                "--stdin",
                "--stdout",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
            )
        except OSError as error:
            raise SpeakingFailed("no_engine", repr(error), retryable=False) from error
        try:
            async with asyncio.timeout(self._deadline_seconds):
                wav, _ = await process.communicate(text.encode())
        except TimeoutError:
            raise SpeakingFailed(
                "timeout", f"no answer within {self._deadline_seconds} s", retryable=True
            ) from None
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if process.returncode != 0 or len(wav) <= HEADER_BYTES:
            raise SpeakingFailed("crashed", f"ended with {process.returncode}", retryable=True)
        # The sizes in the header of a stream are guesses; only the rate in it counts.
        (rate,) = struct.unpack_from("<I", wav, 24)
        return wav[HEADER_BYTES:], rate

    async def close(self) -> None:
        """Nothing is left to end."""
