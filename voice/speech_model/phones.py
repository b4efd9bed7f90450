"""The sounds the model tells apart, and how each synthesiser's names for them are written here.

Knows no audio. A sound without a place here is named by nothing: its frames are not learnt from.
"""

SILENCE = "SIL"

SPEECH = (
    *("AA", "AE", "AH", "AO", "AW", "AY", "B", "CH", "D", "DH", "EH", "ER", "EY"),
    *("F", "G", "HH", "IH", "IY", "JH", "K", "L", "M", "N", "NG", "OW", "OY", "P"),
    *("R", "S", "SH", "T", "TH", "UH", "UW", "V", "W", "Y", "Z", "ZH"),
)
"""The phones of the CMU dictionary, without stress."""

PHONES = (SILENCE, *SPEECH)
"""What one output of the net stands for, in its order."""

INDEX = {phone: place for place, phone in enumerate(PHONES)}

_ESPEAK = {
    **{
        "a": "AE",
        "aa": "AE",
        "A:": "AA",
        "0": "AA",
        "O2": "AA",
        "a#": "AH",
        "V": "AH",
        "@": "AH",
        "@-": "AH",
    },
    **{"O:": "AO", "O": "AO", "aU": "AW", "aI": "AY", "aI2": "AY", "aI3": "AY", "E": "EH", "e": "EH"},
    **{"3": "ER", "3:": "ER", "VR": "ER", "IR": "ER", "eI": "EY", "I": "IH", "I2": "IH", "I#": "IH"},
    **{"i": "IY", "i:": "IY", "oU": "OW", "OI": "OY", "U": "UH", "u:": "UW", "u": "UW"},
    **{"b": "B", "tS": "CH", "d": "D", "D": "DH", "f": "F", "g": "G", "h": "HH", "dZ": "JH", "k": "K"},
    **{"x": "K", "l": "L", "m": "M", "n": "N", "N": "NG", "p": "P", "r": "R", "r-": "R", "s": "S", "S": "SH"},
    **{"t": "T", "t#": "T", "t2": "T", "t[": "T", "?": "T", "T": "TH", "v": "V", "w": "W", "w#": "W"},
    **{"j": "Y", ";": "Y", "z": "Z", "Z": "ZH", "_": "SIL", "_:": "SIL"},
    **{"@L": "AH L", "n-": "AH N", "A@": "AA R", "o@": "AO R", "O@": "AO R", "e@": "EH R", "U@": "UH R"},
    **{"i@": "IY AH", "i@3": "IH R", "aI@": "AY ER"},
}

_FLITE = {"ax": "AH", "axr": "ER", "pau": "SIL", "ssil": "SIL", "h#": "SIL"}


def from_espeak(name: str) -> tuple[str, ...]:
    """The phones of one espeak-ng phoneme, stress marks and all; empty where it has no place here."""
    return tuple(_ESPEAK.get(name.lstrip("',%="), "").split())


def from_flite(name: str) -> tuple[str, ...]:
    """The phones of one flite segment; empty where it has no place here."""
    phone = _FLITE.get(name, name.upper())
    return (phone,) if phone in INDEX else ()
