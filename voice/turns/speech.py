"""What is known of the caller's speech while it goes on, and whether it is meant to interrupt.

One of these lives from SpeechStarted to the end of the turn.
"""

from dataclasses import dataclass, field

from actions.normalise import words
from voice.turns import wording
from voice.turns.decisions import Cause
from voice.turns.profiles import Interruption


@dataclass(slots=True)
class Speech:
    """One turn of the caller."""

    began: float
    voice_seconds: float
    quiet_since: float | None = None
    """Since when the caller pauses; None while they speak."""

    partial: str = ""
    _since: list[tuple[str, float]] = field(default_factory=list)
    """The words of the partial text, and since when each stands where it stands."""

    text: str | None = None
    """The settled text of all that was said; None when more was said since, or it is not there yet."""

    is_asked: bool = False
    """Whether the hearing was asked for its result in this pause."""

    @property
    def words(self) -> str:
        """The best that is known of what was said."""
        return self.partial if self.text is None else self.text

    def go_on(self) -> bool:
        """The pause is over; whether a result had been asked for in it."""
        was_asked = self.is_asked
        self.quiet_since, self.text, self.is_asked = None, None, False
        return was_asked

    def hear(self, at: float, partial: str) -> None:
        """The newest words; none are no news."""
        said = words(partial)
        if not said:
            return
        kept = 0
        while kept < min(len(said), len(self._since)) and self._since[kept][0] == said[kept]:
            kept += 1
        self._since = self._since[:kept] + [(word, at) for word in said[kept:]]
        self.partial = partial

    def standing(self, at: float, seconds: float) -> str:
        """The settled text, or the words that have stood for so long: the newest ones are guesses."""
        if self.text is not None:
            return self.text
        standing: list[str] = []
        for word, since in self._since:
            if at - since < seconds:
                break
            standing.append(word)
        return " ".join(standing)

    def claims_the_floor(self, at: float, rules: Interruption, *, is_over: bool) -> Cause | None:
        """Why the bot is interrupted by it, or None as long as it is not."""
        heard = self.standing(at, rules.stable_seconds)
        if wording.has_stop_word(heard):
            return Cause.STOP_WORD
        telling = len(wording.telling_words(heard))
        if telling >= rules.words or (telling and self.voice_seconds >= rules.voice_seconds):
            return Cause.WORDS
        if self.text is not None:
            # The voice was heard to its end: a word that tells something counts, a sound does not.
            return Cause.WORDS if telling else None
        if is_over:
            return None
        agreeing = wording.is_only_listening(self.partial)
        enough = rules.agreeing_seconds if agreeing else rules.wordless_seconds
        return Cause.VOICE if self.voice_seconds >= enough else None

    def is_only_listening(self, at: float, rules: Interruption) -> bool:
        """Whether all its words have stood for a while, and none of them says anything."""
        heard = self.standing(at, rules.stable_seconds)
        return wording.is_only_listening(heard) and len(words(heard)) == len(self._since)
