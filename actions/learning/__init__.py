"""The learning loop on this side of the engine: which turns people should look at, and what they decided.

Never changes a model: it collects, masks, exports and reports; training is the engine's.
"""
