"""Which number a promised call goes to: the one that was agreed on last."""

from datetime import date

from sqlalchemy.orm import Session

from handoff import callbacks, queue
from handoff.reasons import Reason
from records import ledger
from records.clock import ManualClock
from records.models import Author, ConversationId, Customer, Kind
from records.store import Store
from voice.call import callback

FORM, TYPED, ON_FILE, CHANGED = "+12025550170", "+12025550171", "+12025550172", "+12025550173"


def customer(session: Session) -> Customer:
    made = Customer(
        number="C1", name="Li Wei", sex="m", birth=date(1985, 3, 12), id_no="110101198503120011",
        mobile=ON_FILE, province="Beijing",
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def promise(session: Session, clock: ManualClock, chat: ConversationId, call: dict[str, object]) -> None:
    queue.hand_over(session, ledger.lock(session, chat), Reason.ASKED_FOR, clock.now())
    callbacks.promise(session, chat, clock.now(), clock.now(), call=call)
    ledger.append_from_customer(session, chat, None, {"text": "Hello?"}, clock.now())


def test_the_number_that_was_agreed_on_last_is_called(store: Store, clock: ManualClock) -> None:
    with store.writing() as session:
        chat, _ = ledger.open_conversation(session, "chat", clock.now())
        assert callback.number_of(session, chat) is None
        body = {"text": "Thank you.", "custom": {"callback": {"phone": FORM, "time": "now"}}}
        item = ("turn:1:0", Kind.MESSAGE, body)
        ledger.append(session, ledger.lock(session, chat), Author.BOT, [item], clock.now(), epoch=0)
        assert callback.number_of(session, chat) == FORM
        promise(session, clock, chat, {"phone": TYPED})
        assert callback.number_of(session, chat) == TYPED
        known = customer(session)
        promise(session, clock, chat, {"customer": known.id})
        assert callback.number_of(session, chat) == ON_FILE
        known.mobile = CHANGED
        session.flush()
        assert callback.number_of(session, chat) == CHANGED
