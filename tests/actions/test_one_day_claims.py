"""The one-day decision: its four conditions, what customers are told of it, its papers, clock and alerts."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from actions.claims import casefile, deadlines, one_day
from actions.claims.illnesses import ILLNESSES, serious_illness
from actions.claims.one_day import Case, Condition, Scheme
from actions.services.claim_papers import PAPERS, papers_for
from records import papers
from records.clock import CENTRE_ZONE, ManualClock
from records.models import AuditEntry, Claim, Paper, Policy, PolicyState
from records.papers import Kept
from records.store import Store
from tests.actions.customer import Customer as Person

FINE = Case(
    group=False,
    covers_critical_illness=True,
    illness="cancer",
    first_diagnosis=True,
    start=date(2024, 11, 22),
    state=PolicyState.IN_FORCE,
    asked_on=date(2026, 11, 22),
)
WANG = ("880000100201", "1990-07-25", "0022")
CLAIM = "CL20260007"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CENTRE_ZONE)


def claim_of(store: Store, number: str = CLAIM) -> Claim:
    with store.reading() as session:
        return session.scalars(select(Claim).where(Claim.number == number)).one()


def send_file(store: Store, person: Person, clock: ManualClock, name: str = "a") -> None:
    with store.writing() as session:
        kept = Kept(f"{name}.pdf", "application/pdf", 1000, name * 64)
        assert papers.register(session, person.conversation_id, kept, clock.now()) is not None


# The four conditions


def test_a_case_that_meets_all_goes_the_fast_way() -> None:
    assert one_day.unmet(FINE) == ()
    assert one_day.scheme(FINE) == (Scheme.ONE_DAY, None)


@pytest.mark.parametrize(
    ("broken", "condition"),
    [
        ({"group": True}, Condition.INDIVIDUAL),
        ({"group": None}, Condition.INDIVIDUAL),
        ({"illness": ""}, Condition.SCOPE),
        ({"first_diagnosis": False}, Condition.SCOPE),
        ({"first_diagnosis": None}, Condition.SCOPE),
        ({"covers_critical_illness": False}, Condition.SCOPE),
        ({"start": date(2024, 11, 23)}, Condition.FORCE),
        ({"start": None}, Condition.FORCE),
        ({"state": PolicyState.LAPSED}, Condition.FORCE),
        ({"state": PolicyState.SURRENDERED}, Condition.FORCE),
    ],
)
def test_each_condition_alone_leads_to_the_usual_way_with_its_reason(
    broken: dict[str, object], condition: Condition
) -> None:
    case = replace(FINE, **broken)  # type: ignore[arg-type]
    assert one_day.unmet(case) == (condition,)
    assert one_day.scheme(case) == (Scheme.USUAL, condition)
    assert one_day.because(condition, case)


def test_missing_papers_only_keep_the_clock_from_starting() -> None:
    case = replace(FINE, missing=("pathology report",))
    assert one_day.unmet(case) == (Condition.PAPERS,)
    assert one_day.scheme(case) == (Scheme.ONE_DAY, None)


@given(st.dates(date(2000, 1, 1), date(2030, 1, 1)), st.integers(0, 1500))
def test_two_years_are_two_years(start: date, days: int) -> None:
    asked = start + timedelta(days=days)
    case = replace(FINE, start=start, asked_on=asked)
    assert one_day.is_two_years_in_force(case) is (days >= 731) or days in (730, 731)


def test_a_policy_of_the_leap_day_is_two_years_old_on_the_first_of_march() -> None:
    born = replace(FINE, start=date(2024, 2, 29))
    assert not one_day.is_two_years_in_force(replace(born, asked_on=date(2026, 2, 28)))
    assert one_day.is_two_years_in_force(replace(born, asked_on=date(2026, 3, 1)))


def test_the_list_has_sixty_illnesses() -> None:
    assert len(ILLNESSES) == 60


@pytest.mark.parametrize(
    ("said", "illness"),
    [
        ("breast cancer", "cancer"),
        ("acute myocardial infarction", "heart_attack"),
        ("she had a stroke", "stroke"),
        ("end-stage renal failure", "kidney_failure"),
        ("carcinoma in situ", ""),
        ("early-stage thyroid cancer", ""),
        ("no cancer", ""),
        ("pneumonia", ""),
        ("a mini stroke", ""),
    ],
)
def test_a_serious_illness_is_told_from_the_words_and_a_milder_one_is_not(said: str, illness: str) -> None:
    assert serious_illness(said) == illness


# In the report


def report(person: Person, policy: str, diagnosis: str, first: str | None, *, prove: bool = False) -> str:
    if prove:
        person.say("is my policy in force", "check_policy_status")
        person.prove(*WANG)
    answers = {
        "identifier": policy, "kind": "illness", "reporter": "myself", "insured_name": "Wang Fang",
        "policy": policy, "date": "20 November 2026", "diagnosis": diagnosis, "first_diagnosis": first or "",
        "story": "the doctor found it at the yearly check", "hospital": "skip", "phone": "202-555-0102",
        "@confirm": "yes",
    }  # fmt: skip
    said = person.say("I want to report something", "report_claim")
    while (name := person.custom.get("expects")) is not None:
        said = person.say(answers[name])
    return said


def test_the_owner_is_told_at_once_that_it_goes_the_fast_way(someone: Person, store: Store) -> None:
    said = report(someone, "880000100201", "breast cancer", "yes", prove=True)
    assert "meets the conditions of the one-day decision" in said
    claim = claim_of(store, someone.custom["claim"])
    assert (claim.kind, claim.illness, claim.first_diagnosis) == ("critical_illness", "cancer", True)
    assert (claim.scheme, claim.scheme_reason) == ("one_day", "")
    assert claim.missing == list(papers_for("critical_illness", "cancer")) and "pathology report" in said
    assert claim.papers_complete_at is None and claim.decision_due is None


@pytest.mark.parametrize(
    ("diagnosis", "first", "change", "reason", "words"),
    [
        ("pneumonia", None, {}, "not_in_scope", "not on the list"),
        ("breast cancer", "no", {}, "not_in_scope", "not the first diagnosis of cancer"),
        ("breast cancer", "it came back", {}, "not_in_scope", "not the first diagnosis of cancer"),
        ("breast cancer", "yes", {"start": date(2025, 11, 1)}, "not_two_years", "not yet 2 years"),
        ("breast cancer", "yes", {"state": PolicyState.LAPSED}, "not_two_years", "not in force"),
        ("breast cancer", "yes", {"group": True}, "not_individual", "group policy"),
    ],
)
def test_the_owner_is_told_at_once_why_it_goes_the_usual_way(
    diagnosis: str, first: str | None, change: dict[str, object], reason: str, words: str, someone: Person,
    store: Store,
) -> None:  # fmt: skip
    with store.writing() as session:
        policy = session.scalars(select(Policy).where(Policy.number == "880000100201")).unique().one()
        for name, value in change.items():
            setattr(policy.product if name == "group" else policy, name, value)
    said = report(someone, "880000100201", diagnosis, first, prove=True)
    assert "within 5 working days" in said and words in said
    claim = claim_of(store, someone.custom["claim"])
    assert (claim.scheme, claim.scheme_reason) == ("usual", reason)


def test_who_is_not_verified_hears_nothing_that_only_the_policy_knows(someone: Person, store: Store) -> None:
    with store.writing() as session:
        policy = session.scalars(select(Policy).where(Policy.number == "880000100201")).unique().one()
        policy.start = date(2026, 1, 1)
    said = report(someone, "880000100201", "breast cancer", "yes")
    assert "if the policy is an individual one" in said and "not yet" not in said
    assert claim_of(store, someone.custom["claim"]).scheme_reason == "not_two_years"


# Papers and clock


def test_status_tells_the_clock_before_and_after_the_last_paper(
    someone: Person, store: Store, clock: ManualClock
) -> None:
    someone.say("how far is my claim", "check_claim_status")
    said = someone.prove(*WANG)
    assert "meets the conditions" in said and "pathology report" in said
    send_file(store, someone, clock)
    said = someone.say("I have a paper for it", "add_claim_document")
    assert "decision comes by Monday 23 November 2026, 20:00" in said, "sent on a Sunday"
    claim = claim_of(store)
    assert (claim.status, claim.missing, claim.scheme) == ("in_review", [], "one_day")
    assert claim.papers_complete_at == clock.now() and claim.decision_due == at("2026-11-23T20:00")
    assert "Monday 23 November 2026, 20:00" in someone.say("how far is my claim", "check_claim_status")
    clock.advance(days=2)
    someone.say("how far is my claim", "check_claim_status")
    assert "We are late" in someone.prove(*WANG)
    with store.reading() as session:
        paper = session.scalars(select(Paper)).one()
        assert (paper.claim_id, paper.title, paper.taken_at) == (
            claim.id,
            "pathology report",
            claim.papers_complete_at,
        )


def test_the_file_is_asked_for_and_taken_when_it_comes(
    someone: Person, store: Store, clock: ManualClock
) -> None:
    someone.say("here is a paper", "add_claim_document")
    said = someone.prove(*WANG)
    assert someone.custom["expects"] == "file" and "pathology report" in said
    send_file(store, someone, clock)
    said = someone.send_button({"form": "add_claim_document", "version": 1, "field": "file", "value": "sent"})
    assert "is here" in said and claim_of(store).missing == []


def test_a_paper_that_comes_later_is_noted_and_stays_missing(someone: Person, store: Store) -> None:
    someone.say("here is a paper", "add_claim_document")
    someone.prove(*WANG)
    said = someone.say("later")
    assert "you will send the pathology report" in said
    claim = claim_of(store)
    assert (claim.missing, claim.promised) == (["pathology report"], ["pathology report"])
    assert claim.decision_due is None
    assert "you will send: pathology report" in someone.say("how far is my claim", "check_claim_status")


def test_saying_that_it_was_sent_starts_no_clock(someone: Person, store: Store) -> None:
    someone.say("here is a paper", "add_claim_document")
    someone.prove(*WANG)
    assert "No file has arrived" in someone.say("I have sent it")
    assert claim_of(store).papers_complete_at is None


def test_several_papers_are_ticked_off_one_by_one(someone: Person, store: Store, clock: ManualClock) -> None:
    with store.writing() as session:
        claim = session.scalars(select(Claim).where(Claim.number == CLAIM)).one()
        claim.missing = ["pathology report", "bank account", "identity document"]
    someone.say("here is a paper", "add_claim_document")
    someone.prove(*WANG)
    assert someone.custom["expects"] == "paper"
    someone.say("the bank account")
    send_file(store, someone, clock)
    said = someone.send_button({"form": "add_claim_document", "version": 1, "field": "file", "value": "sent"})
    assert "Still missing: pathology report and identity document" in said
    assert claim_of(store).papers_complete_at is None


def test_another_customers_claim_is_not_found(someone: Person, store: Store, clock: ManualClock) -> None:
    with store.writing() as session:
        claim = session.scalars(select(Claim).where(Claim.number == "CL20250001")).one()
        claim.status, claim.missing = "documents_missing", ["discharge summary"]
    someone.say("is my policy in force", "check_policy_status")
    someone.prove()
    send_file(store, someone, clock)
    said = someone.say(f"a paper for {CLAIM}", "add_claim_document")
    assert CLAIM not in said
    assert claim_of(store).missing == ["pathology report"]


def test_a_file_of_another_conversation_is_not_taken(
    someone: Person, store: Store, clock: ManualClock
) -> None:
    from tests.actions.customer import new_customer

    other = new_customer(store, clock, someone.dialogue)
    send_file(store, other, clock)
    someone.say("here is a paper", "add_claim_document")
    someone.prove(*WANG)
    someone.say("I have sent it")
    assert claim_of(store).missing == ["pathology report"]


def test_a_paper_that_cannot_be_used_stops_the_clock(store: Store, clock: ManualClock) -> None:
    with store.writing() as session:
        claim = session.scalars(select(Claim).where(Claim.number == CLAIM)).one()
        assert casefile.take_paper(session, claim, "pathology report", (), clock.now(), actor="agent:amy")
        assert not casefile.take_paper(session, claim, "pathology report", (), clock.now(), actor="agent:amy")
        assert claim.decision_due is not None
        casefile.ask_again(session, claim, "pathology report", "not readable", clock.now(), actor="agent:amy")
        stopped: list[object] = [claim.missing, claim.decision_due, claim.status]
        assert stopped == [["pathology report"], None, "documents_missing"]


@pytest.mark.parametrize(
    ("scheme", "due"), [(Scheme.ONE_DAY, "2026-11-24T10:00"), (Scheme.USUAL, "2026-11-30T10:00")]
)
def test_each_scheme_has_its_promise(scheme: Scheme, due: str) -> None:
    assert one_day.decision_due(scheme, at("2026-11-23T10:00")) == at(due)


# Alerts


def test_a_broken_promise_is_listed_and_noted_once(store: Store, clock: ManualClock) -> None:
    with store.writing() as session:
        claim = session.scalars(select(Claim).where(Claim.number == CLAIM)).one()
        casefile.take_paper(session, claim, "pathology report", (), clock.now(), actor="agent:amy")

    def lists() -> tuple[list[str], list[str], bool]:
        with store.reading() as session:
            now = clock.now()
            return (
                [line.number for line in deadlines.at_risk(session, now)],
                [line.number for line in deadlines.overdue(session, now)],
                deadlines.has_unnoted_breach(session, now),
            )

    assert lists() == ([], [], False)
    clock.advance(hours=29, minutes=30)  # Monday 17:30
    assert lists() == ([CLAIM], [], False)
    clock.advance(hours=3)  # Monday 20:30
    assert lists() == ([], [CLAIM], True)
    for expected in ([CLAIM], []):
        with store.writing() as session:
            assert deadlines.note_breaches(session, clock.now()) == expected
    assert lists() == ([], [CLAIM], False)
    with store.writing() as session:
        session.scalars(select(Claim).where(Claim.number == CLAIM)).one().status = "approved"
        noted = (
            select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "claim.deadline_missed")
        )
        assert session.scalar(noted) == 1
    assert lists() == ([], [], False), "a decided claim alerts nobody"


def test_every_kind_has_a_checklist() -> None:
    assert all(papers_for(kind) == PAPERS[kind] for kind in PAPERS)
    assert "bank account" in papers_for("critical_illness", "stroke")


# Death


def test_a_death_without_a_story_asks_only_name_date_and_number(someone: Person, store: Store) -> None:
    someone.say("I want to report a claim", "report_claim")
    someone.say("202-555-0103")
    asked, gentle = [], []
    answers = {"kind": "death", "relation": "skip", "insured_name": "Zhang Guihua", "policy": "skip",
               "date": "20 November 2026", "@confirm": "yes"}  # fmt: skip
    while (name := someone.custom.get("expects")) is not None and "handoff" not in someone.custom:
        asked.append(name)
        gentle.append(someone.last["messages"][-1]["text"])
        someone.say(answers[name])
    assert asked == ["kind", "relation", "insured_name", "policy", "date", "@confirm"]
    assert "passed away" in gentle[2] and "yourself" not in " ".join(gentle)
    assert someone.custom["handoff"] == "death_claim"
