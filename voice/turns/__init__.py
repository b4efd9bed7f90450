"""Turn taking: who may speak, decided on a given clock of seconds of audio.

Pure: no audio, no tasks, no clock of its own. The call feeds `TurnTaking` and carries out what it decides.
"""

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
from voice.turns.ladders import Ladder, Step
from voice.turns.profiles import Endpointing, Interruption
from voice.turns.states import State
from voice.turns.taking import TurnTaking

__all__ = [
    "BargeIn",
    "BotHeld",
    "BotResumed",
    "Cause",
    "Decision",
    "Ending",
    "Endpointing",
    "Interruption",
    "Keypad",
    "Keys",
    "Ladder",
    "NoInput",
    "SettleDiscarded",
    "SettleEarly",
    "SpeechDropped",
    "SpeechStarted",
    "State",
    "Step",
    "TurnEnded",
    "TurnTaking",
]
