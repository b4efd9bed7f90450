"""Sentence vectors from all-MiniLM-L6-v2, on the CPU.

Never loads torch and never fetches anything: the model file is written once by `sentence_vectors.export`.
"""

from sentence_vectors.encoder import DIMENSIONS, ModelFilesMissing, SentenceEncoder

__all__ = ["DIMENSIONS", "ModelFilesMissing", "SentenceEncoder"]
