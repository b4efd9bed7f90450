"""Plots as SVG text: bars, a reliability curve, a matrix of counts.

Only shapes and labels; knows nothing of what the figures mean.
"""

from collections.abc import Sequence
from html import escape

INK, SOFT, BLUE, GREEN = "#1d2733", "#c9d2dc", "#2f6fab", "#3b8f5f"
FONT = 'font-family="system-ui, sans-serif" font-size="12"'


def bars(title: str, rows: Sequence[tuple[str, float, str]], *, most: float = 1.0) -> str:
    """Horizontal bars; each row is a name, a value up to `most`, and how the value is written."""
    height = 26 * len(rows) + 8
    parts = [_open(title, 640, height)]
    for place, (name, value, written) in enumerate(rows):
        top = 26 * place + 4
        width = 300 * max(0.0, min(1.0, value / most if most else 0.0))
        parts.append(f'<text x="250" y="{top + 15}" text-anchor="end" fill="{INK}">{escape(name)}</text>')
        parts.append(f'<rect x="258" y="{top}" width="300" height="20" fill="{SOFT}" opacity="0.4"/>')
        parts.append(f'<rect x="258" y="{top}" width="{width:.1f}" height="20" fill="{BLUE}"/>')
        parts.append(f'<text x="566" y="{top + 15}" fill="{INK}">{escape(written)}</text>')
    return "".join([*parts, "</svg>"])


def reliability(title: str, curve: Sequence[Sequence[float]], side: int = 300) -> str:
    """Said against found: points on the diagonal are honest; each is (said, found, count)."""
    edge = 40
    parts = [_open(title, side + 2 * edge, side + 2 * edge)]

    def at(said: float, found: float) -> tuple[float, float]:
        return edge + side * said, edge + side * (1 - found)

    for tenth in (0.0, 0.5, 1.0):
        x, y = at(tenth, tenth)
        parts.append(
            f'<text x="{x:.0f}" y="{side + edge + 16}" text-anchor="middle" fill="{INK}">{tenth:.1f}</text>'
        )
        parts.append(
            f'<text x="{edge - 6}" y="{y + 4:.0f}" text-anchor="end" fill="{INK}">{tenth:.1f}</text>'
        )
    (x0, y0), (x1, y1) = at(0, 0), at(1, 1)
    parts.append(f'<rect x="{x0}" y="{y1}" width="{side}" height="{side}" fill="none" stroke="{SOFT}"/>')
    parts.append(f'<line x1="{x0}" y1="{y0}" x2="{x1}" y2="{y1}" stroke="{SOFT}" stroke-dasharray="4 4"/>')
    points = [at(said, found) for said, found, *_ in curve]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    parts.append(f'<polyline points="{path}" fill="none" stroke="{GREEN}" stroke-width="2"/>')
    parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{GREEN}"/>' for x, y in points]
    parts.append(f'<text x="{edge}" y="{edge - 14}" fill="{INK}">found right, by confidence said</text>')
    return "".join([*parts, "</svg>"])


def matrix(title: str, names: Sequence[str], counts: Sequence[Sequence[int]], cell: int = 56) -> str:
    """Counts in a grid: rows are meant, columns understood; the darker, the larger its share of the row."""
    left, top = 120, 24
    parts = [_open(title, left + cell * len(names) + 8, top + 30 * len(names) + 8)]
    for column, name in enumerate(names):
        x = left + cell * column + cell / 2
        parts.append(
            f'<text x="{x}" y="16" text-anchor="middle" font-size="10" fill="{INK}">{escape(name[:9])}</text>'
        )
    for row, name in enumerate(names):
        y = top + 30 * row
        parts.append(
            f'<text x="{left - 8}" y="{y + 19}" text-anchor="end" fill="{INK}">{escape(name)}</text>'
        )
        total = sum(counts[row]) or 1
        for column, count in enumerate(counts[row]):
            share = count / total
            ink = "#ffffff" if share > 0.5 else INK
            x = left + cell * column
            parts.append(
                f'<rect x="{x}" y="{y}" width="{cell - 2}" height="28" fill="{BLUE}" '
                f'fill-opacity="{max(0.05, share):.2f}"/>'
            )
            parts.append(
                f'<text x="{x + cell / 2 - 1}" y="{y + 19}" text-anchor="middle" fill="{ink}">{count}</text>'
            )
    return "".join([*parts, "</svg>"])


def _open(title: str, width: int, height: int) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(title, quote=True)}" '
        f'viewBox="0 0 {width} {height}" width="{width}" height="{height}" {FONT}>'
    )
