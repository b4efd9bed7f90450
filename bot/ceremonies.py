"""What the verification page asks for: a code sent, a code checked, a challenge, a device's answer taken.

Every act runs in one transaction that is committed also when the answer is a refusal: a try is a try. What
proves whom is decided in `actions.identity`; here the conversation is told of it, and goes on.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from actions.forms import shelf
from actions.forms.shelf import Sheet, Status
from actions.forms.state import STRENGTHEN
from actions.identity import codes, links, passkeys
from actions.identity.links import Link, Purpose
from actions.identity.passkeys import Outcome
from actions.identity.relying_party import RelyingParty
from records import ledger
from records.models import Author, ConversationId, Kind, Owner

CODE_PURPOSE = "passkey"

CONFIRMED = "Your passkey has confirmed that it is you."
REGISTERED = "Your passkey is set up. From now on your face or fingerprint is enough where we must be sure."
GOES_ON = "I have used my passkey"
"""What stands in the conversation as the customer's own act: the same as on the button for it."""

MESSAGES = {
    codes.Request.TOO_SOON: "A code was sent a moment ago. In a minute you can have a new one.",
    codes.Request.EXHAUSTED: "We have sent as many codes as we may for today. A colleague can help you.",
    codes.Request.NO_NUMBER: "We have no phone number on file for you. A colleague can help you.",
    codes.Confirmed.NO: "That is not the code that we sent last.",
    codes.Confirmed.EXPIRED: "That code is no longer valid. Please have a new one sent.",
    codes.Confirmed.EXHAUSTED: "That was not the right code either. Please have a new one sent.",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the page gets."""

    content: Mapping[str, Any] = field(default_factory=lambda: {"ok": True})
    status: int = 200
    moved: bool = False
    """The conversation has something new."""


REFUSED = Answer(
    {
        "error": "refused",
        "message": "That did not work. You can try again, or ask for a person in your conversation.",
    },
    403,
)

Act = Callable[[Session, Link, Mapping[str, Any], RelyingParty, datetime], Answer]


def send_code(
    session: Session, link: Link, body: Mapping[str, Any], party: RelyingParty, now: datetime
) -> Answer:
    """Send the code that making a passkey needs, to the number on file."""
    if link.purpose is not Purpose.REGISTER:
        return REFUSED
    asked = codes.request(session, link.conversation_id, link.customer_id, CODE_PURPOSE, now)
    return Answer() if asked.outcome is codes.Request.SENT else _told(asked.outcome)


def check_code(
    session: Session, link: Link, body: Mapping[str, Any], party: RelyingParty, now: datetime
) -> Answer:
    """Take the code: whoever has the link alone, from the conversation's transcript say, gets no further."""
    if link.purpose is not Purpose.REGISTER:
        return REFUSED
    result = codes.confirm(session, link.conversation_id, CODE_PURPOSE, str(body.get("code", ""))[:100], now)
    if result is not codes.Confirmed.YES:
        return _told(result)
    links.note_code(session, link, now)
    return Answer()


def challenge(
    session: Session, link: Link, body: Mapping[str, Any], party: RelyingParty, now: datetime
) -> Answer:
    """A challenge for the customer's device."""
    is_registration = link.purpose is Purpose.REGISTER
    make = passkeys.registration_options if is_registration else passkeys.step_up_options
    options = make(session, link, party, now)
    return REFUSED if options is None else Answer({"options": options})


def take_answer(
    session: Session, link: Link, body: Mapping[str, Any], party: RelyingParty, now: datetime
) -> Answer:
    """The device's answer: a passkey is kept, or the conversation rises to level 3 and goes on by itself."""
    credential = body.get("credential")
    if not isinstance(credential, dict):
        return REFUSED
    decide = passkeys.register if link.purpose is Purpose.REGISTER else passkeys.step_up
    if decide(session, link, credential, party, now) is not Outcome.DONE:
        return REFUSED
    waiting = _waiting_form(session, link)
    if link.purpose is Purpose.REGISTER:
        _tell(session, link, REGISTERED, now)
        onward = links.onward(session, link, now) if waiting else None
        return Answer({"ok": True, "next": onward}, moved=True)
    _tell(session, link, CONFIRMED, now)
    if waiting is not None:
        _go_on(session, link, waiting, now)
    return Answer(moved=True)


ACTS: Mapping[str, Act] = {
    "send": send_code,
    "code": check_code,
    "options": challenge,
    "answer": take_answer,
}


def waiting_service(session: Session, link: Link) -> str | None:
    """The service that waits for the strong proof in the link's conversation."""
    sheet = _waiting_form(session, link)
    return sheet.service if sheet else None


def _told(outcome: codes.Request | codes.Confirmed) -> Answer:
    return Answer({"error": outcome.value, "message": MESSAGES[outcome]}, 403)


def _waiting_form(session: Session, link: Link) -> Sheet | None:
    sheets = shelf.recent(session, link.conversation_id)
    open_one = next((sheet for sheet in sheets if sheet.status is Status.OPEN), None)
    return open_one if open_one is not None and open_one.state.asking == STRENGTHEN else None


def _tell(session: Session, link: Link, text: str, now: datetime) -> None:
    standing = ledger.lock(session, ConversationId(link.conversation_id))
    entry = (f"verified:{link.id}", Kind.MESSAGE, {"text": text})
    ledger.append(session, standing, Author.SYSTEM, [entry], now, epoch=None)


def _go_on(session: Session, link: Link, sheet: Sheet, now: datetime) -> None:
    """Press "I have used my passkey" for the customer, so that the bot's next turn begins by itself.

    Only where the bot has the conversation: a person sees the notice and needs no press.
    """
    conversation_id = ConversationId(link.conversation_id)
    if ledger.lock(session, conversation_id).owner is not Owner.BOT:
        return
    payload = {"form": sheet.service, "version": sheet.version, "field": STRENGTHEN, "value": "done"}
    body = {"text": GOES_ON, "button": payload}
    ledger.append_from_customer(session, conversation_id, f"goes-on:{link.id}", body, now)
