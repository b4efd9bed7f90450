"""Return visits: every new long-term policy, the confirmations of the rule, and what is not a plain yes."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from actions.dialogue import Dialogue
from actions.normalise import Misread
from actions.visits import links, record
from actions.visits.questions import QUESTIONS, Feature, Stance, asked_of, features_of, stance
from records import ledger
from records.clock import ManualClock, today
from records.models import Policy, PolicyState, ProblemTicket, Product, ReturnVisit, VisitAttempt
from records.store import Store
from tests.actions.customer import Customer, new_customer

LIU = "880000100501"
SEVEN = ["speaker", "signed", "manual", "cover", "loss", "cooling_off", "instalments"]
KEY = b"key of links"


def visit_of(store: Store) -> ReturnVisit:
    with store.reading() as session:
        return session.scalars(select(ReturnVisit)).one()


def start(person: Customer) -> str:
    person.say("you called me about my new policy", "start_return_visit")
    return person.say(LIU)


def make_new(store: Store, number: str, **changes: object) -> None:
    with store.writing() as session:
        policy = session.scalars(select(Policy).where(Policy.number == number)).one()
        policy.state, policy.received_on = PolicyState.COOLING_OFF, date(2026, 11, 20)
        for name, value in changes.items():
            setattr(policy, name, value)


def test_the_seven_confirmations_are_asked_and_the_visit_is_done(someone: Customer, store: Store) -> None:
    start(someone)
    asked = []
    while (name := someone.custom.get("expects")) is not None:
        asked.append(name)
        said = someone.say("yes")
    assert asked == SEVEN
    assert "is done" in said
    visit = visit_of(store)
    assert (visit.status, visit.channel, visit.assurance) == (record.DONE, "chat", 1)
    assert visit.recording == f"conversation:{someone.conversation_id}"
    assert [answer["words"] for answer in visit.answers.values()] == ["yes"] * 7
    with store.reading() as session:
        assert session.scalars(select(VisitAttempt)).one().outcome == "reached"
        assert session.scalar(select(func.count()).select_from(ProblemTicket)) == 0


@pytest.mark.parametrize("question", SEVEN[1:])
@pytest.mark.parametrize(
    ("words", "read"),
    [
        ("no", "no"),
        ("I think so, the agent explained it", "doubt"),
        ("yes, but only a little of it", "doubt"),
    ],
)
def test_a_no_or_a_doubt_becomes_a_ticket_with_the_exact_words(
    question: str, words: str, read: str, someone: Customer, store: Store
) -> None:
    start(someone)
    while (name := someone.custom.get("expects")) is not None:
        said = someone.say(words if name == question else "yes")
    assert "a colleague calls you" in said
    assert someone.custom["problems"] == [question]
    with store.reading() as session:
        ticket = record.open_tickets(session)[0]
        assert (ticket.question, ticket.words, ticket.stance) == (question, words, read)
        assert ticket.due_by == visit_of(store).due_by
    assert visit_of(store).status == record.PROBLEM


def test_somebody_else_is_asked_nothing_more_and_the_visit_stays_open(
    someone: Customer, store: Store
) -> None:
    start(someone)
    said = someone.say("no, I am his wife")
    assert "I stop here" in said and someone.last["loop"] is False
    visit = visit_of(store)
    assert visit.status == record.PENDING and list(visit.answers) == ["speaker"]
    with store.reading() as session:
        assert session.scalars(select(VisitAttempt)).one().outcome == "wrong_person"
        assert [ticket.question for ticket in record.open_tickets(session)] == ["speaker"]


@pytest.mark.parametrize(
    ("kind", "participating", "extra"),
    [
        ("whole_life", True, ["dividends"]),
        ("universal_life", False, ["account"]),
        ("unit_linked", False, ["investment"]),
        ("unit_linked", True, ["dividends", "investment"]),
        ("term_life", False, []),
    ],
)
def test_products_with_changing_values_are_asked_more(
    kind: str, participating: bool, extra: list[str]
) -> None:
    features = features_of(kind, participating=participating, instalments=True)
    assert [question.name for question in asked_of(features)] == SEVEN + extra


def test_a_single_premium_has_no_instalments() -> None:
    features = features_of("term_life", participating=False, instalments=False)
    assert "instalments" not in [question.name for question in asked_of(features)]


def test_the_extra_questions_are_asked_in_the_chat(
    someone: Customer, store: Store, clock: ManualClock
) -> None:
    make_new(store, "880000100601")
    with store.writing() as session:
        record.plan(session, today(clock), clock.now())
    someone.say("follow-up please", "start_return_visit")
    someone.say("880000100601")
    asked = []
    while (name := someone.custom.get("expects")) is not None:
        asked.append(name)
        someone.say("yes")
    assert asked == [*SEVEN, "account"]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_questions_are_single_neutral_sentences(question: object) -> None:
    text = question.text  # type: ignore[attr-defined]
    assert text.endswith("?") and text.count("?") == 1 and "." not in text
    for leading in (
        "don't you",
        "isn't",
        "right?",
        "correct?",
        "of course",
        "surely",
        "please confirm",
        "yes",
    ):
        assert leading not in text.lower()


def test_the_buttons_offer_every_answer_alike(someone: Customer) -> None:
    start(someone)
    assert someone.buttons == ["Yes", "No", "I am not sure"]
    while someone.custom.get("expects") not in ("manual", None):
        someone.press("Yes")
    someone.press("I am not sure")
    while someone.custom.get("expects"):
        someone.press("Yes")
    assert someone.custom["problems"] == ["manual"]


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("yes", Stance.YES), ("Yes, I did", Stance.YES), ("of course", Stance.YES),
        ("no", Stance.NO), ("no, never", Stance.NO),
        ("I'm not sure", Stance.DOUBT), ("yes I think so", Stance.DOUBT),
        ("my son did that for me", Stance.DOUBT),
        ("yes, but I was in a hurry", Stance.DOUBT), ("it will pay a lot of money", Stance.DOUBT),
    ],
)  # fmt: skip
def test_only_a_plain_yes_confirms(said: str, read: Stance) -> None:
    assert stance(said) is read


def test_what_is_no_answer_is_asked_again() -> None:
    with pytest.raises(Misread):
        stance("banana")


def test_every_new_long_term_policy_gets_one_visit(store: Store, clock: ManualClock) -> None:
    make_new(store, "880000100601")
    make_new(store, "880000100701", received_on=None)
    make_new(store, "880000100801", received_on=date(2026, 10, 1))
    with store.writing() as session:
        session.add(Product(code="HL-XX", name="Trip", kind="accident"))
        session.flush()
    make_new(store, "880000100401", product_code="HL-XX")
    with store.writing() as session:
        made = record.plan(session, today(clock), clock.now())
        assert len(made) == 1 and record.plan(session, today(clock), clock.now()) == []
        visit = session.get_one(ReturnVisit, made[0])
        assert visit.policy.number == "880000100601"
        assert visit.due_by == date(2026, 11, 20) + timedelta(days=15)


def test_the_list_of_those_at_risk_grows_with_days_and_tries(store: Store, clock: ManualClock) -> None:
    def risky() -> list[record.AtRisk]:
        with store.reading() as session:
            return record.at_risk(session, today(clock))

    assert risky() == []
    with store.writing() as session:
        visit = session.scalars(select(ReturnVisit)).one()
        for number in range(3):
            record.attempted(
                session, visit, clock.now(), key=f"call{number}", channel="phone", outcome="no_answer"
            )
            record.attempted(
                session, visit, clock.now(), key=f"call{number}", channel="phone", outcome="no_answer"
            )
    (line,) = risky()
    assert (line.policy_number, line.attempts, line.days_left) == (LIU, 3, 11)
    assert line.next_window == "morning", "noon was tried in vain"
    clock.advance(days=12)
    assert risky()[0].days_left == -1
    with store.writing() as session:
        assert record.close_missed(session, today(clock), clock.now()) == [visit_of(store).id]
    assert visit_of(store).status == record.MISSED and len(risky()) == 1


def test_six_days_before_the_end_nobody_worries_five_days_before_they_do(
    store: Store, clock: ManualClock
) -> None:
    clock.advance(days=5)
    with store.reading() as session:
        assert record.at_risk(session, today(clock)) == []
    clock.advance(days=1)
    with store.reading() as session:
        assert len(record.at_risk(session, today(clock))) == 1


def test_the_next_try_is_at_another_part_of_the_day_or_as_wished() -> None:
    assert record.next_window([]) == "morning"
    assert record.next_window(["morning"]) == "afternoon"
    assert record.next_window(["morning", "afternoon", "evening", "morning"]) == "afternoon"
    assert record.next_window(["evening"], "evening") == "evening"


def test_a_ticket_is_closed_by_a_person_who_says_how(
    someone: Customer, store: Store, clock: ManualClock
) -> None:
    start(someone)
    while someone.custom.get("expects"):
        someone.say("no" if someone.custom["expects"] == "loss" else "yes")
    with store.writing() as session:
        ticket = record.open_tickets(session)[0]
        with pytest.raises(ValueError, match="solved"):
            record.close_ticket(session, ticket, 1, "amy", " ", clock.now())
        assert ticket.state == "open"


def test_a_link_opens_the_chat_on_its_visit_without_a_number(
    someone: Customer, store: Store, clock: ManualClock
) -> None:
    visit = visit_of(store)
    token = links.link_to(visit, KEY, "https://centre.example").partition("visit=")[2]
    with store.writing() as session:
        assert links.open_by_link(session, someone.conversation_id, token, KEY, clock.now())
    someone.say("let us do the follow-up", "start_return_visit")
    assert someone.custom["expects"] == "speaker"
    while someone.custom.get("expects"):
        someone.say("yes")
    with store.writing() as session:
        assert not links.open_by_link(session, someone.conversation_id, token, KEY, clock.now()), "it is done"


@pytest.mark.parametrize("harm", ["key", "body", "mark", "late", "junk", "empty"])
def test_a_link_that_is_forged_altered_or_past_opens_nothing(
    harm: str, store: Store, clock: ManualClock
) -> None:
    visit = visit_of(store)
    token = links.sign(visit, KEY)
    if harm == "late":
        clock.advance(days=12)
    bad = {"body": "x" + token, "mark": token + "x", "junk": "ä.ö", "empty": ""}.get(harm, token)
    assert links.read(bad, b"other" if harm == "key" else KEY, clock.now()) is None
    with store.writing() as session:
        conversation_id, _ = ledger.open_conversation(session, "chat", clock.now())
        key = b"other" if harm == "key" else KEY
        assert not links.open_by_link(session, conversation_id, bad, key, clock.now())


def test_a_number_without_a_visit_is_answered_like_an_unknown_one(
    store: Store, clock: ManualClock, dialogue: Dialogue
) -> None:
    said = []
    for number in ("880000100101", "880000999999"):
        person = new_customer(store, clock, dialogue)
        person.say("follow-up", "start_return_visit")
        said.append(person.say(number))
    assert said[0] == said[1] and "I find no follow-up" in said[0]


def test_features_are_named() -> None:
    assert {question.feature for question in QUESTIONS} - {None} == set(Feature)
