"""The console's page of the documentation says what the console does."""

from pathlib import Path

from handoff.console.words import SHORTCUTS

PAGE = Path(__file__).parents[2] / "docs" / "console.md"


def test_every_key_is_documented_as_the_help_sheet_says_it() -> None:
    table = PAGE.read_text("utf-8").partition("| keys | what they do |\n")[2]
    rows = [line for line in table.splitlines() if line.startswith("| ")]
    assert rows == [f"| {keys} | {meaning} |" for keys, meaning in SHORTCUTS]
