"""Statements of every turn, compiled once: on SQLite they go straight to the driver.

Only for what runs all the time; everything else is SQLAlchemy's own business. Never changes what a statement
means: the same types convert the values, the same errors are raised, the same transaction holds.
Why: docs/decisions/020-prepared-statements.md.
"""

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, cast

from sqlalchemy import Connection, Dialect, Insert, Select, Table, Update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

Convert = Callable[[Any], Any] | None


class _Compiled(NamedTuple):
    """A statement in SQLite's words."""

    text: str
    parameters: list[tuple[str, Convert]]
    """Name and conversion, in the order of the question marks."""

    defaults: dict[str, Any]
    """Values that stand in the statement itself, as a limit does."""

    columns: list[tuple[int, Callable[[Any], Any]]]
    """Which columns of a row have to be converted, and how."""

    row: Callable[[Iterable[Any]], Any]
    dialect: Dialect


class Prepared:
    """One statement. Values are given by the names of its parameters.

    An INSERT is given every column by its name, but for the number that the database counts up itself.
    """

    def __init__(self, statement: Select[*tuple[Any, ...]] | Insert | Update) -> None:
        """Nothing is compiled yet: that needs a connection."""
        self._statement = statement
        self._compiled: _Compiled | None = None

    def all(self, session: Session, **values: Any) -> Sequence[Any]:
        """All rows, each a named tuple."""
        connection = session.connection()
        if connection.dialect.name != "sqlite":
            return connection.execute(self._statement, values).all()
        compiled = self._compiled or self._compile(connection.dialect)
        rows = _execute(connection, compiled, values).fetchall()
        for index, convert in compiled.columns:
            rows = [(*row[:index], convert(row[index]), *row[index + 1 :]) for row in rows]
        return [compiled.row(row) for row in rows]

    def first(self, session: Session, **values: Any) -> Any:
        """The first row; None where there is none."""
        rows = self.all(session, **values)
        return rows[0] if rows else None

    def scalar(self, session: Session, **values: Any) -> Any:
        """The first column of the first row; None where there is none."""
        row = self.first(session, **values)
        return None if row is None else row[0]

    def run(self, session: Session, values: dict[str, Any]) -> None:
        """Write."""
        connection = session.connection()
        if connection.dialect.name != "sqlite":
            connection.execute(self._statement, values)
        else:
            _execute(connection, self._compiled or self._compile(connection.dialect), values)

    def _compile(self, dialect: Dialect) -> _Compiled:
        inserted = None
        if isinstance(self._statement, Insert):
            table = cast("Table", self._statement.table)
            inserted = [column.key for column in table.c if column is not table.autoincrement_column]
        compiled = self._statement.compile(dialect=dialect, column_keys=inserted)
        known = cast("Any", compiled)  # of SQL; the base class is of schemas too
        if known.post_compile_params:
            raise ValueError(f"a list has no fixed number of question marks: {compiled}")
        selected = list(self._statement.selected_columns) if isinstance(self._statement, Select) else []
        # Named after columns, which are known only now.
        make_row: Any = namedtuple("Row", [str(column.key) for column in selected])._make  # type: ignore[attr-defined]
        results = [_reading(column.type, dialect) for column in selected]
        self._compiled = _Compiled(
            str(compiled),
            [(name, _writing(known.binds[name].type, dialect)) for name in known.positiontup or ()],
            {name: one.effective_value for name, one in known.binds.items() if not one.required},
            [(index, convert) for index, convert in enumerate(results) if convert is not None],
            make_row,
            dialect,
        )
        return self._compiled


def _execute(connection: Connection, compiled: _Compiled, values: dict[str, Any]) -> sqlite3.Cursor:
    if not connection.in_transaction():
        connection.begin()
    if compiled.defaults:
        values = compiled.defaults | values
    given = [
        values[name] if convert is None else convert(values[name]) for name, convert in compiled.parameters
    ]
    driver = cast("sqlite3.Connection", connection.connection.dbapi_connection)
    try:
        return driver.execute(compiled.text, given)
    except sqlite3.Error as error:
        raise DBAPIError.instance(
            compiled.text, given, error, sqlite3.Error, dialect=compiled.dialect
        ) from error


def _writing(kind: TypeEngine[Any], dialect: Dialect) -> Convert:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _reading(kind: TypeEngine[Any], dialect: Dialect) -> Convert:
    return kind.dialect_impl(dialect).result_processor(dialect, None)
