"""The list of work that waits, as data for the component that shows it. Pure."""

from datetime import datetime
from typing import Any

from handoff.casedesk import Work
from handoff.claims import ClaimRow
from handoff.console import acts, words
from handoff.requests import Request, Stage


def groups_of(work: Work, now: datetime) -> list[dict[str, Any]]:
    """The groups of the list, for the component that shows it."""
    waits = [one for one in work.requests if one.stage is not Stage.CUSTOMER]
    with_customer = [one for one in work.requests if one.stage is Stage.CUSTOMER]
    complete = [one for one in work.claims if one.due is not None]
    incomplete = [one for one in work.claims if one.due is None]
    return [
        _group("requests", "Requests", "No request waits.", [_request(one, now) for one in waits]),
        _group(
            "claims", "Claims, papers complete", "No claim waits.", [_claim(one, now) for one in complete]
        ),
        _group(
            "customer", "Requests with the customer", "None.", [_request(one, now) for one in with_customer]
        ),
        _group("papers", "Claims, papers missing", "None.", [_claim(one, now) for one in incomplete]),
    ]


def _group(name: str, title: str, empty: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"name": name, "title": title, "empty": empty, "rows": rows}


def _request(request: Request, now: datetime) -> dict[str, Any]:
    tags = [_tag(request.stage.words, "bad" if request.stage is Stage.CALL else "accent")]
    if request.is_elderly:
        tags.append(_tag("60+", "accent"))
    if request.stage is Stage.CUSTOMER and request.papers:
        tags.append(_tag("Paper arrived", "good"))
    return {
        "id": request.receipt,
        "title": request.title,
        "about": f"{request.customer} · {request.receipt}",
        "age": words.age(request.since, now),
        "amount": acts.shown_amount(request.amount),
        "tags": tags,
        "due": f"{'was promised' if request.is_late else 'by'} {words.day(request.promised)}"
        if request.promised
        else "",
        "late": request.is_late,
    }


def _claim(claim: ClaimRow, now: datetime) -> dict[str, Any]:
    tags = [_tag("One day", "accent")] if claim.is_one_day else []
    if claim.waits_for_second:
        tags.append(_tag("Second approval", "accent"))
    if claim.missing:
        tags.append(_tag(f"{len(claim.missing)} missing", "warn"))
    return {
        "id": claim.number,
        "title": f"Claim: {claim.kind}",
        "about": f"{claim.insured} · {claim.number}",
        "age": words.age(claim.reported_at, now),
        "amount": "",
        "tags": tags,
        "due": f"{'was due' if claim.is_broken else 'by'} {words.day_and_time(claim.due)}"
        if claim.due
        else "",
        "late": claim.is_broken,
    }


def _tag(words_now: str, tone: str) -> dict[str, str]:
    return {"text": words_now, "tone": tone}
