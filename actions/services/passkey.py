"""Setting up a passkey, "Smart Eye": the verified customer gets a link; the rest happens on its page."""

from sqlalchemy.orm import Session

from actions.forms.service import Answers, Context, Outcome, Service
from actions.identity import links
from actions.identity.links import Purpose
from actions.reply import A_PERSON
from actions.services.catalogue import CATALOGUE


def send_link(session: Session, context: Context, _answers: Answers) -> Outcome:
    """Give the customer a link, on the page or by SMS."""
    offer = links.offer(session, context.conversation_id, context.now, Purpose.REGISTER)
    if offer is None:
        return Outcome("I can't make another link for today. A colleague can help you.", (A_PERSON,))
    where = "I have sent you an SMS with a link." if offer.by_sms else f"Please open this page: {offer.url}"
    return Outcome(
        "With a passkey your own phone or computer checks your face or fingerprint. They stay on it; we are "
        "only told that it is you. The page is valid for five minutes and sends a code to your number first. "
        f"{where}"
    )


PASSKEY = Service("set_up_passkey", CATALOGUE["set_up_passkey"].title, send_link, assurance=2)
