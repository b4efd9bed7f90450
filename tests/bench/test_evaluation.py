"""The evaluation counts rightly, and its page stands by itself."""

from pathlib import Path
from xml.etree import ElementTree

from bench.evaluation import entities
from bench.evaluation.drawing import bars, matrix, reliability


def test_entities_are_counted_by_kind(tmp_path: Path) -> None:
    lines = tmp_path / "entities.yml"
    lines.write_text(
        "today: 2026-11-22\n"
        "entities:\n"
        "  - {text: '12k please', kind: amount, value: '12000', channel: typed}\n"
        "  - {text: 'half of it', kind: amount, value: half, channel: spoken}\n"
        "  - {text: 'no figure here', kind: amount, value: '5', channel: spoken}\n"
        "  - {text: '03/04/2025', kind: date, value: ambiguous, channel: typed}\n"
        "  - {text: 'at Tongji Hospital', kind: hospital, value: Tongji Hospital, channel: typed}\n",
        encoding="utf-8",
    )
    found = entities.measure(lines)
    assert found["examples"] == 4
    assert found["by_kind"] == {"amount": 0.8, "date": 1.0}
    assert found["by_style"] == {"spoken": 0.5, "typed": 1.0}
    assert found["not_measured"] == {"hospital": 1}


def test_drawings_are_svg_with_a_name_and_no_markup_from_outside() -> None:
    drawings = [
        bars("A & B", [("<b>name</b>", 0.5, "50 %")]),
        reliability("Honest", [(0.5, 0.4, 10), (0.9, 0.95, 10)]),
        matrix("Taken for", ["one", "two"], [[3, 1], [0, 0]]),
    ]
    for drawing in drawings:
        root = ElementTree.fromstring(drawing)  # noqa: S314 -- our own text
        assert root.get("role") == "img" and root.get("aria-label")
        assert not root.findall(".//{http://www.w3.org/2000/svg}b")


def test_a_bar_never_leaves_its_field() -> None:
    root = ElementTree.fromstring(bars("Over", [("much", 7.0, "700 %")]))  # noqa: S314 -- our own text
    widths = [float(one.get("width", 0)) for one in root.iter("{http://www.w3.org/2000/svg}rect")]
    assert max(widths) == 300
