"""incoming payments.

Revision 2a6613a7a8f1, after 92457922acf4.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from records.models import base

revision: str = "2a6613a7a8f1"
down_revision: str | Sequence[str] | None = "92457922acf4"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "incoming_payments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("order_reference", sa.String(length=20), nullable=False),
        sa.Column("amount", base.Money(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("received_at", base.Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incoming_payments")),
        sa.UniqueConstraint("reference", name=op.f("uq_incoming_payments_reference")),
    )


def downgrade() -> None:
    op.drop_table("incoming_payments")
