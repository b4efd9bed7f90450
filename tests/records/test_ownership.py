"""The table of owners: whole, and walked."""

import pytest

from records.models import Owner
from records.ownership import TRANSITIONS, Event, ImpossibleChange, after


def test_every_owner_can_be_reached_and_left_but_for_none() -> None:
    reached = set(TRANSITIONS.values())
    left = {owner for owner, _ in TRANSITIONS}
    assert reached == set(Owner)
    assert left == set(Owner)


def test_from_everywhere_a_way_leads_back_to_the_bot() -> None:
    home = {Owner.BOT}
    while True:
        more = {owner for (owner, _), then in TRANSITIONS.items() if then in home} - home
        if not more:
            break
        home |= more
    assert home == set(Owner)


@pytest.mark.parametrize("owner", Owner)
@pytest.mark.parametrize("event", Event)
def test_what_is_not_in_the_table_cannot_happen(owner: Owner, event: Event) -> None:
    if (owner, event) in TRANSITIONS:
        assert after(owner, event) is TRANSITIONS[owner, event]
    else:
        with pytest.raises(ImpossibleChange):
            after(owner, event)
