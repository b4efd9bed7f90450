"""What is keyed in one turn: # ends it, * begins it anew, a full entry ends by itself.

An entry is never cut: keys beyond a full entry belong to the next turn.
"""

from dataclasses import dataclass

END_KEY = "#"
AGAIN_KEY = "*"


@dataclass(frozen=True, slots=True)
class Keys:
    """What may be keyed as the answer to a question."""

    length: int | None = None
    """So many digits are a full entry; None: # or a wait ends it."""

    idle_seconds: float = 3.0
    """Longest wait for the next key."""

    meanings: tuple[tuple[str, str], ...] = ()
    """What single keys stand for: ("1", "yes"), ("2", "no"). Such an answer is one key long."""

    letters: tuple[tuple[str, str], ...] = ()
    """What a key stands for inside an entry where it is no digit: ("*", "X") for an identity number."""

    @property
    def wanted(self) -> int | None:
        """How many keys are a full entry."""
        return 1 if self.meanings else self.length

    def text(self, keys: str) -> str:
        """The entry as the customer would have typed it."""
        letters = dict(self.letters)
        return dict(self.meanings).get(keys, "".join(letters.get(key, key) for key in keys))


class Keypad:
    """An entry that is being keyed."""

    def __init__(self, keys: Keys) -> None:
        """Nothing is keyed yet."""
        self._keys = keys
        self._entry = ""
        self._last: float = 0.0

    @property
    def entry(self) -> str:
        """What was keyed so far."""
        return self._entry

    def press(self, at: float, key: str) -> bool:
        """Take a key; whether the entry is complete now."""
        self._last = at
        if key == END_KEY:
            return True
        if key == AGAIN_KEY and not self._stands_for_a_letter(key):
            self._entry = ""
            return False
        self._entry += key
        return self._keys.wanted is not None and len(self._entry) >= self._keys.wanted

    def is_idle(self, at: float) -> bool:
        """Whether the next key was waited for long enough."""
        return at - self._last >= self._keys.idle_seconds

    def _stands_for_a_letter(self, key: str) -> bool:
        wanted = self._keys.wanted
        return wanted is not None and len(self._entry) == wanted - 1 and key in dict(self._keys.letters)
