"""The table of a call's states, walked; and the picture of it in the documentation."""

import re
from pathlib import Path

import pytest

from records.models import CallState, Leaving, Owner
from voice.call.course import MOST_STREAMS, Way, decide
from voice.call.states import TRANSITIONS, Event, after

PHONE = Path("docs/phone.md")


def test_every_state_is_reached_and_every_living_one_can_end() -> None:
    reached = {CallState.OPENING} | set(TRANSITIONS.values())
    assert reached == set(CallState)
    for state in CallState:
        if state is not CallState.ENDED:
            assert after(state, Event.HUNG_UP) is CallState.ENDED


@pytest.mark.parametrize("event", list(Event))
def test_nothing_happens_to_a_call_that_is_over(event: Event) -> None:
    assert after(CallState.ENDED, event) is None


def test_from_every_living_state_the_bot_and_a_person_can_be_reached() -> None:
    for goal in (CallState.BOT, CallState.AGENT):
        found = {goal}
        while True:
            more = {state for (state, _), to in TRANSITIONS.items() if to in found} | found
            if more == found:
                break
            found = more
        assert found >= set(CallState) - {CallState.ENDED}


def test_the_documentation_draws_the_table() -> None:
    drawn = set(re.findall(r"^    (\w+) --> (\w+): (.+)$", PHONE.read_text(), re.MULTILINE))
    steps = {(state.value, to.value, event.value) for (state, event), to in TRANSITIONS.items()}
    told = {(state, to, event) for state, to, events in drawn for event in events.split(", ")}
    assert told == steps


@pytest.mark.parametrize(
    ("state", "leaving", "owner", "streams", "way"),
    [
        (CallState.OPENING, None, Owner.BOT, 0, Way.BOT),
        (CallState.OPENING, None, Owner.BOT, 1, Way.BOT),
        (CallState.OPENING, None, Owner.BOT, MOST_STREAMS, Way.PEOPLE),
        (CallState.OPENING, Leaving.GOODBYE, Owner.BOT, 1, Way.HOME),
        (CallState.OPENING, Leaving.GOODBYE, Owner.QUEUED, 1, Way.HOME),
        (CallState.OPENING, Leaving.PEOPLE, Owner.QUEUED, 1, Way.PEOPLE),
        (CallState.OPENING, Leaving.PEOPLE, Owner.AGENT, 1, Way.AGENT),
        (CallState.BOT, None, Owner.BOT, 1, Way.PEOPLE),
        (CallState.QUEUED, Leaving.PEOPLE, Owner.OFFERED, 1, Way.PEOPLE),
        (CallState.QUEUED, Leaving.PEOPLE, Owner.BOT, 1, Way.BOT),
        (CallState.QUEUED, Leaving.PEOPLE, Owner.CALLBACK, 1, Way.HOME),
        (CallState.AGENT, Leaving.PEOPLE, Owner.WRAP_UP, 1, Way.BOT),
        (CallState.AGENT, Leaving.PEOPLE, Owner.CLOSED, 1, Way.BOT),
        (CallState.ENDED, None, Owner.BOT, 1, Way.HOME),
    ],
)
def test_where_a_call_goes_follows_from_the_records(
    state: CallState, leaving: Leaving | None, owner: Owner, streams: int, way: Way
) -> None:
    assert decide(state, leaving, owner, streams) is way


def test_every_case_is_decided() -> None:
    for state in CallState:
        for leaving in (None, *Leaving):
            for owner in Owner:
                assert decide(state, leaving, owner, 1) in Way
