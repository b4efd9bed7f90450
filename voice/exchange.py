"""The exchange: the phone line put together from its parts, started and stopped with the centre.

Without Twilio the line is there all the same, for the soft-phone of the demonstration and for tests.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from fastapi import APIRouter

from bot.services import Services
from records.settings import Settings
from voice.call import prompts
from voice.call.connector import Connector
from voice.call.line import PhoneLine
from voice.call.orphans import Orphans
from voice.call.parts import Parts
from voice.call.recording import CarrierRecorder
from voice.hearing import engines
from voice.hearing.answers import normalised
from voice.hearing.base import HearingFailed
from voice.hearing.vad import SileroVad
from voice.hearing.workers import ProcessEars
from voice.outbound import routes as outbound
from voice.outbound.dialler import Dialler
from voice.speaking import wording
from voice.speaking.speaker import Speaker, speaker
from voice.telephony import routes
from voice.telephony.client import Carrier
from voice.telephony.signature import Signatures

log = logging.getLogger(__name__)

DEMO_API = "/demo/twilio"


class Exchange:
    """The phone line of one center process."""

    def __init__(self, services: Services, ears: ProcessEars, mouth: Speaker) -> None:
        """Nothing is started."""
        settings = services.settings
        self.ears, self.mouth = ears, mouth
        self._services = services
        signatures = Signatures(tokens_of(services.secrets), settings.links_url)
        self._answers = routes.Answers(signatures)
        self._carrier = carrier_of(settings, services.secrets)
        parts = Parts(services, ears, mouth, SileroVad, normalised)
        self.line = PhoneLine(parts)
        if settings.call_recording and self._carrier is not None:
            recorder = CarrierRecorder(self._carrier, self.line.write)
            self.line.parts = replace(parts, recorder=recorder)
        self.router = APIRouter()
        self.router.include_router(routes.router(self.line, signatures))
        key = services.secrets["SESSION_KEY"].encode()
        self.router.include_router(outbound.router(self.line, signatures, key))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Take calls for as long as the context is open."""
        settings = self._services.settings
        background = [
            asyncio.create_task(self._hear(), name="recogniser"),
            asyncio.create_task(self._prepare(), name="prompts"),
            asyncio.create_task(Orphans(self.line, self._carrier).run(), name="lost calls"),
        ]
        if self._carrier is not None:
            connector = Connector(
                self.line, self._carrier, self._services.signals, self._answers.dial, self._answers.url
            )
            background.append(asyncio.create_task(connector.run(), name="connector"))
            if settings.outbound_calls:
                dialler = Dialler(
                    self._services.store,
                    self._services.clock,
                    self._carrier,
                    caller_id=settings.twilio_from,
                    base_url=settings.links_url,
                    concurrency=settings.outbound_calls,
                )
                background.append(asyncio.create_task(dialler.run(), name="dialler"))
        try:
            yield
        finally:
            for task in background:
                task.cancel()
            await asyncio.gather(*background, return_exceptions=True)
            await self.line.close()
            await self.ears.close()
            await self.mouth.close()
            if self._carrier is not None:
                await self._carrier.close()

    async def _hear(self) -> None:
        """Load the recogniser, so that the first caller does not wait for it."""
        try:
            await self.ears.start()
        except HearingFailed:
            log.exception("nothing can be heard; each utterance tries again")

    async def _prepare(self) -> None:
        """Make the fixed sentences, so that the first caller does not wait for them."""
        sentences = [one for text in prompts.fixed() for one in wording.sentences_of(text)]
        made = await self.mouth.prepare(sentences)
        log.info("%d prompts made", made)


def ears_of(settings: Settings) -> ProcessEars:
    """The recogniser that was chosen; its processes start with the exchange.

    Raises:
        ValueError: Vosk was chosen without a model.
    """
    if settings.recognizer == "pocketsphinx":
        return ProcessEars(engines.pocketsphinx(_folder(settings)), processes=settings.hearing_workers)
    if settings.vosk_model is None or not settings.vosk_model.is_dir():
        raise ValueError(f"RECOGNIZER=vosk needs VOSK_MODEL, the folder of a model: {settings.vosk_model}")
    return ProcessEars(engines.vosk(settings.vosk_model), processes=settings.hearing_workers)


def mouth_of(settings: Settings) -> Speaker:
    """The voice of the installation."""
    return speaker(_folder(settings))


def _folder(settings: Settings) -> Path:
    """Where language files and recorded prompts are kept."""
    return settings.data / "voice"


def tokens_of(secrets: Mapping[str, str]) -> tuple[str, ...]:
    """Whose signatures are good: the account's, and those made on this machine."""
    return tuple(secrets[name] for name in ("TWILIO_AUTH_TOKEN", "PHONE_KEY") if secrets.get(name))


def carrier_of(settings: Settings, secrets: Mapping[str, str]) -> Carrier | None:
    """Who directs calls; None where there is no carrier at all."""
    token = secrets.get("TWILIO_AUTH_TOKEN", "")
    if settings.twilio_account_sid and token:
        url = settings.twilio_api_url
    elif settings.twilio_api_url or settings.demo:
        # The network of the soft-phone lives in this process.
        token = secrets["PHONE_KEY"]
        url = settings.twilio_api_url or f"http://127.0.0.1:{settings.port}{DEMO_API}"
    else:
        return None
    return Carrier(settings.phone_account, token, url=url, timeout_seconds=settings.twilio_timeout_seconds)
