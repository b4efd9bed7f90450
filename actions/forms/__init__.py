"""The form engine: how any service collects what it needs from real people.

Pure: descriptions, state and an utterance go in, a decision comes out; it never touches database or network.
"""
