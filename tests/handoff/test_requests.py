"""The list of requests and the sheet of one: what waits, why, since when, by when, and what was collected."""

from datetime import date

from actions.servicing.states import State
from handoff import decisions, requests, sheets
from handoff.requests import Stage
from records.models import PaymentOrder
from tests.handoff import cases
from tests.handoff.conftest import AMY, BEN, Floor
from tests.handoff.test_decisions import asked, carry_out, row


def test_the_oldest_stands_on_top_with_reason_amount_and_promised_day(floor: Floor) -> None:
    _, loan = asked(floor, cases.loan, "120000", "amount", "age", "Asked by letter")
    floor.clock.advance(minutes=5)
    customer, conversation = floor.customer("C1003", date(1951, 11, 2)), floor.talk("Hello")
    with floor.store.writing() as session:
        later = cases.surrender(session, conversation, customer, floor.clock.now())
    with floor.store.reading() as session:
        first, second = requests.waiting(session, floor.clock.now())
        assert requests.count_waiting(session) == 2
    assert (first.receipt, first.stage, second.receipt, second.stage) == (
        loan, Stage.CALL, later, Stage.DECIDE
    )  # fmt: skip
    assert first.reasons == ("More than CNY 100,000.00", "60 or older", "Asked by letter")
    assert (str(first.amount), first.title, first.customer_number) == (
        "120000", "Take a policy loan", "C1001"
    )  # fmt: skip
    # Sunday afternoon: the call is promised for Tuesday, the decision within five working days.
    assert (first.promised, second.promised) == (date(2026, 11, 24), date(2026, 11, 30))
    assert (first.is_elderly, second.is_elderly, second.age) == (False, True, 75)
    floor.clock.advance(days=3)
    with floor.store.reading() as session:
        first, second = requests.waiting(session, floor.clock.now())
    assert (first.is_late, second.is_late) == (True, False)


def test_the_promise_that_the_customer_was_given_counts(floor: Floor) -> None:
    customer, conversation = floor.customer(), floor.talk("Hi")
    with floor.store.writing() as session:
        cases.request(
            session, conversation, customer, None, floor.clock.now(), "CD", {"decide_by": "2026-12-04"}
        )
    with floor.store.reading() as session:
        (line,) = requests.waiting(session, floor.clock.now())
    assert line.promised == date(2026, 12, 4) and line.reasons == ("Decided by a person",)


def test_money_to_come_and_set_days_are_no_agents_matter(floor: Floor) -> None:
    customer, now = floor.customer(), floor.clock.now()
    conversation = floor.talk("Hi")
    with floor.store.writing() as session:
        policy = cases.policy(session, customer, now)
        cases.request(
            session, conversation, customer, policy, now, "PF", {}, state=State.PENDING,
            effective_on=date(2027, 1, 1),
        )  # fmt: skip
        cases.request(session, conversation, customer, policy, now, "PP", {}, state=State.PENDING)
        paid = requests.find(session, "SR2026000002")
        assert paid is not None
        session.add(
            PaymentOrder(
                transaction_id=paid.id, reference=paid.receipt, purpose="premium",
                policy_number=policy.number, created_at=now,
            )
        )  # fmt: skip
        document = cases.new_document(session, conversation, customer, now)
    with floor.store.reading() as session:
        (line,) = requests.waiting(session, now)
        assert requests.count_waiting(session) == 0
    assert (line.receipt, line.stage, line.promised) == (document, Stage.CUSTOMER, None)
    assert line.reasons == ("Waits for a photo of both sides of the document",)


def test_a_sheet_holds_everything_collected_the_money_and_the_papers(floor: Floor) -> None:
    conversation, receipt = asked(floor, cases.surrender)
    with floor.store.writing() as session:
        filed = cases.paper(
            session, conversation, floor.clock.now(), receipt=receipt, title="bank card",
            taken_at=floor.clock.now(),
        ).id  # fmt: skip
        loose = cases.paper(session, conversation, floor.clock.now()).id
    with floor.store.reading() as session:
        found = requests.find(session, receipt)
        assert found is not None
        sheet = sheets.sheet(session, found, floor.clock.now())
    assert sheet.collected == (("Policy", "Harbour Critical Care 870000000001"), ("Way to go", "Give it up"))
    assert (sheet.amount, sheet.loss, sheet.account) == (
        "CNY 180,000.00", "CNY 20,000.00", "the account ending 7890"
    )  # fmt: skip
    assert sheet.second.startswith("Second approval needed: it is about more than")
    assert {(paper.id, paper.title) for paper in sheet.papers} == {
        (filed, "bank card"), (loose, "Not sorted yet")
    }  # fmt: skip
    assert sheet.request.papers == 1


def test_after_the_first_approval_the_sheet_names_who_agreed(floor: Floor) -> None:
    floor.staff(AMY, BEN)
    _, receipt = asked(floor, cases.surrender)
    carry_out(floor, decisions.approve, "amy", receipt)
    with floor.store.reading() as session:
        sheet = sheets.sheet(session, row(floor, receipt), floor.clock.now())
    assert (sheet.request.stage, sheet.agreed_by, sheet.agreed_login) == (Stage.SECOND, "Amy Gao", "amy")
    assert sheet.request.reasons[0].startswith("Second approval needed: it is about more than")
