"""Prepared statements answer what SQLAlchemy answers, in the same transaction, with the same errors."""

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError, OperationalError

from records import ledger
from records.models import AuditEntry, Author, Conversation, ConversationId, Kind, Message, Owner
from records.prepared import Prepared
from records.store import Store

NOW = datetime(2026, 3, 2, 9, 30, 15, 250_000, tzinfo=UTC)
CONVERSATIONS = cast(Table, Conversation.__table__)
MESSAGES = cast(Table, Message.__table__)
AUDIT = cast(Table, AuditEntry.__table__)

ONE = select(CONVERSATIONS).where(CONVERSATIONS.c.id == bindparam("id"))
LEASE = (
    update(CONVERSATIONS)
    .where(CONVERSATIONS.c.id == bindparam("of"))
    .values(lease_until=bindparam("until"), owner=bindparam("to"))
)


def entry(conversation_id: str, seq: int) -> dict[str, Any]:
    return {
        "conversation_id": conversation_id,
        "seq": seq,
        "idempotency_key": f"k{seq}",
        "author": Author.BOT,
        "agent_id": None,
        "epoch": 0,
        "kind": Kind.MESSAGE,
        "body": {"text": f"“{seq}” ünd", "custom": {"tier": 1}},
        "created_at": NOW + timedelta(seconds=seq),
    }


SQLITE = pytest.mark.parametrize("any_store", ["sqlite"], indirect=True)


@pytest.fixture
def store(any_store: Store) -> Store:
    """Both databases: one goes to the driver, the other through SQLAlchemy."""
    return any_store


@pytest.fixture
def conversation(store: Store) -> ConversationId:
    with store.writing() as session:
        return ledger.open_conversation(session, "rest", NOW, sender="somebody", context={"page": 3})[0]


def test_rows_are_those_of_sqlalchemy(store: Store, conversation: ConversationId) -> None:
    write = Prepared(insert(MESSAGES))
    with store.writing() as session:
        for seq in (1, 2, 3):
            write.run(session, entry(conversation, seq))
    read = select(MESSAGES).where(MESSAGES.c.seq > bindparam("after")).order_by(MESSAGES.c.seq)
    with store.reading() as session:
        theirs = session.connection().execute(read, {"after": 1}).all()
        assert [tuple(row) for row in theirs] == Prepared(read).all(session, after=1)
        assert theirs[0].body == entry(conversation, 2)["body"]


def test_every_type_of_a_row_is_converted(store: Store, conversation: ConversationId) -> None:
    with store.writing() as session:
        until = NOW + timedelta(hours=3)
        given = {"of": conversation, "until": until, "to": Owner.AGENT}
        Prepared(LEASE).run(session, given)
        row = Prepared(ONE).first(session, id=conversation)
        assert tuple(row) == tuple(session.connection().execute(ONE, {"id": conversation}).one())
        assert (row.lease_until, row.owner, row.gentle, row.context) == (
            until,
            Owner.AGENT,
            False,
            {"page": 3},
        )


def test_what_stands_in_the_statement_itself_is_kept(store: Store, conversation: ConversationId) -> None:
    waiting = Prepared(
        select(CONVERSATIONS.c.id)
        .where(CONVERSATIONS.c.owner == Owner.BOT, CONVERSATIONS.c.channel == "rest")
        .limit(1)
    )
    with store.reading() as session:
        assert waiting.scalar(session) == conversation
        assert Prepared(ONE).first(session, id="nobody") is None
        assert Prepared(ONE).scalar(session, id="nobody") is None


def test_a_list_of_values_is_refused(store: Store) -> None:
    several = Prepared(select(CONVERSATIONS.c.id).where(CONVERSATIONS.c.owner.in_((Owner.BOT, Owner.AGENT))))
    with store.reading() as session:
        if store.is_sqlite:
            with pytest.raises(ValueError, match="list"):
                several.all(session)


def test_a_number_that_the_database_counts_up_is_not_asked_for(store: Store) -> None:
    note = {"at": NOW, "actor": "bot", "action": "tested", "subject": "nothing", "detail": {}}
    with store.writing() as session:
        for _ in range(2):
            Prepared(insert(AUDIT)).run(session, note)
    with store.reading() as session:
        assert len(set(session.scalars(select(AuditEntry.id)))) == 2


@SQLITE  # elsewhere the statement is SQLAlchemy's, which leaves out what is not given
def test_a_value_left_out_is_an_error_not_null(store: Store, conversation: ConversationId) -> None:
    short = entry(conversation, 1)
    del short["agent_id"]
    with store.writing() as session, pytest.raises(KeyError, match="agent_id"):
        Prepared(insert(MESSAGES)).run(session, short)


def test_it_is_undone_with_its_transaction(store: Store, conversation: ConversationId) -> None:
    def fail() -> None:
        with store.writing() as session:
            Prepared(insert(MESSAGES)).run(session, entry(conversation, 1))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with store.reading() as session:
        assert ledger.fetch_since(session, conversation, 0) == []


def test_errors_are_sqlalchemys(store: Store, conversation: ConversationId) -> None:
    write = Prepared(insert(MESSAGES))
    with store.writing() as session:
        write.run(session, entry(conversation, 1))

    def again() -> None:
        with store.writing() as session:
            write.run(session, entry(conversation, 1))

    with pytest.raises(IntegrityError):
        again()
    with store.writing() as session:
        write.run(session, entry(conversation, 2))
    with store.reading() as session:
        assert [one.seq for one in ledger.fetch_since(session, conversation, 0)] == [1, 2]


@SQLITE  # PostgreSQL has another name for it
def test_a_missing_table_is_an_operational_error(store: Store) -> None:
    nowhere = Prepared(select(bindparam("x", 1)).select_from(CONVERSATIONS.alias("c")))
    with store.writing() as session:
        session.connection().exec_driver_sql("ALTER TABLE conversations RENAME TO elsewhere")
        with pytest.raises(OperationalError):
            nowhere.all(session)
        session.connection().exec_driver_sql("ALTER TABLE elsewhere RENAME TO conversations")
