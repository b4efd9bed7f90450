"""What an agent may do with a request or a claim, as data for the component that asks for it.

Pure. It only leaves out what would be refused; the refusing is done by the case desk.
"""

from typing import Any

from actions.services.wording import money
from handoff.claims import ClaimSheet
from handoff.decisions import ASKED_LENGTH, REASON_LENGTH
from handoff.requests import Stage
from handoff.sheets import Sheet

Act = dict[str, Any]
ACCOUNT = "account-"
"""Fields of accounts are named so, with the place of the payee."""

TITLE_LENGTH = 120


def for_request(sheet: Sheet, login: str) -> list[Act]:
    """The acts for a request, as `login` may do them."""
    stage = sheet.request.stage
    mine = stage is Stage.SECOND and sheet.agreed_login == login
    acts = [] if mine else [_approval(sheet)]
    if stage is Stage.CUSTOMER:
        acts.insert(0, _act("take_up", "It is here", "Put it back to the decisions", _TAKEN_UP))
    acts.append(_refusal("Refuse the request"))
    if stage in (Stage.DECIDE, Stage.SECOND):
        wanted = _field("what", "What do you need? The customer reads this", "area", length=ASKED_LENGTH)
        acts.append(_act("ask", "Ask for more", "Ask the customer", fields=[wanted]))
    return acts


def for_claim(sheet: ClaimSheet, login: str) -> list[Act]:
    """The acts for a claim, as `login` may do them."""
    acts: list[Act] = []
    if sheet.proposal and sheet.agreed_login != login:
        hint = "; ".join(sheet.proposal)
        acts.append(_act("agree", "Approve as second", "Order the payment", hint, primary=True))
    elif not sheet.proposal and not sheet.row.missing and sheet.payees:
        acts.append(_payment(sheet))
    acts.append(_refusal("Refuse the claim"))
    title = _field("title", "Which paper?", "text", length=TITLE_LENGTH)
    because = _field("because", "Why? The customer reads this", "area", length=300)
    acts.append(_act("paper", "Ask for a paper", "Ask the customer", _CLOCK_STOPS, [title, because]))
    if sheet.row.is_direct:
        acts.append(_act("indirect", "Pay the customer instead", "Pay the customer"))
    elif sheet.hospital:
        tick = _field("consent", f"The customer has consented that {sheet.hospital} is paid", "tick")
        acts.append(_act("direct", "Pay the hospital", "Set direct payment", fields=[tick]))
    return acts


_TAKEN_UP = "What we waited for has come. The request goes back to those that wait for a decision."
_CLOCK_STOPS = "The clock of the decision stops, and starts again with the last paper."


def _approval(sheet: Sheet) -> Act:
    stage = sheet.request.stage
    hint = f"{sheet.amount} will leave, to {sheet.account}." if sheet.amount and sheet.account else ""
    if stage is Stage.SECOND:
        return _act("approve", "Approve as second", "Approve and carry out", hint, primary=True)
    title, confirm = ("Approve", "Approve and carry out")
    if sheet.second:
        confirm = "Approve as the first of two"
        hint = f"{hint} {sheet.second} Nothing happens before that.".strip()
    if stage is not Stage.CALL:
        return _act("approve", title, confirm, hint, primary=stage is Stage.DECIDE)
    called = _field("called", f"I called {sheet.call} and the customer confirmed it", "tick")
    return _act("approve", "Call-back done, customer confirmed", confirm, hint, [called], primary=True)


def _payment(sheet: ClaimSheet) -> Act:
    hint = f"Sum insured: {sheet.sum_insured}. " if sheet.sum_insured else ""
    several = len(sheet.payees) > 1
    accounts = [
        _field(
            f"{ACCOUNT}{index}",
            f"Account of {payee.name}" + (f" ({payee.share:f} %)" if several else ""),
            "digits",
            length=40,
        )
        for index, payee in enumerate(sheet.payees)
    ]
    amount = _field(
        "amount", "Amount in yuan, all together" if several else "Amount in yuan", "money", length=16
    )
    return _act(
        "pay", "Pay", "Decide to pay", f"{hint}Paid into an account in the payee's own name only.",
        [amount, *accounts], primary=True,
    )  # fmt: skip


def _refusal(confirm: str) -> Act:
    reason = _field("reason", "Reason. The customer reads this", "area", length=REASON_LENGTH)
    return _act("refuse", "Refuse", confirm, fields=[reason])


def _act(
    name: str,
    title: str,
    confirm: str,
    hint: str = "",
    fields: list[dict[str, Any]] | None = None,
    *,
    primary: bool = False,
) -> Act:
    return {
        "name": name, "title": title, "confirm": confirm, "hint": hint, "fields": fields or [],
        "primary": primary,
    }  # fmt: skip


def _field(name: str, label: str, kind: str, *, length: int = 0) -> dict[str, Any]:
    return {"name": name, "label": label, "kind": kind, "required": True, "length": length or None}


def accounts_of(sheet: ClaimSheet, values: dict[str, Any]) -> dict[str, str]:
    """The accounts that were typed, by the names of the payees that were shown."""
    return {payee.name: str(values.get(f"{ACCOUNT}{index}", "")) for index, payee in enumerate(sheet.payees)}


def shown_amount(request_amount: Any) -> str:
    """An amount of a list; empty where there is none."""
    return "" if request_amount is None else money(request_amount)
