"""Huiting, the phone line: calls, hearing, speaking, turn taking.

Calls the turn of `bot`, never the other way round.
"""
