"""The documentation's screenshots, taken by the tests that come past: only where PICTURES names a folder."""

import os
from pathlib import Path

from playwright.sync_api import Page


def picture(page: Page, name: str) -> None:
    """Take one, as `name`.png."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png")
