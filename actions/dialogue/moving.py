"""A form begun in another conversation of the same customer goes on in this one: other channel, other day.

Only for a verified customer, and moved, never copied: what was begun once can be sent once.
"""

from datetime import timedelta

from sqlalchemy import select

from actions.dialogue import phrases
from actions.dialogue.desk import Desk
from actions.forms.service import Field, Service
from actions.forms.shelf import Sheet, Status
from actions.forms.state import FormState, from_json
from actions.normalise import Misread, show_date
from records import audit
from records.clock import CENTRE_ZONE
from records.models import Conversation
from records.models import Form as FormRow

KEPT = timedelta(days=30)
"""So long what was begun elsewhere is taken up."""


def bring(desk: Desk, sheet: Sheet) -> None:
    """Take over what the customer answered elsewhere for the same service, as far as it still holds."""
    profile = desk.facts.profile
    if profile is None or sheet.state.order:
        return
    row = desk.session.scalars(
        select(FormRow)
        .join(Conversation, Conversation.id == FormRow.conversation_id)
        .where(
            Conversation.customer_id == profile.id,
            FormRow.conversation_id != desk.conversation_id,
            FormRow.service == sheet.service,
            FormRow.status.in_((Status.OPEN.value, Status.SUSPENDED.value)),
            FormRow.updated_at > desk.now - KEPT,
        )
        .order_by(FormRow.updated_at.desc())
        .limit(1)
        .with_for_update(of=FormRow)
    ).first()
    if row is None or not _taken(desk, sheet, from_json(row.state)):
        return
    began = show_date(row.updated_at.astimezone(CENTRE_ZONE).date())
    desk.reply.say(phrases.KEPT_FROM_ELSEWHERE.format(day=began))
    audit.note(
        desk.session, desk.now, f"customer:{profile.number}", "form.moved",
        f"conversation:{desk.conversation_id}", service=sheet.service, before=row.conversation_id,
    )  # fmt: skip
    row.status = Status.MOVED.value


def _taken(desk: Desk, sheet: Sheet, elsewhere: FormState) -> bool:
    service: Service = desk.services[sheet.service]
    for field in service.fields:
        if _fits(desk, sheet, field, elsewhere):
            sheet.state.put(field.name, elsewhere.answers[field.name], secret=False)
            sheet.is_changed = True
    return bool(sheet.state.order)


def _fits(desk: Desk, sheet: Sheet, field: Field, elsewhere: FormState) -> bool:
    if field.name not in elsewhere.answers or not field.when(sheet.state.answers):
        return False
    # A consent, or what a code proved, counts only where it was given.
    if field.fresh or field.on_ask or field.on_answer:
        return False
    value = elsewhere.answers[field.name]
    if value is None:
        return field.optional
    try:
        field.check(value, sheet.state.answers, desk.facts)
    except Misread:
        return False
    return True
