"""How each question is listened to: grammar, end of turn, interruption, keypad, confirmation, in one table.

Fields are named as the services name them; a field that is not in the table is a mistake, not a default.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from voice.hearing.base import Grammar, GrammarKind
from voice.turns import profiles
from voice.turns.keypad import Keys
from voice.turns.profiles import Endpointing, Interruption

MOST_KEYED_CHOICES = 9
NO_KEYS = Keys()
USUAL = Interruption()


class Confirmation(StrEnum):
    """What is done with an answer before it counts."""

    ACCEPT = "accept"
    """It counts."""

    IMPLICIT = "implicit"
    """It counts, and is named in the next sentence, so that the caller can object."""

    READ_BACK = "read_back"
    """It is read back, in groups where it is a number, and confirmed."""

    KEYPAD = "keypad"
    """It is asked for again, on the keypad."""

    AGAIN = "again"
    """It is asked for again."""


@dataclass(frozen=True, slots=True)
class Trust:
    """What is done with an answer, by how surely it was heard."""

    accept_from: float
    """Heard at least so surely: `sure` is done."""

    confirm_from: float
    """Heard at least so surely: `unsure` is done; less: `doubtful`."""

    sure: Confirmation
    unsure: Confirmation
    doubtful: Confirmation = Confirmation.AGAIN

    def of(self, confidence: float) -> Confirmation:
        """What to do with an answer heard so surely."""
        if confidence >= self.accept_from:
            return self.sure
        return self.unsure if confidence >= self.confirm_from else self.doubtful


@dataclass(frozen=True, slots=True)
class Listening:
    """How one question is listened to."""

    grammar: Grammar
    endpointing: Endpointing
    trust: Trust
    keys: Keys = NO_KEYS
    interruption: Interruption = USUAL
    secret: bool = False
    """Left out of recordings, logs and the live transcript."""

    by_text: bool = False
    """Cannot be spoken well: the customer is offered a link by text message, or a person."""


_PLAIN = Trust(0.5, 0.3, Confirmation.ACCEPT, Confirmation.IMPLICIT)
_TOLD = Trust(0.5, 0.2, Confirmation.ACCEPT, Confirmation.ACCEPT)
"""The dialogue itself asks where it does not understand."""

_WEIGHTY = Trust(0.75, 0.45, Confirmation.ACCEPT, Confirmation.AGAIN)
"""A yes that moves something: an unsure one is asked for again, never guessed."""

_NAMED = Trust(0.8, 0.4, Confirmation.IMPLICIT, Confirmation.READ_BACK)
_NUMBERED = Trust(0.9, 0.4, Confirmation.READ_BACK, Confirmation.READ_BACK, Confirmation.KEYPAD)
"""Recognisers are least sure of digits: they are always read back, except on the keypad."""

_PROVING = Trust(0.85, 0.4, Confirmation.ACCEPT, Confirmation.READ_BACK, Confirmation.KEYPAD)

_YES_NO_KEYS = Keys(meanings=(("1", "yes"), ("2", "no")))

FREE = Listening(Grammar(), profiles.FREE, _TOLD)
STORY = Listening(Grammar(), profiles.STORY, _TOLD)
YES_NO = Listening(Grammar(GrammarKind.YES_NO), profiles.YES_NO, _PLAIN, _YES_NO_KEYS)
CONSENT = Listening(Grammar(GrammarKind.YES_NO), profiles.YES_NO, _WEIGHTY, _YES_NO_KEYS)
CHOICE = Listening(Grammar(GrammarKind.CHOICE), profiles.CHOICE, _PLAIN)
NAME = Listening(Grammar(GrammarKind.NAME), profiles.NAME, _NAMED)
DATE = Listening(Grammar(GrammarKind.DATE), profiles.DATE, _NAMED, Keys(length=8))
"""Keyed as year, month, day: 19850312."""

AMOUNT = Listening(Grammar(GrammarKind.AMOUNT), profiles.AMOUNT, _NAMED)
WRITTEN = Listening(Grammar(), profiles.NAME, _NAMED, by_text=True)


def _digits(
    length: int | None,
    shape: str,
    trust: Trust = _NUMBERED,
    *,
    secret: bool = False,
    keys: Keys | None = None,
) -> Listening:
    return Listening(
        Grammar(GrammarKind.DIGITS, length=length, shape=shape),
        replace(profiles.DIGITS, digits=length),
        trust,
        keys or Keys(length=length),
        secret=secret,
    )


POLICY_NUMBER = _digits(12, "policy_number")
IDENTIFIER = _digits(None, "identifier", secret=True)
PHONE_NUMBER = _digits(None, "phone_number")
CLAIM_NUMBER = _digits(None, "claim_number")
RECEIPT_NUMBER = _digits(None, "receipt_number")
ACCOUNT_NUMBER = _digits(None, "account_number", secret=True)
ID_NUMBER = _digits(18, "id_number", secret=True, keys=Keys(length=18, letters=(("*", "X"),)))
ID_NUMBERS = replace(_digits(None, "id_number", secret=True), by_text=True)
ID_ENDING = _digits(4, "id_ending", _PROVING, secret=True, keys=Keys(length=4, letters=(("*", "X"),)))
CODE = _digits(6, "code", _PROVING, secret=True)
YEAR = _digits(4, "year", _PLAIN)
BIRTH = replace(DATE, trust=_PROVING, secret=True)

_ONE_OF_YOURS = frozenset(("policy_number", "claim_number", "receipt_number"))
"""Numbers of what the customer has: with several of them the titles are offered."""

ANYWHERE: dict[str, Listening] = {
    # What every form can ask.
    "@change": CHOICE,
    "@confirm": CONSENT,
    "@resume": YES_NO,
    "@strengthen": CHOICE,
    # Proof of identity.
    "identifier": IDENTIFIER,
    "birth": BIRTH,
    "id_ending": ID_ENDING,
    "code": CODE,
    "old_code": CODE,
    # Before money leaves, and consent.
    "account": ACCOUNT_NUMBER,
    "approached": CONSENT,
    "handed_over": CONSENT,
    "consent": CONSENT,
    "sure": CONSENT,
    "withdraw": CONSENT,
    # Which of several.
    "policy": POLICY_NUMBER,
    "claim": CLAIM_NUMBER,
    "receipt": RECEIPT_NUMBER,
    "which": RECEIPT_NUMBER,
    "visit": CHOICE,
    "class": CHOICE,
    "delivery": CHOICE,
    "form": CHOICE,
    "frequency": CHOICE,
    "item": CHOICE,
    "kind": CHOICE,
    "marital_status": CHOICE,
    "new_sex": CHOICE,
    "option": CHOICE,
    "paper": CHOICE,
    "purpose": CHOICE,
    "relation": CHOICE,
    "reporter": CHOICE,
    "switch": CHOICE,
    "way": CHOICE,
    "what": CHOICE,
    "wish": CHOICE,
    "file": replace(CHOICE, by_text=True),
    # Yes or no.
    "first_diagnosis": CONSENT,
    "illness": CONSENT,
    "old_phone": YES_NO,
    # Numbers, dates, amounts.
    "phone": PHONE_NUMBER,
    "new_phone": PHONE_NUMBER,
    "new_id_no": ID_NUMBER,
    "id_numbers": ID_NUMBERS,
    "year": YEAR,
    "date": DATE,
    "expires": DATE,
    "new_birth": DATE,
    "since": DATE,
    "amount": AMOUNT,
    "extra": AMOUNT,
    "new_sum": AMOUNT,
    # Names.
    "bank": NAME,
    "employer": NAME,
    "holder": NAME,
    "hospital": NAME,
    "insured_name": NAME,
    "job": NAME,
    "nationality": NAME,
    "new_holder": NAME,
    "new_name": NAME,
    "place": NAME,
    # In the caller's own words.
    "diagnosis": FREE,
    "relations": FREE,
    "time": FREE,
    "health_story": STORY,
    "story": STORY,
    "shares": STORY,
    # Letters that no recogniser gets right.
    "address": WRITTEN,
    "email": WRITTEN,
}
"""By the name of the field."""

_VISIT = "start_return_visit"
IN_SERVICE: dict[tuple[str, str], Listening] = {
    (_VISIT, name): CONSENT
    for name in (
        "account cooling_off cover dividends instalments investment loss manual signed speaker"
    ).split()
}
"""By service and name, where a name means something else there or only occurs there."""


class UnknownField(KeyError):
    """A field that nobody has said how to listen to."""


def entry(expects: str | None, service: str | None) -> Listening:
    """What the table says of a question; without one, anything may be said.

    Raises:
        UnknownField: the question is not in the table.
    """
    if expects is None:
        return FREE
    found = IN_SERVICE.get((service or "", expects)) or ANYWHERE.get(expects)
    if found is None:
        raise UnknownField(f"{service}.{expects}")
    return found


def listening_for(
    expects: str | None, service: str | None, gentle: bool, choices: Sequence[str] = ()
) -> Listening:
    """How to listen after a reply that expects this.

    `choices` are the titles of the reply's buttons. A name the table lacks is listened to freely here: a
    call never breaks on it, a test does.
    """
    try:
        found = entry(expects, service)
    except UnknownField:
        found = FREE
    if choices:
        found = _with_choices(found, tuple(choices))
    if gentle:
        found = replace(
            found,
            endpointing=found.endpointing.patient(),
            keys=replace(found.keys, idle_seconds=found.keys.idle_seconds * profiles.PATIENCE),
        )
    return found


def _with_choices(found: Listening, choices: tuple[str, ...]) -> Listening:
    grammar = replace(found.grammar, phrases=choices)
    meanings = tuple((str(place), title) for place, title in enumerate(choices, start=1))[:MOST_KEYED_CHOICES]
    if grammar.kind in (GrammarKind.CHOICE, GrammarKind.YES_NO):
        return replace(found, grammar=grammar, keys=Keys(meanings=meanings))
    if grammar.shape in _ONE_OF_YOURS:
        # "The first one" is no number: nobody waits as long for it as for the next group of digits.
        return replace(
            found,
            grammar=replace(grammar, kind=GrammarKind.CHOICE),
            endpointing=profiles.CHOICE_OR_NUMBER,
            keys=Keys(meanings=meanings),
        )
    return replace(found, grammar=grammar)
