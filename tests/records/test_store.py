"""The store: writers of SQLite in one process take turns, and none of them is undone."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import text

from records.store import Store


def test_writers_take_turns_and_none_is_undone(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'x.db'}")
    with store.writing() as session:
        session.execute(text("CREATE TABLE counts (number INTEGER)"))
        session.execute(text("INSERT INTO counts VALUES (0)"))
    inside, most = 0, 0
    guard = threading.Lock()

    def add(_number: int) -> None:
        nonlocal inside, most
        with store.writing() as session:
            with guard:
                inside += 1
                most = max(most, inside)
            found = session.execute(text("SELECT number FROM counts")).scalar_one()
            session.execute(text("UPDATE counts SET number = :next"), {"next": found + 1})
            with guard:
                inside -= 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(200)))
    with store.reading() as session:
        assert session.execute(text("SELECT number FROM counts")).scalar_one() == 200
    assert most == 1
    store.close()


def test_who_fails_lets_the_next_one_write(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'x.db'}")
    for _ in range(2):
        try:
            with store.writing():
                raise ValueError
        except ValueError:
            pass
    with store.writing() as session:
        assert session.execute(text("SELECT 1")).scalar_one() == 1
    store.close()
