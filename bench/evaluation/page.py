"""The evaluation as one HTML page that needs nothing else.

Only shows figures; what is missing is said to be missing.
"""

from collections.abc import Mapping
from html import escape
from typing import Any

from bench.evaluation.drawing import bars, matrix, reliability

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1d2733}"
    "table{border-collapse:collapse;margin:1rem 0}td,th{padding:.2rem .8rem;text-align:left;"
    "border-bottom:1px solid #c9d2dc}td:not(:first-child){text-align:right;font-variant-numeric:tabular-nums}"
    "svg{max-width:100%;height:auto}h2{margin-top:2.5rem}"
)
_SHARES = ("accuracy_inside", "macro_f1_inside", "accuracy_typed", "accuracy_spoken", "outside_declined")
_OUTCOMES = (
    "inside_begun_rightly",
    "inside_asked_with_the_right_option",
    "inside_begun_wrongly",
    "inside_refused",
    "outside_begun",
)


def page(found: Mapping[str, Any], when: str) -> str:
    """The page."""
    parts = [
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Evaluation</title>',
        f"<style>{_STYLE}</style><h1>Evaluation</h1><p>{escape(when)}</p>",
    ]
    for name, figures in found["heldout"].items():
        if name == "serving":
            parts += ["<h2>Serving</h2>", _table(figures)]
        else:
            parts += _held_out(name, figures)
    training = found["training"]
    parts += [
        "<h2>Training</h2>",
        _table({name: value for name, value in training.items() if isinstance(value, int | float)}),
    ]
    if gate := training.get("held_out"):
        parts += ["<h3>What a message costs, in questions</h3>", _gate(gate)]
        parts.append(reliability("Reliability on held-out folds", gate["calibration"]["curve"]))
    parts += ["<h2>Entities</h2>", _scores(found["entities"], "by_kind", "by_style")]
    parts += ["<h2>Answers from articles</h2>", _scores(found["retrieval"], "by_style", "declined_by_kind")]
    parts += ["<h2>By cross-validation, and public sets</h2>", *_public(found["understanding"])]
    return "\n".join(parts)


def _held_out(name: str, figures: Mapping[str, Any]) -> list[str]:
    title = escape(name.replace("_", " "))
    shares = [(key.replace("_", " "), float(figures[key])) for key in _SHARES if key in figures]
    came = [(key.replace("_", " "), float(figures[key])) for key in _OUTCOMES]
    return [
        f"<h2>{title}</h2>",
        bars(title, [(key, value, f"{value:.1%}") for key, value in shares]),
        "<h3>What the gate made of it</h3>",
        bars(f"{title}, the gate", [(key, value, f"{value:.1%}") for key, value in came]),
        "<h3>Groups: meant (rows), understood (columns)</h3>",
        matrix(f"{title}, groups", figures["groups"]["names"], figures["groups"]["counts"]),
        "<h3>Calibration</h3>",
        reliability(f"{title}, calibration", figures["calibration"]),
        _table({key: value for key, value in figures.items() if isinstance(value, int | float)}),
    ]


def _gate(gate: Mapping[str, Any]) -> str:
    most = float(gate["written"]["cost_without_gate"]) or 1.0
    rows = [("no gate", most, f"{most:.2f}")]
    rows += [
        (f"with the gate, {channel}", float(gate[channel]["cost"]), f"{gate[channel]['cost']:.2f}")
        for channel in ("written", "spoken")
    ]
    return bars("Cost of a message", rows, most=most)


def _scores(figures: Mapping[str, Any] | None, *tables: str) -> str:
    if figures is None:
        return "<p>Not measured: the test set is missing.</p>"
    parts = [_table({key: value for key, value in figures.items() if isinstance(value, int | float)})]
    for table in tables:
        rows = [(name, float(value), f"{value:.1%}") for name, value in figures[table].items()]
        parts.append(f"<h3>{escape(table.replace('_', ' '))}</h3>{bars(table, rows)}")
    return "".join(parts)


def _public(found: Mapping[str, Any]) -> list[str]:
    rows = {
        name: value for name, value in found.items() if isinstance(value, Mapping) and "accuracy" in value
    }
    parts = [
        bars(
            "Accuracy",
            [(name, float(value["accuracy"]), f"{value['accuracy']:.1%}") for name, value in rows.items()],
        )
    ]
    for name, value in rows.items():
        parts.append(f"<h3>{escape(name)}</h3>{_table(value)}")
    if parts_worth := found.get("parts"):
        features = {name: value["accuracy"] for name, value in parts_worth["features"].items()}
        parts += ["<h3>What each feature is worth: accuracy</h3>", _table(features)]
        parts += ["<h3>What the gate is worth: cost of a message</h3>", _table(parts_worth["gate"])]
    return parts


def _table(figures: Mapping[str, Any]) -> str:
    rows = "".join(
        f"<tr><td>{escape(str(name).replace('_', ' '))}</td><td>{escape(str(value))}</td></tr>"
        for name, value in figures.items()
    )
    return f"<table>{rows}</table>"
