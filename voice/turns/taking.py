"""Turn taking of one call: what was heard, pressed and played goes in with its time, decisions come out.

How the call drives it:

    expect(...)        before a question is put: the profile, the keys, whether it may be interrupted
    bot_started(at)    the first sound of a message is sent; bot_heard(at, mark) for each mark that comes
                       back; bot_finished(at) when the last one did (or the bot has nothing to say)
    frame(at, p)       every frame of the caller's audio, with its probability of voice
    partial(at, text)  newest words of the hearing that SpeechStarted asked for
    settled(at, text)  the result SettleEarly asked for; one that SettleDiscarded overtook is not passed on
    key(at, key)       a key of the phone
    tick(at)           when no frame has come for a while: the deadlines hold though the audio stands still

Everything returns the decisions that follow, in order. While the bot is held, the call keeps what was not
heard: BotResumed goes on with it after the mark, BargeIn throws it away. TurnEnded without a text means that
the hearing still owes it. It never calls anything, and it never waits.
"""

from voice.turns import wording
from voice.turns.decisions import (
    BargeIn,
    BotHeld,
    BotResumed,
    Cause,
    Decision,
    Ending,
    NoInput,
    SettleDiscarded,
    SettleEarly,
    SpeechDropped,
    SpeechStarted,
    TurnEnded,
)
from voice.turns.keypad import Keypad, Keys
from voice.turns.onset import VoiceTrack
from voice.turns.pauses import Pauses
from voice.turns.profiles import FREE, Endpointing, Interruption
from voice.turns.speech import Speech
from voice.turns.states import TABLE, Signal, State

NO_INPUTS = 3
"""So many silences in a row, and a person takes over."""

CUT_OFF_SECONDS = 1.5
"""Who speaks again so soon after their turn was ended was cut off: it was a pause."""

EARLIER_SECONDS = 1.0
"""The most of what was said over the end of a sentence that must be heard which still counts as said."""

UNSURE = 0.4
"""A single word that is less certain, in a short sound, is taken for a noise."""


class TurnTaking:
    """Who may speak in one call."""

    def __init__(self) -> None:
        """The call has begun; nobody has spoken."""
        self.state = State.LISTENING
        self._profile = FREE
        self._interruption = Interruption()
        self._keys = Keys()
        self._track = VoiceTrack()
        self._pauses = Pauses()
        self._speech: Speech | None = None
        self._keypad = Keypad(self._keys)
        self._early_keys: list[str] = []
        self._waiting_since = 0.0
        self._bot_since = 0.0
        self._mark: str | None = None
        self._false_holds = 0
        self._no_inputs = 0
        self._ended_quiet_since: float | None = None
        self._out: list[Decision] = []

    @property
    def caller_speaks(self) -> bool:
        """Whether the bot should not begin to speak now."""
        return self.state in (State.SPEAKING, State.PAUSING, State.KEYING)

    def expect(
        self, profile: Endpointing, keys: Keys | None = None, interruption: Interruption | None = None
    ) -> None:
        """What the next question waits for."""
        self._profile = profile
        self._keys = keys or Keys()
        self._interruption = interruption or Interruption()

    def frame(self, at: float, probability: float) -> tuple[Decision, ...]:
        """A frame of the caller's audio that ends at `at`."""
        voiced = self._track.hear(at, probability)
        if self._speech is not None:
            self._speech.voice_seconds += voiced
        if self.state in (State.LISTENING, State.THINKING, State.TALKING):
            self._look_for_voice(at)
        elif self.state in (State.SPEAKING, State.PAUSING, State.HOLDING):
            self._follow_voice(at)
        return self.tick(at)

    def tick(self, at: float) -> tuple[Decision, ...]:
        """The time is `at`: whatever is due."""
        if self.state is State.LISTENING:
            self._check_no_input(at)
        elif self.state is State.KEYING and self._keypad.is_idle(at):
            self._end_keys(at, Ending.KEYS_IDLE)
        elif self.state is State.HOLDING:
            self._judge_interruption(at)
        if self.state in (State.SPEAKING, State.PAUSING):
            self._check_end(at)
        out, self._out = tuple(self._out), []
        return out

    def partial(self, at: float, text: str) -> tuple[Decision, ...]:
        """The newest words of the open hearing."""
        if self._speech is not None:
            self._speech.hear(at, text)
        return self.tick(at)

    def settled(self, at: float, text: str, confidence: float = 1.0) -> tuple[Decision, ...]:
        """The result of the open hearing up to the last SettleEarly."""
        speech = self._speech
        if speech is None or not speech.is_asked:
            return self.tick(at)
        noise = (
            self.state is State.HOLDING
            and confidence < UNSURE
            and len(text.split()) == 1
            and speech.voice_seconds < self._interruption.voice_seconds
        )
        speech.text = "" if noise else text
        is_empty = not speech.text.strip() and speech.voice_seconds < self._interruption.wordless_seconds
        if self.state is State.PAUSING and is_empty:
            self._drop(at)
            self._go(Signal.NOTHING)
        return self.tick(at)

    def key(self, at: float, key: str) -> tuple[Decision, ...]:
        """A key of the phone."""
        if self.state is State.TALKING and not self._interruption.allowed:
            self._early_keys.append(key)
            return self.tick(at)
        before = self.state
        if before is not State.KEYING:
            self._keypad = Keypad(self._keys)
        if before in (State.TALKING, State.HOLDING):
            self._out.append(BargeIn(at, Cause.KEY, self._mark))
        if self._speech is not None:
            self._drop(at)
        self._go(Signal.KEY)
        if self._keypad.press(at, key):
            self._end_keys(at, Ending.KEYS)
        return self.tick(at)

    def bot_started(self, at: float) -> tuple[Decision, ...]:
        """The bot's message begins to sound."""
        self._bot_since = at
        self._mark = None
        self._false_holds = 0
        before = self.state
        self._go(Signal.BOT_STARTED)
        if before is State.KEYING:
            self._out.append(BargeIn(at, Cause.KEY, None))
        elif self.state is State.HOLDING:
            self._out.append(BotHeld(at))
        else:
            self._track.forget()
        return self.tick(at)

    def bot_heard(self, at: float, mark: str) -> tuple[Decision, ...]:
        """The caller has heard the message up to this mark."""
        self._mark = mark
        return self.tick(at)

    def bot_finished(self, at: float) -> tuple[Decision, ...]:
        """The caller has heard the whole message."""
        was_talking = self.state is State.TALKING
        self._go(Signal.BOT_FINISHED)
        if self.state is State.LISTENING:
            self._waiting_since = at
        if self._speech is not None and self._speech.quiet_since is not None:
            self._go(Signal.QUIET)
        if was_talking and self._interruption.allowed:
            # The end of the bot's own echo is no answer to it.
            self._track.forget()
        early, self._early_keys = self._early_keys, []
        decisions = [decision for key in early for decision in self.key(at, key)]
        return (*decisions, *self.tick(at))

    def _go(self, signal: Signal) -> None:
        self.state = TABLE.get((self.state, signal), self.state)

    def _look_for_voice(self, at: float) -> None:
        track = self._track
        if self.state is State.TALKING:
            if not self._interruption.allowed:
                return
            if at - self._bot_since <= self._interruption.guard_seconds:
                track.forget()
                return
            again = self._false_holds > 0
            needed = self._interruption.hold_again_seconds if again else self._interruption.hold_seconds
        else:
            needed = self._profile.start_seconds
        if track.began is None or track.voice_seconds < needed:
            return
        began = max(track.began, at - EARLIER_SECONDS)
        if self.state is State.THINKING and self._ended_quiet_since is not None:
            pause = began - self._ended_quiet_since
            if pause <= CUT_OFF_SECONDS:
                self._pauses.learn(pause)
        was_talking = self.state is State.TALKING
        self._go(Signal.VOICE)
        if was_talking:
            self._out.append(BotHeld(at))
        self._speech = Speech(began, voice_seconds=track.voice_seconds)
        self._out.append(SpeechStarted(at, began))

    def _follow_voice(self, at: float) -> None:
        """Where the caller's voice stops and goes on; the same while the bot is held."""
        speech, track = self._speech, self._track
        if speech is None:
            return
        if speech.quiet_since is None:
            if track.began is None:
                speech.quiet_since = track.voiced_until
                self._go(Signal.QUIET)
        elif track.began is not None and track.voice_seconds >= self._profile.again_seconds:
            self._pauses.learn(track.began - speech.quiet_since)
            if speech.go_on():
                self._out.append(SettleDiscarded(at))
            self._go(Signal.AGAIN)

    def _settle_early(self, at: float, speech: Speech, is_due: bool) -> None:
        if is_due and not speech.is_asked:
            speech.is_asked = True
            self._out.append(SettleEarly(at))

    def _check_end(self, at: float) -> None:
        speech, profile = self._speech, self._profile
        if speech is None:
            return
        if at - speech.began >= profile.cap_seconds:
            self._end(at, speech, Ending.CAP)
            return
        if speech.quiet_since is None:
            return
        quiet = at - speech.quiet_since
        self._settle_early(at, speech, quiet >= profile.early_seconds)
        complete = (
            profile.digits is not None
            and speech.text is not None
            and wording.digits_in(speech.text) >= profile.digits
        )
        if complete and quiet >= profile.complete_seconds:
            self._end(at, speech, Ending.COMPLETE)
            return
        floor = self._pauses.silence_seconds(profile.silence_seconds, profile.longest_seconds)
        if wording.is_unfinished(speech.words):
            floor += profile.unfinished_seconds
        if quiet < floor:
            return
        if speech.text is not None:
            self._end(at, speech, Ending.SILENCE)
        elif quiet >= max(floor, profile.early_seconds + profile.settle_seconds):
            self._end(at, speech, Ending.UNSETTLED)

    def _judge_interruption(self, at: float) -> None:
        speech, rules = self._speech, self._interruption
        if speech is None:
            return
        quiet = 0.0 if speech.quiet_since is None else at - speech.quiet_since
        is_over = quiet > 0
        self._settle_early(at, speech, quiet >= rules.judge_seconds)
        cause = speech.claims_the_floor(at, rules, is_over=is_over)
        is_nothing = is_over and speech.text is not None
        is_nothing |= quiet >= rules.judge_seconds and speech.is_only_listening(at, rules)
        if quiet >= rules.judge_seconds + self._profile.settle_seconds and not is_nothing and cause is None:
            # Nobody says what it was.
            if speech.voice_seconds >= rules.voice_seconds:
                cause = Cause.VOICE
            is_nothing = True
        if cause is not None:
            self._out.append(BargeIn(at, cause, self._mark))
            self._go(Signal.CLAIMED)
            if is_over:
                self._go(Signal.QUIET)
        elif is_nothing:
            self._out.append(BotResumed(at, self._mark))
            self._drop(at)
            self._false_holds += 1
            self._bot_since = at
            self._go(Signal.NOTHING)

    def _end(self, at: float, speech: Speech, reason: Ending) -> None:
        until = speech.quiet_since if speech.quiet_since is not None else at
        self._out.append(TurnEnded(at, reason, until, speech.text))
        self._ended_quiet_since = speech.quiet_since
        self._speech = None
        self._track.forget()
        self._no_inputs = 0
        self._go(Signal.OVER)

    def _end_keys(self, at: float, reason: Ending) -> None:
        if not self._keypad.entry:
            self._waiting_since = at
            self._go(Signal.NOTHING)
            return
        self._out.append(TurnEnded(at, reason, None, keys=self._keypad.entry))
        self._ended_quiet_since = None
        self._track.forget()
        self._no_inputs = 0
        self._go(Signal.OVER)

    def _drop(self, at: float) -> None:
        self._out.append(SpeechDropped(at))
        self._speech = None
        self._track.forget()

    def _check_no_input(self, at: float) -> None:
        if self._track.began is not None or at - self._waiting_since < self._profile.no_input_seconds:
            return
        self._no_inputs += 1
        self._waiting_since = at
        self._out.append(NoInput(at, self._no_inputs, last=self._no_inputs >= NO_INPUTS))
