"""A Vosk model of our own, learnt from synthesised speech: for tests and for trying things without a network.

Not good enough for callers, and never offered as if it were: it has not heard a human being.
"""
