"""What needs the customer's attention: told, confirmed; kinds of reminders, and calls, turned off or on.

A kind that the law demands is never turned off; that is said, not hidden.
"""

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from actions.forms.service import Answers, Context, Facts, Field, Outcome, Service
from actions.normalise import Choice, Misread, read_choice, read_yes_no
from actions.reminders import choices, planning
from actions.reminders.choices import CALLS
from actions.reminders.rules import BY_KIND, RULES
from actions.reply import intent_button
from actions.services.catalogue import CATALOGUE
from actions.services.inquiries import natural, note_look
from actions.services.wording import listed
from records import audit

HEARD, OFF, ON, LEAVE = "heard", "off", "on", "leave"
_WHAT = (
    Choice(
        HEARD,
        "I have heard them",
        ("heard", "got it", "noted", "confirm", "understood", "thank you", "thanks"),
    ),
    Choice(OFF, "Turn a kind off", ("off", "stop", "unsubscribe", "no more", "disable")),
    Choice(ON, "Turn a kind on", ("turn on", "switch on", "remind me of", "remind me about", "enable")),
    Choice(
        LEAVE,
        "Leave it as it is",
        ("leave it", "leave", "nothing", "as it is", "nothing else", "that is all"),
    ),
)
_OFF = re.compile(
    r"\b(?:turn|switch)\b.{0,60}\boff\b"
    r"|\b(?:stop|disable|unsubscribe|no more)\b.{0,60}\b(?:remind|call)"
    r"|\b(?:do not|don't|don’t|never)\b.{0,30}\bcall",
    re.IGNORECASE,
)
_ON = re.compile(
    r"\b(?:turn|switch)\b.{0,60}\bon\b|\bstart\b.{0,30}\b(?:remind|call)"
    r"|\b(?:allow|permit|resume)\b.{0,60}\bcall|\b(?:may|can) call\b",
    re.IGNORECASE,
)
_KINDS = (
    *(Choice(rule.kind, rule.title[:1].upper() + rule.title[1:], rule.synonyms) for rule in RULES),
    Choice(CALLS, "Phone calls from us", ("phone calls", "calls", "call", "calling", "phone")),
)
_TITLES = {rule.kind: rule.title for rule in RULES} | {CALLS: "phone calls from us"}
_LEGAL = frozenset(rule.kind for rule in RULES if not rule.is_optional)
_OPTIONAL = tuple(choice for choice in _KINDS if choice.value not in _LEGAL)


def look_up(session: Session, context: Context) -> Mapping[str, Any]:
    """What concerns the customer now."""
    found = planning.for_customer(session, context.customer_id, context.facts.today)
    return {"reminders": tuple(rule.fill(rule.line, occasion.words) for rule, occasion in found)}


def _told(facts: Facts) -> tuple[str, ...]:
    return facts.more.get("reminders", ())  # type: ignore[no-any-return]


def _ask_what(_answers: Answers, facts: Facts) -> str:
    lines = _told(facts)
    if not lines:
        return "Nothing needs your attention now. Shall I change which reminders you get?"
    told = "\n".join(f"- {line}" for line in lines)
    return (
        f"This needs your attention:\n{told}\nHave you heard it, or shall I change which reminders you get?"
    )


def _read_what(text: str, _facts: Facts) -> str:
    found = _scan_what(text, _facts)
    if found:
        return found
    try:
        return read_choice(text, _WHAT)
    except Misread:
        return HEARD if read_yes_no(text) else LEAVE


def _scan_what(text: str, _facts: Facts) -> str | None:
    if _OFF.search(text):
        return OFF
    return ON if _ON.search(text) else None


def _read_kind(text: str, _facts: Facts) -> str:
    kind = read_choice(text, _OPTIONAL) if text in _TITLES else _kind_in(text)
    if kind in _LEGAL:
        raise Misread("legal", f"I have to tell you of {_TITLES[kind]} in any case. Which other kind is it?")
    return kind


def _kind_in(text: str) -> str:
    try:
        return read_choice(text, _OPTIONAL)
    except Misread as misread:
        if misread.code == "several":
            raise
        return read_choice(text, _KINDS)


def _scan_kind(text: str, facts: Facts) -> str | None:
    if _scan_what(text, facts) is None:
        return None
    try:
        return _kind_in(text)
    except Misread:
        return None


def _may_choose(value: str, _answers: Answers, _facts: Facts) -> None:
    if value in _LEGAL:
        words = f"I have to tell you of {_TITLES[value]} in any case, so it can't be turned off."
        raise Misread("legal", words)


def check_reminders(session: Session, context: Context, answers: Answers) -> Outcome:
    """Do what the customer wants with the reminders, and say how things are."""
    customer = context.customer_id
    actor = f"customer:{context.facts.profile.number}" if context.facts.profile else "bot"
    found = planning.for_customer(session, customer, context.facts.today)
    note_look(session, context, "check_reminders", "all")
    if answers["what"] in (OFF, ON):
        change = _choose(session, context, answers["kind"], actor, wanted=answers["what"] == ON)
        return Outcome(f"Done. {change} {_state(session, customer)}")
    if answers["what"] == HEARD and found:
        planning.confirm(session, found, context.now)
        audit.note(
            session, context.now, actor, "reminders.confirmed", f"customer:{customer}",
            reminders=[planning.heard_key(rule, occasion) for rule, occasion in found],
        )  # fmt: skip
        follow = dict.fromkeys(rule.follow for rule, _ in found if rule.follow)
        return Outcome("Thank you, I have noted that you heard it.", natural(*list(follow)[:3]))
    if not found:
        again = intent_button("Change my reminders", "check_reminders")
        text = f"Nothing needs your attention now. {_state(session, customer)}"
        return Outcome(text, (again, *natural("check_premium_due")))
    return Outcome("All right, I leave it as it is.")


def _choose(session: Session, context: Context, kind: str, actor: str, *, wanted: bool) -> str:
    """Turn a kind, or all calls, on or off; what the customer is told of it."""
    customer, now = context.customer_id, context.now
    if kind == CALLS:
        choices.choose_calls(session, customer, wanted=wanted, now=now, actor=actor)
        if wanted:
            return "We may call you again: in the day, and only about what matters for your cover."
        return "We won't call you by ourselves any more. A call that you ask for is still made."
    rule = BY_KIND[kind]
    choices.choose(session, customer, rule, wanted=wanted, now=now, actor=actor)
    change = "You will hear from us about" if wanted else "I won't send you anything more about"
    return f"{change} {rule.title}."


def _state(session: Session, customer_id: int) -> str:
    wanted = choices.wanted_kinds(session, customer_id)
    off = [_TITLES[rule.kind] for rule in RULES if not wanted[rule.kind]]
    if not choices.takes_calls(session, customer_id):
        off.append(_TITLES[CALLS])
    return f"Turned off: {listed(off)}." if off else "All kinds of reminders are on."


REMINDERS = Service(
    "check_reminders",
    CATALOGUE["check_reminders"].title,
    check_reminders,
    (
        Field(
            name="what",
            title="wish",
            prompt=_ask_what,
            read=_read_what,
            help="You can confirm that you heard it, turn a kind of reminder off or on, or leave it.",
            why="So that I note that you know, and you hear only what you want to hear.",
            choices=lambda _facts: _WHAT,
            scan=_scan_what,
        ),
        Field(
            name="kind",
            title="kind of reminder",
            prompt="Which kind of reminder?",
            read=_read_kind,
            help="Some kinds I have to send in any case; these are the others.",
            why="So that I change the right one.",
            choices=lambda _facts: _OPTIONAL,
            aliases=("kind",),
            scan=_scan_kind,
            when=lambda answers: answers.get("what") in (OFF, ON),
            check=_may_choose,
        ),
    ),
    assurance=2,
    look_up=look_up,
)
