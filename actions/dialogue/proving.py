"""Proof of identity inside a dialogue: by what the customer knows, by a code, or by the passkey of a device.

Says what came of it and keeps the form's way of asking; what proves whom is decided in `actions.identity`.
"""

from actions import identity
from actions.dialogue import phrases
from actions.dialogue.desk import Desk
from actions.forms import prompts
from actions.forms.course import Form
from actions.forms.shelf import Sheet, Status
from actions.forms.state import STRENGTHEN, FormState
from actions.identity import Proven, codes, links
from actions.identity.links import Purpose
from actions.reply import Said
from actions.utterance import Utterance

_BY_CODE = "by_code"
_SENT_FOR = "sent_for"
_AGAIN = "again"
"""Kept beside the answers to the identity questions, and forgotten with them."""


def is_by_code(sheet: Sheet) -> bool:
    """Whether the customer chose the code instead of the questions."""
    return bool(sheet.state.proof.get(_BY_CODE))


def recall(sheet: Sheet, form: Form) -> None:
    """The proof ran out inside a form: who it was is known, so only the proof is asked for again."""
    known, asking = sheet.state.identifier, sheet.state.asking
    if (
        form.proof
        and known
        and "identifier" not in sheet.state.proof
        and asking not in identity.QUESTION_NAMES
    ):
        sheet.state.proof["identifier"] = known
        sheet.is_changed = True


def changes_way(sheet: Sheet, form: Form, utterance: Utterance) -> bool:
    """Whether the message chooses the code, a new code, or the questions; the form is set to it then."""
    asking = sheet.state.asking
    if len(form.proof) < 2 or form.field(asking) not in form.proof:
        return False
    wants = _wanted(form, asking, utterance)
    if wants is None:
        return False
    kept = {name: sheet.state.proof[name] for name in ("identifier", _SENT_FOR) if name in sheet.state.proof}
    by_code = {_BY_CODE: True, _AGAIN: True} if wants == identity.SEND_CODE else {}
    sheet.state.proof = kept | by_code
    sheet.state.tries.pop("code", None)
    sheet.is_changed = True
    return True


def send_code(desk: Desk, sheet: Sheet) -> bool:
    """See to it that a code is out before it is asked for; False when there are no more codes for today."""
    proof = sheet.state.proof
    again = proof.pop(_AGAIN, False)
    if proof.get(_SENT_FOR) == proof["identifier"] and not again:
        return True
    sheet.is_changed = True
    asked = identity.send_code(desk.session, desk.conversation_id, proof["identifier"], desk.now)
    if asked.outcome is codes.Request.SENT:
        proof[_SENT_FOR] = proof["identifier"]
    elif asked.outcome is codes.Request.TOO_SOON:
        desk.reply.say(phrases.code_too_soon(asked.wait_seconds))
    else:
        sheet.state.proof = {"identifier": proof["identifier"]}
        desk.reply.say(phrases.NO_MORE_CODES)
    return asked.outcome is not codes.Request.EXHAUSTED


def check(desk: Desk, sheet: Sheet, form: Form) -> bool:
    """Check the answers to the identity questions; whether the level is reached now. Says what came of it."""
    proof, by_code = sheet.state.proof, is_by_code(sheet)
    sheet.state.identifier = proof["identifier"]
    sheet.state.proof = {}
    if form.service.assurance == 1:
        identity.identify(desk.session, desk.conversation_id, desk.now)
        result = Proven.YES
    else:
        prove = identity.prove_by_code if by_code else identity.prove
        result = prove(desk.session, desk.conversation_id, proof, desk.now, desk.key)
    if result is Proven.YES:
        before = desk.customer_id
        desk.learn()
        if before is not None and desk.customer_id != before:
            _start_clean(desk, sheet)
        if desk.facts.profile is not None:
            desk.reply.say(f"Thank you, {desk.facts.profile.name}.")
        return True
    sheet.state.identifier = None
    if result is Proven.EXHAUSTED:
        desk.hand_over("verification_failed", phrases.TAKEN_OVER["verification_failed"])
    elif not by_code:
        desk.reply.say(phrases.NOT_PROVEN)
    else:
        sent = {} if result is Proven.EXPIRED else {_SENT_FOR: proof["identifier"]}
        sheet.state.proof = {"identifier": proof["identifier"], _BY_CODE: True} | sent
        desk.reply.say(phrases.CODE_TOO_OLD if result is Proven.EXPIRED else phrases.CODE_WRONG)
    return False


def was_settled(sheet: Sheet, form: Form) -> bool:
    """Whether the identity question that was asked last has been settled since, outside of the questions."""
    asking = sheet.state.asking
    return asking in identity.QUESTION_NAMES and form.field(asking) is None


def is_awaited(desk: Desk, sheet: Sheet, form: Form) -> bool:
    """Whether the strong proof was asked for, and is not there."""
    return sheet.state.asking == STRENGTHEN and desk.facts.level < form.service.assurance


def strong_question(desk: Desk, form: Form) -> Said:
    """Why a strong proof is needed here, and the link where it is given."""
    question = prompts.strong_proof(form)
    offer = links.offer(desk.session, desk.conversation_id, desk.now)
    if offer is None:
        return question
    return Said(f"{question.text}\n\n{words_of(offer)}", question.buttons)


def words_of(offer: links.Offer) -> str:
    """A link in words."""
    if offer.by_sms:
        return phrases.LINK_BY_SMS[offer.purpose is Purpose.REGISTER]
    return phrases.LINK[offer.purpose is Purpose.REGISTER].format(url=offer.url)


def _wanted(form: Form, asking: str | None, utterance: Utterance) -> str | None:
    button = utterance.button or {}
    if utterance.pressed_field:
        ours = (button.get("form"), button.get("version"), button.get("field")) == (
            form.service.intent,
            form.version,
            asking,
        )
        value = button.get("value")
        return value if ours and value in (identity.SEND_CODE, identity.ASK_QUESTIONS) else None
    if utterance.button:
        return None
    if asking == "code" and identity.wants_questions(utterance.text):
        return identity.ASK_QUESTIONS
    return identity.SEND_CODE if identity.wants_code(utterance.text) else None


def _start_clean(desk: Desk, sheet: Sheet) -> None:
    """Somebody else is here now: what the one before said and began is not theirs to see or to go on with."""
    sheet.change(state=FormState(identifier=sheet.state.identifier))
    for other in desk.sheets:
        if other is sheet:
            continue
        waits = other.status in (Status.OPEN, Status.SUSPENDED)
        other.state.stale = True
        other.change(status=Status.CANCELLED if waits else other.status)
