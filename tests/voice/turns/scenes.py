"""A call told in seconds: who makes a sound when; turn taking on a virtual clock listens."""

from voice.turns import Decision, Endpointing, Interruption, Keys, TurnTaking
from voice.turns.profiles import FREE

FRAME = 0.032


class Scene:
    """Turn taking and everything it decided."""

    def __init__(
        self,
        profile: Endpointing = FREE,
        keys: Keys | None = None,
        interruption: Interruption | None = None,
    ) -> None:
        self.now = 0.0
        self.turns = TurnTaking()
        self.turns.expect(profile, keys, interruption)
        self.decisions: list[Decision] = []

    def take(self, decisions: tuple[Decision, ...]) -> "Scene":
        self.decisions.extend(decisions)
        return self

    def sound(self, seconds: float, probability: float) -> "Scene":
        end = self.now + seconds
        while self.now + FRAME <= end + 1e-9:
            self.now += FRAME
            self.take(self.turns.frame(self.now, probability))
        return self

    def voice(self, seconds: float) -> "Scene":
        return self.sound(seconds, 0.95)

    def quiet(self, seconds: float) -> "Scene":
        return self.sound(seconds, 0.02)

    def partial(self, text: str) -> "Scene":
        return self.take(self.turns.partial(self.now, text))

    def settled(self, text: str, confidence: float = 1.0) -> "Scene":
        return self.take(self.turns.settled(self.now, text, confidence))

    def keys(self, keys: str) -> "Scene":
        for key in keys:
            self.take(self.turns.key(self.now, key))
        return self

    def bot(self) -> "Scene":
        return self.take(self.turns.bot_started(self.now))

    def mark(self, mark: str) -> "Scene":
        return self.take(self.turns.bot_heard(self.now, mark))

    def bot_done(self) -> "Scene":
        return self.take(self.turns.bot_finished(self.now))

    def say(self, seconds: float, text: str) -> "Scene":
        """Speak, be quiet until the recogniser is asked, and have it answer."""
        self.voice(seconds).quiet(0.3)
        return self.settled(text)

    def of[Kind](self, kind: type[Kind]) -> list[Kind]:
        return [decision for decision in self.decisions if isinstance(decision, kind)]

    def one[Kind](self, kind: type[Kind]) -> Kind:
        (found,) = self.of(kind)
        return found

    @property
    def kinds(self) -> list[str]:
        return [type(decision).__name__ for decision in self.decisions]
