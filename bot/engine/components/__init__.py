"""Our understanding, as components of Rasa's graph.

Never imports TensorFlow, never pickles: what is kept is npz and JSON.
"""
