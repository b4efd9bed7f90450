"""Tier 2: answers from the insurer's own articles, quoted and named, or an honest "I don't know".

Nothing personal is ever answered from here, and nothing is made up.
"""

from actions.answers.articles import Article, Library, read_articles, read_library
from actions.answers.index import Encoder, Found, Index, Kind

__all__ = ["Article", "Encoder", "Found", "Index", "Kind", "Library", "read_articles", "read_library"]
