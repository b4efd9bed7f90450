"""Casework in the agents' API: what waits, all that is known of a request or claim, and decisions on it."""

from fastapi import APIRouter

from handoff.api import shapes
from handoff.api.calls import Number, Token
from handoff.casedesk import Work
from handoff.casework import Cases, Pulse
from handoff.claims import ClaimSheet
from handoff.desks import Desks
from handoff.sheets import Sheet


def add_to(routes: APIRouter, desks: Desks) -> None:
    """The routes, on what they work on."""
    casedesk = desks.casedesk

    def shown(token: str, customers: frozenset[str]) -> None:
        for number in customers:
            desks.looks.add(token, number)

    @routes.get("/pulse", summary="How much waits for a decision; nobody's data")
    async def pulse(token: Token) -> Pulse:
        return await casedesk.pulse(token)

    @routes.get("/work", summary="Requests and claims that wait for a decision; audited")
    async def work(token: Token) -> Work:
        found = await casedesk.read_work(token, desks.looks.of(token))
        shown(token, found.customers)
        return found

    @routes.get("/cases", summary="The four lists of the casework; audited")
    async def cases(token: Token) -> Cases:
        found = await casedesk.read_cases(token, desks.looks.of(token))
        shown(token, found.customers)
        return found

    @routes.get("/requests/{receipt}", summary="All that is known of a request; audited")
    async def request(token: Token, receipt: Number) -> Sheet:
        return await casedesk.open_request(token, receipt)

    @routes.post("/requests/{receipt}/approval", summary="Agree")
    async def approve(token: Token, receipt: Number, given: shapes.Approval) -> shapes.Done:
        return shapes.Done.of(await casedesk.approve(token, receipt, called=given.called))

    @routes.post("/requests/{receipt}/refusal", summary="Refuse, with the reason the customer reads")
    async def refuse(token: Token, receipt: Number, given: shapes.Reason) -> shapes.Done:
        return shapes.Done.of(await casedesk.refuse(token, receipt, given.reason))

    @routes.post("/requests/{receipt}/question", summary="Ask the customer for something more")
    async def ask(token: Token, receipt: Number, given: shapes.Question) -> shapes.Done:
        return shapes.Done.of(await casedesk.ask_for_more(token, receipt, given.what))

    @routes.post("/requests/{receipt}/arrival", summary="What was to come is here: decide again")
    async def take_up(token: Token, receipt: Number) -> shapes.Done:
        return shapes.Done.of(await casedesk.take_up(token, receipt))

    @routes.get("/claims/{number}", summary="All that is known of a claim; audited")
    async def claim(token: Token, number: Number) -> ClaimSheet:
        return await casedesk.open_claim(token, number)

    @routes.post("/claims/{number}/payment", summary="Decide to pay")
    async def pay(token: Token, number: Number, given: shapes.Payment) -> shapes.Done:
        return shapes.Done.of(await casedesk.pay_claim(token, number, given.amount, given.accounts))

    @routes.post("/claims/{number}/second-approval", summary="Agree to a payment as the second one")
    async def agree(token: Token, number: Number) -> shapes.Done:
        return shapes.Done.of(await casedesk.agree_to_claim(token, number))

    @routes.post("/claims/{number}/refusal", summary="Refuse, with the reason the customer reads")
    async def refuse_claim(token: Token, number: Number, given: shapes.Reason) -> shapes.Done:
        return shapes.Done.of(await casedesk.refuse_claim(token, number, given.reason))

    @routes.post("/claims/{number}/papers", summary="Ask for a paper; the clock stops")
    async def ask_for_paper(token: Token, number: Number, given: shapes.WantedPaper) -> shapes.Done:
        return shapes.Done.of(await casedesk.ask_for_paper(token, number, given.title, given.because))

    @routes.put("/claims/{number}/direct-payment", summary="Pay the hospital, or the customer")
    async def mark_direct(token: Token, number: Number, given: shapes.DirectPayment) -> shapes.Done:
        return shapes.Done.of(await casedesk.mark_direct(token, number, given.wanted))
