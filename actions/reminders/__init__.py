"""Risk reminders: what customers should hear of in time, each kind one declarative rule.

Planned as often as one likes and sent once; what the law demands cannot be turned off.
"""
