"""Calls that the centre makes: return visits and reminders by phone.

Paced, in permitted hours, only to who has not objected; a machine hears nothing personal. See docs/phone.md.
"""
