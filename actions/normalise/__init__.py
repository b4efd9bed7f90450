"""Readings of what people type or say: one normaliser per kind of value, each with its typed error.

A normaliser is pure: text and setting go in, a value comes out or `Misread` is raised. It never crashes.
"""

from actions.normalise.amounts import Share, read_amount, settle
from actions.normalise.choices import Choice, read_choice, read_yes_no
from actions.normalise.dates import Tense, find_dates, is_date_word, read_birth, read_date, show_date
from actions.normalise.identifiers import (
    read_claim_number,
    read_id_ending,
    read_phone,
    read_policy_number,
    show_phone,
)
from actions.normalise.misread import Misread, Option
from actions.normalise.names import read_name, read_person, refuse_other_kinds
from actions.normalise.typed import LIMIT, clean, words

__all__ = [
    "LIMIT",
    "Choice",
    "Misread",
    "Option",
    "Share",
    "Tense",
    "clean",
    "find_dates",
    "is_date_word",
    "read_amount",
    "read_birth",
    "read_choice",
    "read_claim_number",
    "read_date",
    "read_id_ending",
    "read_name",
    "read_person",
    "read_phone",
    "read_policy_number",
    "read_yes_no",
    "refuse_other_kinds",
    "settle",
    "show_date",
    "show_phone",
    "words",
]
