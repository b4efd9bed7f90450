"""The call-back: when and on which number a colleague shall call. The call itself is the handoff's."""

from sqlalchemy.orm import Session

from actions.forms.service import Answers, Context, Facts, Field, Outcome, Service
from actions.normalise import Misread, read_phone, show_phone, words
from actions.services.catalogue import CATALOGUE

_LONGEST = 200


def _read_when(text: str, _facts: Facts) -> str:
    if not words(text):
        raise Misread("no_time", 'For example "tomorrow at 10" or "as soon as possible".')
    return text[:_LONGEST]


def request_callback(_session: Session, _context: Context, answers: Answers) -> Outcome:
    """Pass the wish on."""
    number = show_phone(answers["phone"])
    return Outcome(
        f"Thank you. A colleague will call you on {number}: {answers['time']}.",
        handoff="callback",
        custom={"callback": {"phone": answers["phone"], "time": answers["time"]}},
    )


CALLBACK = Service(
    "request_callback",
    CATALOGUE["request_callback"].title,
    request_callback,
    (
        Field(
            name="time",
            title="time",
            prompt="When shall we call you?",
            read=_read_when,
            help='A day and a time, for example "tomorrow at 10". "As soon as possible" is fine too.',
            why="So that we call when it suits you.",
            free=True,
            aliases=("when", "day"),
        ),
        Field(
            name="phone",
            title="phone number",
            prompt="On which number?",
            read=lambda text, _facts: read_phone(text),
            help="With country code if it is not a Chinese number, for example +1 202 555 0101.",
            why="So that we reach you.",
            aliases=("phone", "number", "telephone"),
            entities=("phone",),
            known=lambda facts: facts.profile.mobile if facts.profile else None,
        ),
    ),
    confirm=lambda answers, _facts: (
        f"We call you on {show_phone(answers['phone'])}: {answers['time']}. Is that right?"
    ),
)
