"""Memory of a long-running process: what was loaded at the start is never garbage, so it is not searched."""

import gc

ALLOCATIONS_BETWEEN_LOOKS = 20_000


def settle() -> None:
    """Call once when everything is loaded: later garbage collections look at what came after only."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(ALLOCATIONS_BETWEEN_LOOKS, 20, 50)
