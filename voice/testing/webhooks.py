"""Twilio's questions to the centre about one call: signed, with the fields every webhook carries.

Judges the answer as Twilio would; interprets nothing in it.
"""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urljoin

from voice.testing.line import Answer, Unreachable
from voice.testing.signing import signature
from voice.testing.twiml import TwimlError, Verb, read

if TYPE_CHECKING:
    from voice.testing.call import Call
    from voice.testing.twilio import OfflineTwilio

TIMEOUT_SECONDS = 15.0
_XML = frozenset({"text/xml", "application/xml", "text/html"})


class Webhooks:
    """Asks on behalf of one call."""

    def __init__(self, twilio: "OfflineTwilio", call: "Call") -> None:
        """The account and the call."""
        self._twilio = twilio
        self._call = call
        self.base = ""
        """Address of the document that runs, against which others are read."""

    async def document(
        self, url: str, method: str = "POST", more: Mapping[str, str] | None = None
    ) -> list[Verb]:
        """What the centre wants to be done next.

        Raises:
            TwimlError: it did not answer as it must.
        """
        answer = await self._ask(method or "POST", url, more or {})
        if not 200 <= answer.status < 300:
            raise TwimlError(11200, f"{url} answered {answer.status}")
        kind = answer.content_type.partition(";")[0].strip().lower()
        if answer.body.strip() and kind not in _XML:
            raise TwimlError(12300, f"{url} answered {kind or 'no content type'}")
        verbs = read(answer.body)
        self.base = urljoin(self.base, url)
        return verbs

    async def sound(self, url: str) -> tuple[str, bytes]:
        """A file to be played: content type and content.

        Raises:
            TwimlError: there is none.
        """
        answer = await self._ask("GET", url, {}, bare=True)
        if answer.status != 200:
            raise TwimlError(11200, f"{url} answered {answer.status}")
        return answer.content_type.partition(";")[0].strip().lower(), answer.body

    async def tell(self, url: str, more: Mapping[str, str], method: str = "POST") -> None:
        """Tell the centre; its answer changes nothing, a failure is noted."""
        try:
            answer = await self._ask(method or "POST", url, more)
        except TwimlError as error:
            self._twilio.note(self._call, error)
            return
        if not 200 <= answer.status < 300:
            self._twilio.note(self._call, TwimlError(11200, f"{url} answered {answer.status}"))

    async def _ask(self, method: str, url: str, more: Mapping[str, str], *, bare: bool = False) -> Answer:
        where = urljoin(self.base, url)
        fields = [] if bare else list({**self._call.fields(), **more}.items())
        if method == "GET" and fields:
            where += ("&" if "?" in where else "?") + urlencode(fields)
        token = self._twilio.auth_token
        if self._call.faults.bad_webhook_signature:
            token += "-not"
        headers = {
            "X-Twilio-Signature": signature(token, where, fields if method == "POST" else ()),
            "User-Agent": "TwilioProxy/1.1",
            "I-Twilio-Idempotency-Token": self._twilio.idempotency_token(),
        }
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                answer = await self._twilio.line.request(method, where, fields, headers)
        except (Unreachable, TimeoutError) as error:
            raise TwimlError(11200, f"{where}: {error}") from error
        self._call.report("webhook", {"url": where, "status": str(answer.status), **dict(fields)})
        return answer
