"""The conversations as data: one file for each family of services.

A case `ends` in a record or is `refused` with its reason; what it needs and what must be there stands in it.
"""

from pathlib import Path
from typing import Any

import yaml

Case = dict[str, Any]


def cases() -> list[Case]:
    """All of them."""
    files = sorted(Path(__file__).parent.glob("*.yml"))
    return [case for file in files for case in yaml.safe_load(file.read_text())]
