"""The cost table knows every intent that is trained on, and what can move money."""

from __future__ import annotations

import re

from bot.engine.components.costs import CHANNELS, GROUPS, Group, group_of
from bot.engine.places import ROOT


def test_every_intent_of_the_table_is_trained_on() -> None:
    trained = {path.stem for path in (ROOT / "nlu_data/intents").glob("*/*.yml")}
    assert set(GROUPS) <= trained


def test_whatever_the_catalogue_marks_as_money_out_costs_most() -> None:
    catalogue = (ROOT / "actions/services/catalogue.py").read_text(encoding="utf-8")
    marked = re.findall(r'Entry\("(\w+)"[^\n]*money_out=True', catalogue)
    assert len(marked) >= 8
    assert {group_of(intent) for intent in marked} == {Group.MONEY_OUT}


def test_a_wrong_step_costs_more_than_a_question_on_every_channel() -> None:
    for costs in CHANNELS.values():
        assert min(costs.wrong[group] for group in Group) > costs.question
        assert max(costs.wrong, key=lambda group: costs.wrong[group]) is Group.MONEY_OUT
        assert costs.question_in_vain > costs.question
