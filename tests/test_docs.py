"""What the documents promise exists, and what exists is documented."""

import re
from pathlib import Path

from records import secrets
from records.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"


def test_every_setting_and_every_secret_is_described() -> None:
    described = set(re.findall(r"^\| `([A-Z_]+)` \|", (DOCS / "settings.md").read_text(), re.MULTILINE))
    ours = {name.upper() for name in Settings.model_fields} | {*secrets.NAMES, *secrets.GIVEN}
    assert described - ours == {"ENGINE_DATABASE_URL", "RASA_TELEMETRY_ENABLED"}
    assert ours - described == set()


def test_every_link_between_documents_leads_somewhere() -> None:
    pages = [ROOT / "README.md", *DOCS.rglob("*.md")]
    broken = [
        f"{page.relative_to(ROOT)} -> {target}"
        for page in pages
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text())
        if not (page.parent / target).exists()
    ]
    assert broken == []
