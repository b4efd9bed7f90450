"""The table of states: drawn in the documentation as it is, and no state without a way out."""

import re
from pathlib import Path

from voice.turns.states import TABLE, Signal, State

PAGE = Path(__file__).parents[3] / "docs/decisions/017-turn-taking.md"


def test_the_documentation_draws_the_table_as_it_is() -> None:
    rows = re.findall(r"^\| (\w+) \| (\w+) \| (\w+) \|", PAGE.read_text(), re.MULTILINE)
    drawn = {
        (State(state), Signal(signal)): State(after) for state, signal, after in rows if state != "state"
    }
    assert drawn == TABLE


def test_every_state_is_reached_and_listening_follows_from_each() -> None:
    def reached_from(state: State) -> set[State]:
        found, ahead = set[State](), [state]
        while ahead:
            current = ahead.pop()
            for (before, _), after in TABLE.items():
                if before is current and after not in found:
                    found.add(after)
                    ahead.append(after)
        return found

    for state in State:
        assert reached_from(state) == set(State)


def test_every_signal_leads_somewhere() -> None:
    assert {signal for _, signal in TABLE} == set(Signal)
