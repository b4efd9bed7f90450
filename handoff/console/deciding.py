"""From a decision on the screen to the case desk: reads what the browser sent, and nothing else.

The case desk checks everything again; what is not among the acts does nothing.
"""

from typing import Any

from handoff.casedesk import Casedesk
from handoff.claims import ClaimSheet
from handoff.console import acts
from handoff.decisions import Effect
from handoff.refusals import UnknownCase

_LONGEST = 4000


async def on_request(desk: Casedesk, token: str, sent: dict[str, Any]) -> Effect:
    """Carry out what was decided on a request.

    Raises:
        UnknownCase: there is no such act.
    """
    receipt, values = str(sent["subject"]), _values(sent)
    match sent["act"]:
        case "approve":
            return await desk.approve(token, receipt, called=values.get("called") == _TICKED)
        case "refuse":
            return await desk.refuse(token, receipt, values.get("reason", ""))
        case "ask":
            return await desk.ask_for_more(token, receipt, values.get("what", ""))
        case "take_up":
            return await desk.take_up(token, receipt)
    raise UnknownCase


async def on_claim(desk: Casedesk, token: str, sheet: ClaimSheet, sent: dict[str, Any]) -> Effect:
    """Carry out what was decided on the claim that was shown.

    Raises:
        UnknownCase: there is no such act, or another claim is on the screen.
    """
    number, values = sheet.row.number, _values(sent)
    if sent["subject"] != number:
        raise UnknownCase
    match sent["act"]:
        case "pay":
            accounts = acts.accounts_of(sheet, values)
            return await desk.pay_claim(token, number, values.get("amount", ""), accounts)
        case "agree":
            return await desk.agree_to_claim(token, number)
        case "refuse":
            return await desk.refuse_claim(token, number, values.get("reason", ""))
        case "paper":
            title, because = values.get("title", ""), values.get("because", "")
            return await desk.ask_for_paper(token, number, title, because)
        case "direct" if values.get("consent") == _TICKED:
            return await desk.mark_direct(token, number, True)
        case "indirect":
            return await desk.mark_direct(token, number, False)
    raise UnknownCase


_TICKED = "yes"


def _values(sent: dict[str, Any]) -> dict[str, str]:
    """The fields as text; a tick is "yes"."""
    values = sent["values"] if isinstance(sent.get("values"), dict) else {}
    return {
        str(name): _TICKED if value is True else "" if value is False else str(value)[:_LONGEST]
        for name, value in values.items()
    }
