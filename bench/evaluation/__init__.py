"""Everything measured about understanding, in one page: `make eval`.

Reads test sets and prints totals; shows no line of them, and changes nothing.
"""
