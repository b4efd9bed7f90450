"""Hears every statement that runs on a store, also those that go straight to the driver."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from sqlalchemy import event

from records import prepared
from records.store import Store


@contextmanager
def heard(store: Store) -> Iterator[list[str]]:
    """The texts of the statements, without their values, in order."""
    statements: list[str] = []
    execute = prepared._execute

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    def note_prepared(connection: Any, compiled: Any, values: dict[str, Any]) -> Any:
        statements.append(compiled.text)
        return execute(connection, compiled, values)

    event.listen(store.engine, "before_cursor_execute", note)
    try:
        with patch.object(prepared, "_execute", note_prepared):
            yield statements
    finally:
        event.remove(store.engine, "before_cursor_execute", note)
