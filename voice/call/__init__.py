"""The call: one owner each, from the first ring to the last mark. Knows what was heard, never gets stuck."""
