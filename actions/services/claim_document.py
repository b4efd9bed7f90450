"""Handing in a paper that a claim lacks: as a file in the chat, or as a promise that it will be sent.

Only the papers on the claim's checklist, only claims of the verified customer's own policies.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.claims import casefile, telling
from actions.forms.service import Answers, Context, Facts, Field, Outcome, Service
from actions.normalise import Choice, Misread, Option, read_choice, read_claim_number, read_yes_no, words
from actions.services.catalogue import CATALOGUE
from actions.services.claim_papers import KINDS
from actions.services.inquiries import natural
from actions.services.wording import listed
from records import papers
from records.models import Claim, Policy

SENT, LATER = "sent", "later"
_HOW = (
    Choice(SENT, "I have sent it here", ("sent", "uploaded", "done", "attached", "here it is", "sent it")),
    Choice(LATER, "I will send it later", ("later", "not now", "by post", "by mail", "tomorrow", "bring it",
                                           "don't have it", "not at hand", "will send")),
)  # fmt: skip
_COMMON = frozenset("report the a of with that from and for results document".split())


def _mine(session: Session, customer_id: int) -> Sequence[Claim]:
    claims = session.scalars(
        select(Claim)
        .join(Policy, Policy.id == Claim.policy_id)
        .where(Policy.holder_id == customer_id, Claim.status.not_in(casefile.DECIDED))
        .order_by(Claim.reported_at.desc())
    )
    return [claim for claim in claims.unique() if claim.missing]


def look_up(session: Session, context: Context) -> Mapping[str, Any] | Outcome:
    """The claims that lack papers, and whether a file waits already."""
    claims = _mine(session, context.customer_id)
    if not claims:
        return Outcome(
            "None of your claims is waiting for a paper.", natural("check_claim_status", "report_claim")
        )
    return {
        "claims": {
            claim.number: (KINDS.get(claim.kind, claim.kind), tuple(claim.missing)) for claim in claims
        },
        "files": papers.waiting_count(session, context.conversation_id),
    }


def _claims(facts: Facts) -> Mapping[str, tuple[str, tuple[str, ...]]]:
    return facts.more.get("claims", {})  # type: ignore[no-any-return]


def _claim_choices(facts: Facts) -> tuple[Choice, ...]:
    return tuple(
        Choice(number, f"{number} ({kind})", (kind, number[-4:]))
        for number, (kind, _) in _claims(facts).items()
    )


def _read_claim(text: str, facts: Facts) -> str:
    try:
        number = read_claim_number(text)
    except Misread:
        return read_choice(text, _claim_choices(facts))
    if number not in _claims(facts):
        raise Misread("not_yours", "I can't find that among your claims that wait for papers.")
    return number


def _scan_claim(text: str, facts: Facts) -> str | None:
    try:
        number = read_claim_number(text)
    except Misread:
        return None
    return number if number in _claims(facts) else None


def _known_claim(facts: Facts) -> str | None:
    numbers = list(_claims(facts))
    return numbers[0] if len(numbers) == 1 else None


def _all_papers(facts: Facts) -> tuple[str, ...]:
    return tuple(dict.fromkeys(paper for _, missing in _claims(facts).values() for paper in missing))


def _paper_choices(facts: Facts) -> tuple[Choice, ...]:
    every = _all_papers(facts)
    return tuple(Choice(paper, paper[:1].upper() + paper[1:], _own_words(paper, every)) for paper in every)


def _own_words(paper: str, among: Sequence[str]) -> tuple[str, ...]:
    """Words of the paper's name that no other offered paper shares."""
    others = {word for other in among if other != paper for word in words(other)}
    return tuple(word for word in words(paper) if word not in others | _COMMON and len(word) > 2)


def _scan_paper(text: str, facts: Facts) -> str | None:
    try:
        return read_choice(text, _paper_choices(facts)) if len(words(text)) > 1 else None
    except Misread:
        return None


def _is_missing(value: str, answers: Answers, facts: Facts) -> None:
    _, missing = _claims(facts).get(answers.get("claim", ""), ("", ()))
    if answers.get("claim") and value not in missing:
        raise Misread(
            "not_missing",
            "That claim does not need this paper. It still needs one of these:",
            tuple(Option(paper, paper[:1].upper() + paper[1:]) for paper in missing),
        )


def _ask_paper(answers: Answers, facts: Facts) -> str:
    _, missing = _claims(facts).get(answers.get("claim", ""), ("", ()))
    return f"Which paper is it? Claim {answers.get('claim')} still needs: {listed(missing)}."


def _known_paper(facts: Facts) -> str | None:
    every = _all_papers(facts)
    return every[0] if len(every) == 1 else None


def _ask_file(answers: Answers, _facts: Facts) -> str:
    return (
        f"Please send me a photo or a PDF of the {answers['paper']} here in the chat. If you don't have it "
        "at hand, say later, and I note that you will send it."
    )


def _read_how(text: str, _facts: Facts) -> str:
    try:
        return read_choice(text, _HOW)
    except Misread:
        try:
            return SENT if read_yes_no(text) else LATER
        except Misread:
            raise Misread(
                "no_file", "I see no file yet. Send it here, or say later if you will send it another time."
            ) from None


def add_document(session: Session, context: Context, answers: Answers) -> Outcome:
    """Take the files that wait as this paper, or note that it will be sent."""
    number, title = answers["claim"], answers["paper"]
    claim = next((one for one in _mine(session, context.customer_id) if one.number == number), None)
    if claim is None or title not in claim.missing:
        return Outcome(
            "That paper is no longer missing; there is nothing more to do.", natural("check_claim_status")
        )
    actor = f"customer:{context.facts.profile.number}" if context.facts.profile else "bot"
    files = casefile.waiting_files(session, context.conversation_id)
    if not files or answers["file"] == LATER:
        casefile.promise_paper(session, claim, title, context.now, actor=actor)
        lead = "" if answers["file"] == LATER else "No file has arrived here. "
        text = (
            f"{lead}I have noted for claim {claim.number} that you will send the {title}. "
            "You can send it here in the chat at any time, by e-mail, or bring it to a branch."
        )
        return Outcome(text, natural("check_claim_status", "find_branch"), claim=claim.number)
    casefile.take_paper(session, claim, title, files, context.now, actor=actor)
    thanks = f"Thank you, the {title} for claim {claim.number} is here."
    if claim.missing:
        text = f"{thanks} Still missing: {listed(claim.missing)}."
        return Outcome(text, natural("add_claim_document", "check_claim_status"), claim=claim.number)
    text = f"{thanks} {telling.clock(claim, context.now)}"
    return Outcome(text, natural("check_claim_status"), claim=claim.number)


CLAIM_DOCUMENT = Service(
    "add_claim_document",
    CATALOGUE["add_claim_document"].title,
    add_document,
    (
        Field(
            name="claim",
            title="claim",
            prompt="For which claim is the paper?",
            read=_read_claim,
            help="The claim number begins with CL.",
            why="You have more than one claim that waits for papers.",
            choices=_claim_choices,
            aliases=("claim number",),
            entities=("claim_number",),
            scan=_scan_claim,
            known=_known_claim,
        ),
        Field(
            name="paper",
            title="paper",
            prompt=_ask_paper,
            read=lambda text, facts: read_choice(text, _paper_choices(facts)),
            help="Pick the paper that you want to hand in; the others can follow.",
            why="So that it is ticked off on the list of what your claim needs.",
            choices=_paper_choices,
            aliases=("document",),
            scan=_scan_paper,
            known=_known_paper,
            check=_is_missing,
        ),
        Field(
            name="file",
            title="file",
            prompt=_ask_file,
            read=_read_how,
            help="A clear photo is enough: JPEG, PNG, HEIC or PDF. All four corners should be visible.",
            why="The decision on your claim starts as soon as the last paper is here.",
            choices=lambda _facts: _HOW,
            known=lambda facts: SENT if facts.more.get("files") else None,
        ),
    ),
    assurance=2,
    look_up=look_up,
)
