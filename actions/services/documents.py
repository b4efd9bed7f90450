"""Papers from us: a lost policy document (GS), and how notices come (NT).

Nothing here changes the contract; a copy never makes the old paper valid again.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from actions.normalise import Choice, Misread
from actions.servicing.choices import choice_field
from actions.servicing.conditions import is_living
from actions.servicing.payouts import arrangement_of
from actions.servicing.position import Case
from actions.servicing.profiles import profile_row
from actions.servicing.transaction import Condition, Refusal, Transaction
from records.models import ServiceTransaction

WISHES = (
    Choice("lost", "It is lost: block it and make a new one", ("lost", "stolen", "missing", "gone", "block")),
    Choice("found", "I found it: release it", ("found", "release", "unblock")),
    Choice("copy", "I would like a copy", ("copy", "duplicate", "print", "paper copy", "reprint")),
)  # fmt: skip
FORMS = (
    Choice(
        "electronic", "Electronic, the same day", ("electronic", "e-mail", "email", "pdf", "digital", "app")
    ),
    Choice("paper", "On paper, by post", ("paper", "post", "mail", "printed")),
)


def _blocked(case: Case) -> Refusal | None:
    position = case.known_position
    if position is None or case.answers.get("wish") != "found" or position.document == "lost":
        return None
    if position.document_issue > 1:
        return Refusal(
            "replaced",
            f"A new document of {position.title} was made already, so the old paper is no longer valid. "
            "Please destroy it; your new document counts.",
            ("reissue_policy",),
        )
    return Refusal(
        "not_lost",
        f"The document of {position.title} is not reported lost: there is nothing to release.",
        ("reissue_policy",),
    )


def _has_address(value: str, case: Case) -> None:
    if value == "paper" and case.known_person is not None and not case.person.address:
        raise Misread(
            "no_address",
            "I have no address of yours on file, so the post cannot reach you. You can take the electronic "
            "one, or change your address first.",
        )


def _lines(case: Case) -> tuple[str, ...]:
    position, wish = case.position, case.answers["wish"]
    if wish == "found":
        return (f"Release the document of {position.title}; it is valid again",)
    first = (
        f"Block the document of {position.title}: nobody can use the old paper any more"
        if wish == "lost"
        else f"A copy of the document of {position.title}"
    )
    form = (
        f"On paper, by post to {case.person.address}"
        if case.answers["form"] == "paper"
        else "Electronic: in the app and by e-mail"
    )
    return (first, f"{form}; free of charge", "Your cover goes on unchanged")


def _next(case: Case) -> str:
    if case.answers["wish"] == "found":
        return "The block is lifted."
    arrives = "by post within 10 working days" if case.answers["form"] == "paper" else "today"
    stolen = " If it was stolen with your identity card or phone, please tell us and the police (110)."
    return f"The new document comes {arrives}." + (stolen if case.answers["wish"] == "lost" else "")


def reissue(session: Session, row: ServiceTransaction, _now: datetime) -> None:
    """Block and renew, release, or copy. With an electronic document at once, nothing stays blocked."""
    assert row.policy_id is not None  # noqa: S101 - the service asks for a policy
    arrangement = arrangement_of(session, row.policy_id)
    wish, form = row.details["wish"], row.details.get("form")
    if wish == "lost":
        arrangement.document = "lost" if form == "paper" else "valid"
        arrangement.document_issue += 0 if form == "paper" else 1
    elif wish == "found":
        arrangement.document = "valid"
    arrangement.document_form = form or arrangement.document_form


REISSUE = Transaction(
    intent="reissue_policy",
    fields=(
        choice_field(
            "wish",
            "what happened",
            "What about your policy document?",
            WISHES,
            why="A lost document is blocked, so that nobody else can use it.",
            aliases=("document",),
        ),
        choice_field(
            "form",
            "form of the document",
            "How shall the new document come?",
            FORMS,
            why="An electronic policy is worth exactly as much as one on paper.",
            refuse=_has_address,
            when=lambda answers: answers.get("wish") in ("lost", "copy"),
            aliases=("paper or electronic",),
            scanned=False,
        ),
    ),
    conditions=(is_living(), Condition("release: the document is reported lost and not replaced", _blocked)),
    lines=_lines,
    details=lambda case: {"wish": case.answers["wish"], "form": case.answers.get("form")},
    next_steps=_next,
    effect=reissue,
)

WAYS = (
    Choice("paper", "On paper, by post", ("paper", "post", "letter", "mail", "printed")),
    Choice("email", "By e-mail", ("email", "e-mail", "electronic", "electronically")),
    Choice("sms", "By SMS", ("sms", "text", "text message", "phone", "mobile")),
)
_WAYS = {choice.value: choice.title.lower() for choice in WAYS}


def _reaches(case: Case) -> Refusal | None:
    person, way = case.known_person, case.answers.get("way")
    if person is None:
        return None
    missing = (way == "email" and not person.email) or (way == "paper" and not person.address)
    if not missing:
        return None
    what = "e-mail address" if way == "email" else "postal address"
    return Refusal(
        f"no_{way}_address",
        f"I have no {what} of yours on file, so notices could not reach you that way. Please give me one "
        "first.",
        ("change_contact", "set_notice_delivery"),
    )


def _other_way(value: str, case: Case) -> None:
    if case.known_person is not None and case.person.notices == value:
        raise Misread("same", f"Your notices come {_WAYS[value]} already. How shall they come instead?")


def set_way(session: Session, row: ServiceTransaction, _now: datetime) -> None:
    """Set it."""
    profile_row(session, row).notices = row.details["way"]


NOTICES = Transaction(
    intent="set_notice_delivery",
    about_policy=False,
    fields=(
        choice_field(
            "way",
            "way of delivery",
            "How shall notices and yearly statements reach you?",
            WAYS,
            why="So that nothing important gets lost.",
            refuse=_other_way,
            aliases=("delivery", "way"),
        ),
    ),
    conditions=(Condition("the address for this way is on file", _reaches),),
    lines=lambda case: (f"Notices and yearly statements of all your policies: {_WAYS[case.answers['way']]}",),
    details=lambda case: {"way": case.answers["way"], "before": case.person.notices},
    next_steps=lambda _case: "It counts from the next notice. You can change it at any time.",
    effect=set_way,
)
