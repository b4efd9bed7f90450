"""Sends Rasa's talk to a file: a terminal shows only the few lines this engine prints itself.

Never logs below WARNING: message texts are customers' data, and composing unread lines costs time a turn.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def to_file(path: Path, level: int = logging.WARNING) -> None:
    """Send everything of the given level and above to the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(
        filename=path, level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s", force=True
    )
    # Rasa 3.6.21 runs on libraries of its own age; their farewell notices help nobody.
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").setLevel(logging.ERROR)

    import structlog

    structlog.configure(
        processors=[structlog.stdlib.add_log_level, structlog.processors.KeyValueRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
