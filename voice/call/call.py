"""One call with the bot, from its stream's first word to its last, owned by one task.

Every wait has an end: for audio, for marks, for the bot, for the whole call. Whatever goes wrong, the stream
is closed, and the document that opened it brings the caller to the bot again or to a person.
"""

import asyncio
import logging
from dataclasses import dataclass

from actions.services.registry import SERVICES
from handoff.reasons import Reason
from records.ledger import Entry
from records.models import Leaving
from voice.call import opening, prompts
from voice.call.answers import Answers, Ask, Obey, Person, Send, Verdict
from voice.call.commands import Command
from voice.call.deadlines import AUDIO_SECONDS, Deadlines, Due
from voice.call.dialogue import Dialogue, Standing
from voice.call.floor import Floor, Happening, Keyed, Made, Mute, Said, Settled, Silent, Spoke
from voice.call.latency import Stopwatch
from voice.call.parts import Parts
from voice.call.playback import Outcome
from voice.call.talk import Talk
from voice.call.tape import Tape
from voice.call.tasks import Tasks
from voice.call.wire import LineBroke, Wire
from voice.hearing.base import GrammarKind, Heard
from voice.speaking.wishes import Wish
from voice.telephony.messages import Dtmf, Mark, Media, Message, Stop

log = logging.getLogger(__name__)

TICK_SECONDS = 0.25
"""Longest time between two looks at the deadlines."""


@dataclass(frozen=True, slots=True)
class News:
    """For the inbox: entries of the ledger."""

    entries: list[Entry]


@dataclass(frozen=True, slots=True)
class Broken:
    """For the inbox: a task of the call has failed."""

    error: BaseException


class Call:
    """One stream of one call."""

    def __init__(self, wire: Wire, parts: Parts, call_sid: str, standing: Standing) -> None:
        """`wire` was let in; nothing is sent yet."""
        self.sid = call_sid
        self._wire = wire
        self._parts = parts
        self._standing = standing
        self._inbox: asyncio.Queue[Message | Settled | Made | News | Broken] = asyncio.Queue()
        self._watch = Stopwatch(call_sid)
        self._floor = Floor(wire, parts.ears, parts.vad(), parts.mouth, self._inbox.put_nowait, self._watch)
        self._dialogue = Dialogue(parts.services, call_sid, standing)
        self._talk = Talk(gentle=standing.gentle)
        self._answers = Answers()
        self._naming = ""
        self._deadlines = Deadlines(self._now(), parts.services.settings.call_minutes * 60)
        self._tasks = Tasks(f"call {call_sid}", lambda error: self._inbox.put_nowait(Broken(error)))
        self._tape = Tape(call_sid, parts.recorder, self._tasks)
        self._is_closed = False

    async def run(self) -> None:
        """Talk until the stream ends, and leave nothing behind."""
        self._tasks.start(self._read(), "line is read")
        news = self._dialogue.follow(lambda entries: self._inbox.put_nowait(News(entries)))
        self._tasks.start(news, "ledger")
        try:
            await self._open()
            while not self._is_closed:
                await self._step()
        except LineBroke:
            log.info("call %s: the line broke", self.sid)
        except Exception:
            log.exception("call %s failed: a person takes over", self.sid)
            await self._dialogue.hand_over(Reason.BOT_FAILED)
        finally:
            await self._tasks.end()
            outcome = await self._floor.close()
            if outcome is not None:
                await self._record(outcome)
            await self._wire.close()

    async def _open(self) -> None:
        recorded = self._parts.recorder is not None
        if await opening.begin(self._standing, self._dialogue, self._talk, recorded=recorded):
            self._answers.expect(self._talk.listening, gentle=self._talk.gentle)
        self._listen()
        self._speak_on()

    async def _step(self) -> None:
        happened: list[Happening] = []
        try:
            async with asyncio.timeout(TICK_SECONDS):
                event = await self._inbox.get()
        except TimeoutError:
            happened += await self._floor.tick()
        else:
            happened += await self._take(event)
        for one in happened:
            await self._on(one)
        await self._check_deadlines()
        if not self._is_closed:
            await self._go_on()

    async def _take(self, event: Message | Settled | Made | News | Broken) -> list[Happening]:
        match event:
            case Media(audio=audio):
                self._deadlines.audio(self._now())
                return await self._floor.audio(audio)
            case Dtmf(digit=digit):
                return await self._floor.key(digit)
            case Mark(name=name):
                return await self._floor.mark(name)
            case Made():
                return await self._floor.made(event)
            case Settled():
                return await self._floor.settled(event)
            case News(entries=entries):
                await self._news(entries)
            case Broken(error=error):
                raise RuntimeError("a task of the call failed") from error
            case Stop():
                self._is_closed = True
        return []

    async def _news(self, entries: list[Entry]) -> None:
        self._watch.answered()
        self._deadlines.answered()
        naming, self._naming = self._naming, ""
        if self._talk.news(entries, naming):
            if self._talk.listening.grammar.kind is GrammarKind.NAME:
                self._talk.names = await self._dialogue.names()
            self._answers.expect(self._talk.listening, gentle=self._talk.gentle)
            self._tape.asks(secret=self._talk.listening.secret)

    async def _on(self, happening: Happening) -> None:
        match happening:
            case Said(outcome=outcome):
                await self._said(outcome)
            case Spoke(heard=heard):
                grammar = self._answers.listening.grammar
                text = self._parts.typed(heard, grammar) if heard is not None else ""
                verdict = self._answers.spoken(text, heard)
                self._write_down(text, verdict)
                await self._obey(verdict)
            case Keyed(keys=keys):
                await self._obey(self._answers.keyed(keys))
            case Silent(times=times, last=last):
                verdict = self._answers.silent(times, last=last)
                self._write_down("", verdict)
                await self._obey(verdict)
            case Mute():
                log.error("call %s cannot be spoken to: a person takes over", self.sid)
                await self._dialogue.hand_over(Reason.BOT_FAILED)
                self._is_closed = True

    async def _said(self, outcome: Outcome) -> None:
        await self._record(outcome)
        if outcome.is_whole:
            if self._standing.is_new:
                self._tape.told()
            return
        for utterance in self._talk.drop():
            await self._record(Outcome(utterance, 0))

    async def _record(self, outcome: Outcome) -> None:
        if outcome.utterance.seqs:
            await self._dialogue.heard(outcome, max(outcome.utterance.seqs))

    async def _obey(self, verdict: Verdict) -> None:
        if self._talk.leaving is not None:
            return  # all that is left is to be heard
        match verdict:
            case Send(text=text, heard=heard, naming=naming):
                await self._send(text, heard, naming)
            case Ask(text=text, with_question=with_question):
                self._talk.aside(text, with_question=with_question)
            case Person(reason=reason, text=text):
                self._talk.aside(text, firm=True)
                await self._dialogue.hand_over(reason)
            case Obey(command=command):
                await self._do(command)

    def _write_down(self, heard: str, verdict: Verdict) -> None:
        """Put on the record what stays between the caller and the line: people read along."""
        if isinstance(verdict, Send) or self._talk.leaving is not None:
            return
        asked = verdict.command.value if isinstance(verdict, Obey) else verdict.text
        secret = self._talk.listening.secret
        self._tasks.start(self._dialogue.note_exchange(heard, asked, secret=secret), "written down")

    async def _send(self, text: str, heard: Heard | None, naming: str = "") -> None:
        self._watch.sent()
        if await self._dialogue.say(text, heard, secret=self._talk.listening.secret):
            self._naming = naming
            self._deadlines.asked(self._now())

    async def _do(self, command: Command | Wish) -> None:
        match command:
            case Wish.AGAIN:
                if not self._talk.again():
                    self._talk.aside(prompts.NOTHING_TO_REPEAT)
            case Wish.SLOWER:
                self._talk.slower()
                self._talk.again(prompts.SLOWER)
                await self._dialogue.keep_gentle()
            case Wish.MORE:
                self._talk.more()
            case Wish.BACK:
                words = self._talk.previous(_title_of)
                if words is None:
                    self._talk.earlier()
                else:
                    await self._send(words, None)
            case Command.CHAT:
                sent = await self._dialogue.send_link()
                self._talk.aside(prompts.LINK_SENT if sent else prompts.NO_LINK, with_question=True)
            case Command.NO_RECORDING:
                self._tape.stop()
                await self._dialogue.note("The caller does not want to be recorded.")
                self._talk.aside(prompts.NOT_RECORDED, with_question=True)
        self._answers.expect(self._talk.listening, gentle=self._talk.gentle)

    async def _go_on(self) -> None:
        """Say what is to be said next, or leave once all is said."""
        if self._floor.is_speaking:
            return
        if not self._speak_on() and self._talk.leaving is not None:
            await self._leave(self._talk.leaving)

    def _speak_on(self) -> bool:
        line = self._talk.next()
        self._listen()
        if line is None:
            return False
        self._floor.listen(self._answers.listening, line.interruption)
        self._floor.say(line.utterance, self._talk.pace)
        return True

    def _listen(self) -> None:
        self._floor.listen(self._answers.listening)

    async def _leave(self, leaving: Leaving) -> None:
        await self._dialogue.leave(leaving)
        self._is_closed = True

    async def _check_deadlines(self) -> None:
        leaves = self._talk.leaving is not None
        someone_speaks = self._floor.is_speaking or self._floor.caller_speaks
        match self._deadlines.due(self._now(), leaves=leaves, someone_speaks=someone_speaks):
            case Due.LINE_DEAD:
                log.warning("call %s: no audio for %.0f s", self.sid, AUDIO_SECONDS)
                self._is_closed = True
            case Due.PERSON:
                await self._dialogue.hand_over(Reason.BOT_FAILED)
            case Due.ONE_MOMENT:
                self._talk.aside(prompts.ONE_MOMENT)
            case Due.STILL_AT_IT:
                self._talk.aside(prompts.STILL_AT_IT)

    async def _read(self) -> None:
        while True:
            message = await self._wire.receive()
            self._inbox.put_nowait(message)
            if isinstance(message, Stop):
                return

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()


def _title_of(service: str, name: str) -> str | None:
    """The title of a question that can be asked again; secrets are forgotten, so they cannot."""
    known = next((one for one in SERVICES.values() if service in (one.code, one.intent)), None)
    found = known.field(name) if known else None
    return None if found is None or found.secret else found.title
