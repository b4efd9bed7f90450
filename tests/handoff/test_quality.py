"""The quality rules on short conversations: what each finds, what it lets be, and by which line."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from handoff import quality
from handoff.quality import Call, Case, Finding, Line
from records.models import Author, Kind, Owner
from records.ownership import Event

START = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
OWNERS = {
    Event.HAND_OVER: Owner.QUEUED,
    Event.OFFER: Owner.OFFERED,
    Event.ACCEPT: Owner.AGENT,
    Event.RESOLVE: Owner.WRAP_UP,
    Event.RETURN_TO_BOT: Owner.BOT,
    Event.LEAVE_CALLBACK: Owner.CALLBACK,
}
MOBILE = {"telephone number": "+12025550101"}


def said(author: Author, after: float, text: str = "Words", **more: object) -> Line:
    line = Line(0, START + timedelta(seconds=after), author, Kind.MESSAGE, text)
    return replace(line, **more)  # type: ignore[arg-type]


def customer(after: float, text: str = "Words") -> Line:
    return said(Author.CUSTOMER, after, text)


def bot(after: float, text: str = "Words", **more: object) -> Line:
    return said(Author.BOT, after, text, **more)


def agent(after: float, text: str = "Words", **more: object) -> Line:
    return said(Author.AGENT, after, text, **more)


def status(after: float, event: Event) -> Line:
    return said(Author.SYSTEM, after, "", kind=Kind.STATUS, event=event.value)


def case(*lines: Line, private: dict[str, str] | None = None, calls: tuple[Call, ...] = ()) -> Case:
    numbered, owner = [], Owner.BOT
    for seq, line in enumerate(lines, start=1):
        owner = OWNERS[Event(line.event)] if line.event else owner
        numbered.append(replace(line, seq=seq, owner=owner))
    # Looked at right after the last line, unless a call is meant.
    now = numbered[-1].at if not calls else START + timedelta(hours=5)
    return Case(tuple(numbered), private or {}, calls, now)


def found(rule: str, looked_at: Case) -> list[int]:
    return [one.seq for one in quality.inspect(looked_at) if one.rule == rule]


def test_codes_are_unique_and_an_ordinary_conversation_has_no_findings() -> None:
    assert len(quality.TITLES) == len(quality.RULES)
    assert quality.inspect(case(customer(0))) == []
    ordinary = case(
        customer(0),
        bot(2, asks="L1:amount"),
        customer(30, "20000"),
        bot(32, asks="L1:account", assurance=2),
        customer(60, "A person please"),
        bot(62, intent="talk_to_agent"),
        status(62, Event.HAND_OVER),
        status(70, Event.OFFER),
        status(80, Event.ACCEPT),
        agent(100, "Good morning"),
        customer(300),
        agent(400, "Your number +12025550101 is right."),
        customer(410, "Thank you"),
        status(500, Event.RESOLVE),
        private=MOBILE,
    )
    assert quality.inspect(ordinary) == []


def test_a_question_asked_twice() -> None:
    twice = case(
        bot(0, asks="L1:bank_account"), customer(1), bot(2), customer(3), bot(4, asks="L1:bank_account")
    )
    assert quality.inspect(twice) == [
        Finding("asked_twice", 5, "The question for “bank account” was asked before, in line 1.")
    ]
    other_service = case(bot(0, asks="L1:amount"), customer(1), bot(2, asks="L2:amount"))
    assert found("asked_twice", other_service) == []
    next_case = case(bot(0, asks="L1:amount"), customer(1), bot(2, ends_case=True), bot(4, asks="L1:amount"))
    assert found("asked_twice", next_case) == []


def test_the_assistant_is_silent() -> None:
    assert found("assistant_silent", case(customer(0), bot(31))) == [1]
    assert found("assistant_silent", case(customer(0), bot(30))) == []
    # The first of two unanswered lines is the evidence; a change of owner is an answer too.
    assert found("assistant_silent", case(customer(0), customer(40), bot(45))) == [1]
    assert found("assistant_silent", case(customer(0), status(3, Event.HAND_OVER), customer(99))) == []
    unfinished = replace(case(customer(0)), now=START + timedelta(seconds=65))
    (finding,) = quality.inspect(unfinished)
    assert finding == Finding("assistant_silent", 1, "No answer since 1 min 5 s.")


def test_an_agent_is_slow() -> None:
    joined = (status(0, Event.ACCEPT), agent(5))
    assert found("agent_slow", case(*joined, customer(10), agent(191))) == [3]
    assert found("agent_slow", case(*joined, customer(10), agent(190))) == []
    assert found(
        "agent_slow", case(*joined, customer(10), said(Author.AGENT, 20, kind=Kind.NOTE), agent(191))
    ) == [3]
    assert found("agent_slow", case(*joined, customer(10), status(100, Event.RESOLVE))) == []
    # Who waits in the queue waits for nobody's answer.
    queued = case(status(0, Event.HAND_OVER), customer(5), status(900, Event.ACCEPT), agent(905))
    assert quality.inspect(queued) == []


def test_a_late_first_reply() -> None:
    assert found("first_reply_late", case(status(0, Event.ACCEPT), agent(61), agent(62))) == [2]
    assert found("first_reply_late", case(status(0, Event.ACCEPT), agent(60))) == []
    again = case(
        status(0, Event.ACCEPT), agent(1), status(2, Event.RETURN_TO_BOT), status(9, Event.ACCEPT), agent(99)
    )
    assert found("first_reply_late", again) == [5]


def test_asked_for_a_person_and_not_handed_over_at_once() -> None:
    wish = (customer(0, "A person!"), bot(1, intent="talk_to_agent"))
    assert found("no_person_at_once", case(*wish, customer(9, "Now!"))) == [1]
    assert found("no_person_at_once", case(*wish, status(1, Event.HAND_OVER), customer(9))) == []
    assert found("no_person_at_once", case(customer(0), bot(1, intent="greet"), customer(2))) == []


def test_a_promised_call_that_was_not_made() -> None:
    lines = (status(0, Event.HAND_OVER), status(5, Event.LEAVE_CALLBACK))
    due = START + timedelta(hours=2)
    kept = Call(due, due + timedelta(minutes=15))
    late = Call(due, due + timedelta(minutes=20))
    assert found("call_not_made", case(*lines, calls=(kept,))) == []
    assert found("call_not_made", case(*lines, calls=(late,))) == [2]
    (finding,) = quality.inspect(case(*lines, calls=(Call(due, None),)))
    assert finding.why == "The promised call has not come 3 h 0 min after its time."
    assert found("call_not_made", case(*lines, calls=(Call(START + timedelta(hours=6), None),))) == []


@pytest.mark.parametrize(
    ("text", "is_found"),
    [("Do not be stupid", True), ("That is NOT MY PROBLEM.", True), ("I studied it, madam", False)],
)
def test_rude_words_of_an_agent(text: str, is_found: bool) -> None:
    assert found("rude_words", case(customer(0, "You idiots"), agent(1, text))) == ([2] if is_found else [])


def test_personal_data_before_verification() -> None:
    shown = "We have your number +1 202-555-0101."
    assert found("data_before_proof", case(bot(0, shown, assurance=1), private=MOBILE)) == [1]
    assert found("data_before_proof", case(bot(0, assurance=0), agent(1, shown), private=MOBILE)) == [2]
    assert found("data_before_proof", case(bot(0, assurance=2), agent(1, shown), private=MOBILE)) == []
    own_words = case(customer(0, "I am +12025550101"), bot(1, shown, assurance=1), private=MOBILE)
    assert found("data_before_proof", own_words) == []
    note = case(said(Author.AGENT, 0, shown, kind=Kind.NOTE), private=MOBILE)
    assert found("data_before_proof", note) == []
    assert found("data_before_proof", case(bot(0, "It ends with 0101"), private=MOBILE)) == []


def test_ended_without_a_word() -> None:
    assert found("closed_without_a_word", case(status(0, Event.ACCEPT), status(9, Event.RESOLVE))) == [2]
    spoken = case(status(0, Event.ACCEPT), agent(5), status(9, Event.RESOLVE))
    assert found("closed_without_a_word", spoken) == []
