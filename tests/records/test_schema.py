"""The migrations lead to exactly the schema that the models describe, on both databases."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from records import schema
from records.models import Base
from records.store import Store


@pytest.fixture
def bare_store(any_store: Store) -> Store:
    Base.metadata.drop_all(any_store.engine)
    return any_store


def test_migrating_from_nothing_gives_the_models_schema_and_may_be_repeated(bare_store: Store) -> None:
    schema.upgrade(bare_store)
    schema.upgrade(bare_store)
    with bare_store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        difference = compare_metadata(context, Base.metadata)
    with bare_store.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE alembic_version")
    assert difference == []
