"""Where the engine keeps conversations, and how it keeps two turns of one conversation apart.

Never falls back in silence: a store that fails, fails the turn.
"""
