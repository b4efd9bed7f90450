"""Handing in a paper that a claim or a request waits for: as a file in the chat, or as a promise to send it.

Only the papers on the checklist, only claims of the verified customer's own policies and their own requests.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.claims import casefile, telling
from actions.forms.service import Answers, Context, Facts, Field, Outcome, Service
from actions.normalise import Choice, Misread, Option, read_choice, read_claim_number, read_yes_no, words
from actions.services import awaited_papers
from actions.services.awaited_papers import is_request
from actions.services.catalogue import CATALOGUE
from actions.services.claim_papers import KINDS
from actions.services.inquiries import natural
from actions.services.wording import listed
from actions.servicing.recording import ways
from records import papers
from records.models import Claim, Policy

SENT, LATER = "sent", "later"
_TITLES = {entry.code: entry.title for entry in CATALOGUE.values() if entry.code}
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
    """The claims and requests that lack papers, and whether a file waits already."""
    claims = _mine(session, context.customer_id)
    requests = awaited_papers.awaiting(session, context.customer_id)
    if not claims and not requests:
        return _nothing_waits(session, context)
    here = [one.number for one in claims if one.conversation_id == context.conversation_id]
    here += [row.receipt for row in requests if row.conversation_id == context.conversation_id]
    return {
        "claims": {
            claim.number: (KINDS.get(claim.kind, claim.kind), tuple(claim.missing)) for claim in claims
        },
        "requests": {row.receipt: (_TITLES.get(row.service, ""), row.waiting_for) for row in requests},
        "here": here,
        "files": papers.waiting_count(session, context.conversation_id),
    }


def _nothing_waits(session: Session, context: Context) -> Outcome:
    """Say so; files that came are further pages of the paper before them, or are kept."""
    files = casefile.waiting_files(session, context.conversation_id)
    paper = awaited_papers.taken_lately(session, context.conversation_id, context.customer_id, context.now)
    if paper is not None and files:
        awaited_papers.put_with(session, paper, files, context.now, actor=_actor(context))
        return Outcome(
            f"Thank you, I have put it with what you sent before: {paper.title}.", receipt=paper.receipt
        )
    if paper is not None:
        return Outcome("I have all that you sent, and nothing of yours waits for a further paper.")
    if files:
        return Outcome(
            "Your file has arrived, but nothing of yours is waiting for a paper. I keep it for seven days: "
            "when you have asked for something that needs it, tell me that you hand in a paper. Or a "
            "colleague looks at it with you.",
            natural("report_claim", "talk_to_agent"),
        )
    return Outcome("Nothing of yours is waiting for a paper.", natural("check_claim_status", "report_claim"))


def _actor(context: Context) -> str:
    return f"customer:{context.facts.profile.number}" if context.facts.profile else "bot"


def _claims(facts: Facts) -> Mapping[str, tuple[str, tuple[str, ...]]]:
    return facts.more.get("claims", {})  # type: ignore[no-any-return]


def _requests(facts: Facts) -> Mapping[str, tuple[str, str]]:
    return facts.more.get("requests", {})  # type: ignore[no-any-return]


def _claim_choices(facts: Facts) -> tuple[Choice, ...]:
    waiting = {number: kind for number, (kind, _) in _claims(facts).items()}
    waiting |= {receipt: title for receipt, (title, _) in _requests(facts).items()}
    return tuple(
        Choice(number, f"{number} ({what})", (what, number[-4:])) for number, what in waiting.items()
    )


def _read_claim(text: str, facts: Facts) -> str:
    try:
        number = read_claim_number(text)
    except Misread:
        return _named_request(text, facts) or read_choice(text, _claim_choices(facts))
    if number not in _claims(facts):
        raise Misread("not_yours", "I can't find that among your claims that wait for papers.")
    return number


def _scan_claim(text: str, facts: Facts) -> str | None:
    try:
        number = read_claim_number(text)
    except Misread:
        return _named_request(text, facts)
    return number if number in _claims(facts) else None


def _named_request(text: str, facts: Facts) -> str | None:
    """The request whose whole receipt number stands in the text."""
    said = "".join(text.upper().split())
    return next((receipt for receipt in _requests(facts) if receipt in said), None)


def _known_claim(facts: Facts) -> str | None:
    """The only one there is, or for a file that came just now the only one of this conversation."""
    numbers = [*_claims(facts), *_requests(facts)]
    if len(numbers) > 1 and facts.more.get("files"):
        numbers = list(facts.more.get("here", ()))
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


def _ask_file(answers: Answers, facts: Facts) -> str:
    if is_request(answers.get("claim")):
        _, what = _requests(facts).get(answers["claim"], ("", "paper"))
        asked = (
            f"For {answers['claim']} I need: {what}. Please send it here in the chat, as a photo or a PDF."
        )
    else:
        asked = f"Please send me a photo or a PDF of the {answers['paper']} here in the chat."
    return f"{asked} If you don't have it at hand, say later, and I note that you will send it."


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
    if is_request(answers["claim"]):
        return _for_request(session, context, answers)
    number, title = answers["claim"], answers["paper"]
    claim = next((one for one in _mine(session, context.customer_id) if one.number == number), None)
    if claim is None or title not in claim.missing:
        return Outcome(
            "That paper is no longer missing; there is nothing more to do.", natural("check_claim_status")
        )
    actor = _actor(context)
    files = casefile.waiting_files(session, context.conversation_id)
    if not files or answers["file"] == LATER:
        casefile.promise_paper(session, claim, title, context.now, actor=actor)
        lead = "" if answers["file"] == LATER else "No file has arrived here. "
        text = (
            f"{lead}I have noted for claim {claim.number} that you will send the {title}. You can send it "
            "here in the chat at any time, by e-mail, or bring it to a branch."
        )
        return Outcome(text, natural("check_claim_status", "find_branch"), claim=claim.number)
    casefile.take_paper(session, claim, title, files, context.now, actor=actor)
    thanks = f"Thank you, the {title} for claim {claim.number} is here."
    if claim.missing:
        text = f"{thanks} Still missing: {listed(claim.missing)}."
        return Outcome(text, natural("add_claim_document", "check_claim_status"), claim=claim.number)
    text = f"{thanks} {telling.clock(claim, context.now)}"
    return Outcome(text, natural("check_claim_status"), claim=claim.number)


def _for_request(session: Session, context: Context, answers: Answers) -> Outcome:
    """Take the files that wait for a request; a colleague looks at them."""
    rows = awaited_papers.awaiting(session, context.customer_id)
    row = next((one for one in rows if one.receipt == answers["claim"]), None)
    if row is None:
        return Outcome("That request waits for no paper any more.", ways("check_transaction_status"))
    files = casefile.waiting_files(session, context.conversation_id)
    what = row.waiting_for
    if not files or answers["file"] == LATER:
        lead = "" if answers["file"] == LATER else "No file has arrived here. "
        text = (
            f"{lead}All right, {row.receipt} waits for it: {what}. You can send it here in the chat at any "
            "time, or bring it to a branch."
        )
        return Outcome(text, (*ways("check_transaction_status"), *natural("find_branch")), row.receipt)
    awaited_papers.hand_in(session, row, files, context.now, actor=_actor(context))
    text = (
        f"Thank you, this is here for {row.receipt}: {what}. A colleague looks at it now, and you hear from "
        "us when it is decided."
    )
    return Outcome(text, ways("check_transaction_status"), row.receipt, custom={"state": row.state})


CLAIM_DOCUMENT = Service(
    "add_claim_document",
    CATALOGUE["add_claim_document"].title,
    add_document,
    (
        Field(
            name="claim",
            title="claim or request",
            prompt="What is the paper for?",
            read=_read_claim,
            help="A claim number begins with CL, the receipt number of a request with SR.",
            why="More than one thing of yours waits for papers.",
            choices=_claim_choices,
            aliases=("claim number", "claim", "request", "receipt number"),
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
            when=lambda answers: not is_request(answers.get("claim")),
        ),
        Field(
            name="file",
            title="file",
            prompt=_ask_file,
            read=_read_how,
            help="A clear photo is enough: JPEG, PNG, HEIC or PDF. All four corners should be visible.",
            why="The decision starts as soon as the last paper is here.",
            choices=lambda _facts: _HOW,
            known=lambda facts: SENT if facts.more.get("files") else None,
        ),
    ),
    assurance=2,
    look_up=look_up,
)
