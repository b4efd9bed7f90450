"""Memory of a long-running process: what was loaded at the start is never garbage, so it is not searched."""

import gc

LOOKS = (5_000, 5, 100)
"""Objects more than before at which the youngest are looked through, and how many such looks make a long one.
Few at a time: a look stops everything, and 20,000 objects take it 40 ms.
"""


def settle() -> None:
    """Call once when everything is loaded: later garbage collections look at what came after only."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*LOOKS)
