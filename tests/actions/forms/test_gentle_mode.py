"""Gentle mode, for customers of sixty or older and for whoever asks: invariants that walk every service."""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from sqlalchemy import update

from actions.services.registry import SERVICES
from records.models import Conversation
from records.models import Customer as CustomerRow
from tests.actions.customer import Customer
from tests.actions.forms.rehearsal import Moment, Rehearsal

Heard = list[tuple[str, list[dict[str, Any]]]]
"""Where, and the messages of the reply."""

LONGEST = 20
"""Words that may be said in one breath: up to a full stop, a semicolon, a colon or the end of a line."""

MOST_SENTENCES = 8
"""In one reply, the lines of a read-back apart: those are a list to look through."""

PROBES = (
    ("slower, please", "speak_slower"),
    ("what do you mean?", "ask_help"),
    ("why do you need that?", "ask_question"),
    ("What is a waiting period, please?", "ask_question"),
    ("where is your branch in Chengdu", "find_branch"),
    ("no", "deny"),
    ("😀", "nlu_fallback"),
    ("same as before", "nlu_fallback"),
    ("thank you", "thank"),
    ("never mind, leave it", "cancel_task"),
)
"""What else people say at a question: the replies to it obey the same rules."""


@pytest.fixture(scope="session")
def replies(shared_rehearsal: Rehearsal) -> Callable[[str], Heard]:
    """What a customer in gentle mode hears: at every question, at the end, and after every probe."""

    @cache
    def of(service: str) -> Heard:
        heard: Heard = []
        for moment in shared_rehearsal.walk(service).moments:
            heard.append((f"{moment.asked}", moment.last["messages"]))
            for text, intent in PROBES if moment.asked else ():
                customer = gently(shared_rehearsal, moment)
                customer.say(text, intent, 0.95)
                heard.append((f"{moment.asked}, after {text!r}", customer.last["messages"]))
        return heard

    return of


def gently(rehearsal: Rehearsal, moment: Moment) -> Customer:
    """The customer of a walk at a question, in a conversation in which gentle mode was asked for."""
    customer = rehearsal.at(moment)
    with rehearsal.store.writing() as session:
        session.execute(update(Conversation).values(gentle=True))
    return customer


def aged(rehearsal: Rehearsal, moment: Moment) -> Customer:
    """The customer of a walk at a question, of an age of more than sixty by profile."""
    customer = rehearsal.at(moment)
    with rehearsal.store.writing() as session:
        older = update(CustomerRow).where(CustomerRow.number == moment.person.number)
        session.execute(older.values(gentle=True))
    return customer


def breaths(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.!?;:])\s+|\n+", text) if part.strip()]


@pytest.mark.parametrize("service", SERVICES)
def test_sentences_are_short(service: str, replies: Callable[[str], Heard]) -> None:
    for where, messages in replies(service):
        for message in messages:
            for breath in breaths(message["text"]):
                assert len(breath.split()) <= LONGEST, (where, breath)


@pytest.mark.parametrize("service", SERVICES)
def test_one_question_at_a_time_and_few_sentences(service: str, replies: Callable[[str], Heard]) -> None:
    for where, messages in replies(service):
        # A link may hold a question mark that nobody hears.
        text = re.sub(r"\S+://\S+", "", "\n".join(message["text"] for message in messages))
        assert text.count("?") <= 1, (where, text)
        prose = [line for line in text.splitlines() if not line.startswith("- ")]
        sentences = [one for one in re.split(r"(?<=[.!?])\s+|\n+", "\n".join(prose)) if one.strip()]
        assert len(sentences) <= MOST_SENTENCES, (where, sentences)


@pytest.mark.parametrize("service", SERVICES)
def test_a_person_is_one_press_away_from_every_reply(service: str, replies: Callable[[str], Heard]) -> None:
    for where, messages in replies(service):
        custom = messages[-1]["custom"]
        if "after" not in where or "handoff" in custom:
            continue  # gentle mode begins with the probe, and ends where a person is
        assert custom["gentle"] is True
        assert {"intent": "talk_to_agent"} in [one["payload"] for one in messages[-1]["buttons"]], where


@pytest.mark.parametrize("service", SERVICES)
def test_the_press_brings_a_person_at_every_question(service: str, rehearsal: Rehearsal) -> None:
    for moment in rehearsal.walk(service).questions:
        customer = gently(rehearsal, moment)
        customer.say("thank you", "thank", 0.95)
        customer.press("Talk to a person")
        assert customer.custom["handoff"] == "asked_for", moment.asked


@pytest.mark.parametrize("text", ["a person", "agent please", "I would like to talk to somebody, please"])
@pytest.mark.parametrize("service", SERVICES)
def test_who_wants_a_person_is_never_deflected(service: str, text: str, rehearsal: Rehearsal) -> None:
    for moment in rehearsal.walk(service).questions:
        customer = gently(rehearsal, moment)
        customer.say(text, "talk_to_agent", 0.9)
        assert customer.custom["handoff"] == "asked_for", moment.asked
        assert customer.last["loop"] is False


@pytest.mark.parametrize("silence", [{"hours": 5}, {"days": 60}], ids=str)
@pytest.mark.parametrize("service", SERVICES)
def test_nothing_times_out(service: str, silence: dict[str, float], rehearsal: Rehearsal) -> None:
    for moment in rehearsal.walk(service).questions:
        customer = gently(rehearsal, moment)
        rehearsal.clock.advance(**silence)
        said = customer.say("hello", "greet", 0.97)
        assert customer.last["loop"] is True, (moment.asked, said)
        # Only what proves identity runs out; what was told is kept.
        proof = ("identifier", "birth", "id_ending", "@strengthen")
        assert customer.custom["expects"] in (moment.asked, *proof), (moment.asked, said)
        assert "handoff" not in customer.custom
        assert not re.search(r"too (?:late|long|slow)|timed? ?out|expired", said)


@pytest.mark.parametrize("service", SERVICES)
def test_who_needs_the_same_answered_twice_gets_a_person(service: str, rehearsal: Rehearsal) -> None:
    for moment in rehearsal.walk(service).questions:
        for text in ("what do you mean?", "why do you need that?"):
            customer = gently(rehearsal, moment)
            customer.say(text, "ask_help", 0.9)
            assert "handoff" not in customer.custom, (moment.asked, text)
            customer.say(text, "ask_help", 0.9)
            assert customer.custom["handoff"] == "elderly", (moment.asked, text)


@pytest.mark.parametrize("service", SERVICES)
def test_who_is_not_understood_twice_gets_a_person(service: str, rehearsal: Rehearsal) -> None:
    for moment in rehearsal.walk(service).questions:
        customer = gently(rehearsal, moment)
        customer.say("😀", "nlu_fallback", 0.3)
        if customer.custom.get("expects") != moment.asked or moment.asked == "@strengthen":
            continue  # it took the text, or waits for a device and not for words
        customer.say("😀", "nlu_fallback", 0.3)
        assert customer.custom["handoff"] in ("elderly", "verification_failed"), moment.asked


@pytest.mark.parametrize("service", [name for name, one in SERVICES.items() if one.assurance >= 2])
def test_the_profile_alone_makes_it_gentle_for_the_whole_conversation(
    service: str, rehearsal: Rehearsal
) -> None:
    for moment in rehearsal.walk(service).questions:
        if moment.asked in ("identifier", "birth", "id_ending"):
            continue  # nobody knows yet who it is
        customer = aged(rehearsal, moment)
        customer.say("thank you", "thank", 0.95)
        assert customer.custom["gentle"] is True, moment.asked
        assert "Talk to a person" in customer.buttons
        with rehearsal.store.writing() as session:
            session.execute(update(Conversation).values(assurance=0))
        customer.say("thank you", "thank", 0.95)
        assert customer.custom.get("gentle") is True, "also when the proof has run out"
