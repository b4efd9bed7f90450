"""Learns from the articles' questions before anybody asks: `python -m actions.answers.training`.

Where it was not run the action server does the same at its first start; the result never differs.
"""

import os
import sys
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "2")

from sentence_vectors import SentenceEncoder

from actions.answers.articles import read_library
from actions.answers.index import Index
from records.settings import settings

ARTICLES = Path(__file__).parents[2] / "nlu_data" / "articles"


def main() -> int:
    """Learn, and print the weights and thresholds that came of it."""
    models = settings().data / "models"
    library = read_library(ARTICLES)
    index = Index(library, SentenceEncoder(models), models / "vectors")
    asked = sum(len(article.questions) for article in library.articles)
    print(f"{len(library.articles)} articles, {asked} example questions")
    print(f"{sum(len(group) for group in library.unanswerable)} questions without an article")
    print(index.ruling.as_json())
    return 0


if __name__ == "__main__":
    sys.exit(main())
