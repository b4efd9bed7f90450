"""One request or claim on the screen: everything that is known of it, its papers, and where it is decided.

Used beside a conversation and on the page of decisions alike. Customers' words are text nodes, files links.
"""

from collections.abc import Iterable

from handoff.claims import ClaimSheet
from handoff.console import acts, words
from handoff.console.elements import Handler, Verdict, box, text
from handoff.requests import Stage
from handoff.sheets import PaperLine, Sheet


def show_request(sheet: Sheet, login: str, on_decide: Handler) -> Verdict:
    """A request, into the element that is open now."""
    request = sheet.request
    with box("article", "case", aria_label=f"Request {request.receipt}"):
        with box("header", "case-head"):
            text("p", f"{request.receipt} · since {words.day_and_time(request.since)}", "kicker")
            text("h3", request.title, "case-title")
            _flags(request.reasons, request.stage)
            if request.is_elderly:
                text(
                    "p", f"{request.customer} is {request.age}: take time, one thing after the other.", "care"
                )
            if sheet.second:
                text("p", sheet.second, "notice")
            if sheet.agreed_by:
                mine = (
                    " That was you: another colleague must look at it." if sheet.agreed_login == login else ""
                )
                text("p", f"{sheet.agreed_by} has agreed.{mine}", "notice")
            if request.stage is Stage.CALL:
                text("p", f"Call {sheet.call} first. Nothing happens before that.", "notice")
        verdict = Verdict(request.receipt, acts.for_request(sheet, login), on_decide)
        if sheet.amount:
            with box("dl", "sums"):
                _term("Paid out", sheet.amount)
                _term("Customer’s loss", sheet.loss)
                _term("To", sheet.account)
        with box("dl", "facts"):
            age = f" · {request.age} years" if request.age is not None else ""
            _term("Customer", f"{request.customer} · {request.customer_number}{age}")
            if not any(label == "Policy" for label, _ in sheet.collected):
                _term("Policy", request.policy)
            for label, value in sheet.collected:
                _term(label, value)
            _term(
                "Promised by", words.day(request.promised) if request.promised else "", late=request.is_late
            )
            _term("Waits for", sheet.waits_for)
        _listed("The customer agreed to this", sheet.consented_to)
        _papers(sheet.papers)
        if sheet.following:
            text("h4", "Told of what comes next")
            text("p", sheet.following, "quiet")
    return verdict


def show_claim(sheet: ClaimSheet, login: str, on_decide: Handler) -> Verdict:
    """A claim, into the element that is open now."""
    row = sheet.row
    with box("article", "case", aria_label=f"Claim {row.number}"):
        with box("header", "case-head"):
            text("p", f"{row.number} · reported {words.day_and_time(row.reported_at)}", "kicker")
            text("h3", f"Claim: {row.kind}", "case-title")
            with box("ul", "flags", aria_label="State"):
                text("li", row.status, "flag plain")
                if row.is_one_day:
                    text("li", "One-day decision", "flag accent")
                if row.is_direct:
                    text("li", "Direct payment to the hospital", "flag accent")
                if row.missing:
                    text("li", "Papers missing", "flag warn")
                else:
                    text("li", "Papers complete", "flag good")
            late = "broken" if row.is_broken else "near" if row.is_near else ""
            with box("p", f"clock {late}".strip()):
                text("span", sheet.clock)
                if row.left and not row.is_broken:
                    text("b", row.left)
            if sheet.proposal:
                text("p", f"Second approval needed: {sheet.second}.", "notice")
                mine = (
                    " That was you: another colleague must look at it." if sheet.agreed_login == login else ""
                )
                text("p", f"{sheet.agreed_by} agreed to pay {'; '.join(sheet.proposal)}.{mine}", "notice")
        verdict = Verdict(row.number, acts.for_claim(sheet, login), on_decide)
        with box("dl", "facts"):
            for label, value in sheet.facts:
                _term(label, value)
            _term("Sum insured", sheet.sum_insured)
            if sheet.payees:
                _term("Paid to", ", ".join(payee.name for payee in sheet.payees))
        if sheet.story:
            text("h4", "What happened")
            text("p", sheet.story, "story")
        _listed(
            "Missing", [f"{one} (promised)" if one in sheet.promised else one for one in row.missing], "todo"
        )
        _papers(sheet.papers)
    return verdict


def paper_link(paper_id: str, title: str, name: str) -> None:
    """A link that saves a paper; never shown in the page itself."""
    text("a", title, href=f"/console/papers/{paper_id}", download="", aria_label=f"{name}: save")


def _papers(papers: Iterable[PaperLine]) -> None:
    listed = list(papers)
    text("h4", f"Papers ({len(listed)})")
    if not listed:
        text("p", "None handed in.", "quiet")
        return
    with box("ul", "papers"):
        for paper in listed:
            with box("li"):
                paper_link(paper.id, paper.title, paper.title)
                text("span", words.day_and_time(paper.received_at), "quiet")


def _flags(reasons: Iterable[str], stage: Stage) -> None:
    with box("ul", "flags", aria_label="Why it waits"):
        text("li", stage.words, f"flag {'bad' if stage is Stage.CALL else 'accent'}")
        for reason in reasons:
            text("li", reason, "flag plain")


def _listed(heading: str, lines: Iterable[str], classes: str = "") -> None:
    listed = list(lines)
    if listed:
        text("h4", heading)
        with box("ul", f"lines {classes}".strip()):
            for line in listed:
                text("li", line)


def _term(term: str, description: str, *, late: bool = False) -> None:
    if description:
        text("dt", term)
        text("dd", description, "bad" if late else "")
