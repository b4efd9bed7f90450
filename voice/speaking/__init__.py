"""What the caller hears: a bot's message put into words for the ear, and those words made sound.

Knows nothing of calls or streams: text and pace go in, telephone audio comes out.
"""
