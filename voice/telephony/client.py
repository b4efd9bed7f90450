"""Twilio's REST interface, as much as calls need of it: redirect, begin, end, record and look at them.

Asks once and says how it went; whether to ask again is the caller's matter.
"""

from collections.abc import Mapping
from typing import Any

import aiohttp

API = "https://api.twilio.com"

OVER = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
"""What Twilio says of a call that has ended."""


class CarrierFailed(Exception):
    """Twilio refused, or did not answer."""

    def __init__(self, code: str, message: str, *, retryable: bool) -> None:
        """`code` for programs, `message` for logs."""
        super().__init__(message)
        self.code = code
        self.retryable = retryable


class Carrier:
    """The account's calls."""

    def __init__(self, account: str, token: str, *, url: str = "", timeout_seconds: float) -> None:
        """`url` is the interface's root, Twilio's own when left out."""
        self._root = f"{(url or API).rstrip('/')}/2010-04-01/Accounts/{account}"
        self._headers = {"Authorization": aiohttp.encode_basic_auth(account, token)}
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds)
        self._session: aiohttp.ClientSession | None = None

    async def redirect(self, call_sid: str, twiml: str) -> None:
        """Let a call that is under way go on with another document.

        Raises:
            CarrierFailed: it does not.
        """
        await self._post(f"/Calls/{call_sid}.json", {"Twiml": twiml})

    async def hang_up(self, call_sid: str) -> None:
        """End a call.

        Raises:
            CarrierFailed: it is not ended.
        """
        await self._post(f"/Calls/{call_sid}.json", {"Status": "completed"})

    async def begin(self, to: str, caller_id: str, url: str, **more: str) -> str:
        """Call somebody; returns the call's sid. `more` are further parameters by Twilio's names.

        Raises:
            CarrierFailed: nobody is called.
        """
        answer = await self._post("/Calls.json", {"To": to, "From": caller_id, "Url": url, **more})
        return str(answer["sid"])

    async def status(self, call_sid: str) -> str:
        """How a call stands, in Twilio's words; those of `OVER` are final.

        Raises:
            CarrierFailed: nobody knows; `http_404` where there is no such call.
        """
        answer = await self._ask("GET", f"/Calls/{call_sid}.json")
        return str(answer.get("status", ""))

    async def record(self, call_sid: str) -> str:
        """Begin to record both sides; returns the recording's sid.

        Raises:
            CarrierFailed: nothing is recorded.
        """
        answer = await self._post(f"/Calls/{call_sid}/Recordings.json", {"RecordingChannels": "dual"})
        return str(answer["sid"])

    async def change_recording(self, call_sid: str, recording_sid: str, status: str) -> None:
        """Set a recording to `paused`, `in-progress` or `stopped`; a pause keeps its length as silence.

        Raises:
            CarrierFailed: it is as it was.
        """
        form = {"Status": status} | ({"PauseBehavior": "silence"} if status == "paused" else {})
        await self._post(f"/Calls/{call_sid}/Recordings/{recording_sid}.json", form)

    async def close(self) -> None:
        """Give the connections back."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _post(self, path: str, form: Mapping[str, str]) -> Mapping[str, Any]:
        return await self._ask("POST", path, form)

    async def _ask(self, method: str, path: str, form: Mapping[str, str] | None = None) -> Mapping[str, Any]:
        # Made at the first use: a session belongs to the loop that it is made in.
        if self._session is None:
            self._session = aiohttp.ClientSession(headers=self._headers, timeout=self._timeout)
        try:
            async with self._session.request(method, self._root + path, data=form) as response:
                if response.status >= 300:
                    raise CarrierFailed(
                        f"http_{response.status}",
                        f"{response.status} for {path}",
                        retryable=response.status >= 500 or response.status == 429,
                    )
                content = await response.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise CarrierFailed("no_answer", f"{type(error).__name__} for {path}", retryable=True) from error
        return content if isinstance(content, dict) else {}
