"""What the caller has really heard, known from the marks that come back. Pure.

A mark that comes back after a clear proves nothing: what it stood for counts as not heard.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Utterance:
    """Something to be said: its sentences, and the entries of the ledger that it says."""

    sentences: tuple[str, ...]
    seqs: tuple[int, ...] = ()
    """Empty for what is said on the side: a filler, a question whether somebody is there."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How much of an utterance was heard."""

    utterance: Utterance
    heard: int
    """Sentences heard to their end."""

    @property
    def is_whole(self) -> bool:
        """Whether nothing was cut off."""
        return self.heard == len(self.utterance.sentences)

    @property
    def heard_text(self) -> str:
        """What the caller heard."""
        return " ".join(self.utterance.sentences[: self.heard])

    @property
    def lost_text(self) -> str:
        """What the caller did not hear, the sentence that was cut included."""
        return " ".join(self.utterance.sentences[self.heard :])


@dataclass(slots=True)
class Playback:
    """One utterance at a time on its way into the caller's ear."""

    _generation: int = 0
    _utterance: Utterance | None = None
    _heard: int = 0
    _sent: int = 0
    _is_held: bool = False

    @property
    def utterance(self) -> Utterance | None:
        """What is being said."""
        return self._utterance

    @property
    def generation(self) -> int:
        """Goes up whenever what was sent before is not waited for any more."""
        return self._generation

    @property
    def is_held(self) -> bool:
        """Whether it was stopped, and may go on."""
        return self._is_held

    @property
    def next_index(self) -> int:
        """The sentence to be sent next."""
        return self._sent

    @property
    def is_sent(self) -> bool:
        """Whether all of it is on its way."""
        return self._utterance is not None and self._sent == len(self._utterance.sentences)

    def begin(self, utterance: Utterance) -> None:
        """Start to say something; what was being said is given up: take its outcome first."""
        self._generation += 1
        self._utterance, self._heard, self._sent, self._is_held = utterance, 0, 0, False

    def sent(self) -> str:
        """The next sentence is on its way; returns the name of the mark to send behind it."""
        name = f"g{self._generation}:s{self._sent}"
        self._sent += 1
        return name

    def returned(self, mark: str) -> bool:
        """A mark came back; whether it is proof that a sentence was heard."""
        if self._utterance is None or self._is_held:
            return False
        generation, _, sentence = mark.partition(":")
        if generation != f"g{self._generation}" or not sentence[1:].isdigit():
            return False
        index = int(sentence[1:])
        if not self._heard <= index < self._sent:
            return False
        self._heard = index + 1
        return True

    @property
    def is_heard(self) -> bool:
        """Whether all of it was heard."""
        return self._utterance is not None and self._heard == len(self._utterance.sentences)

    def hold(self) -> None:
        """Everything that is not heard was cleared; its marks prove nothing."""
        self._is_held = True
        self._generation += 1

    def resume(self) -> None:
        """Go on with the first sentence that was not heard to its end."""
        self._is_held = False
        self._sent = self._heard

    def end(self) -> Outcome | None:
        """It is over, heard or cut off; None when nothing was being said."""
        if self._utterance is None:
            return None
        outcome = Outcome(self._utterance, self._heard)
        self._utterance = None
        self._generation += 1
        self._is_held = False
        return outcome
