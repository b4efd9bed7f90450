"""A recording that the centre asked for: what would lie on Twilio's server, pauses included.

Kept beside the test's own record of the call, so that a test can prove what was not recorded.
"""

from dataclasses import dataclass, field

from voice.testing.recording import Recording
from voice.testing.sids import new_sid


@dataclass(slots=True)
class Tape:
    """One recording of one call."""

    callback: str = ""
    events: frozenset[str] = frozenset({"completed"})
    sid: str = field(default_factory=lambda: new_sid("RE"))
    status: str = "in-progress"
    skips: bool = False
    """A pause leaves no gap; otherwise it is silence as long as it was."""
    sound: Recording = field(default_factory=Recording)

    def add(self, spoken: bytes, heard: bytes) -> None:
        """One frame of the call."""
        if self.status == "in-progress":
            self.sound.add(spoken, heard)
        elif self.status == "paused" and not self.skips:
            self.sound.add(b"", b"")

    def fields(self, account: str) -> dict[str, str]:
        """As a callback says it."""
        length = {"RecordingDuration": str(round(self.sound.seconds))} if self.status == "completed" else {}
        return {
            "RecordingSid": self.sid,
            "RecordingUrl": f"https://api.twilio.com/2010-04-01/Accounts/{account}/Recordings/{self.sid}",
            "RecordingStatus": self.status,
            "RecordingChannels": "2",
            **length,
        }
