"""calls that the centre makes.

Revision d44e0c61e0d0, after 185b1bd1a97f.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from records.models import base

revision: str = "d44e0c61e0d0"
down_revision: str | Sequence[str] | None = "185b1bd1a97f"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "outbound_calls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", base.Moment(timezone=True), nullable=False),
        sa.Column("good_until", base.Moment(timezone=True), nullable=False),
        sa.Column("sid", sa.String(length=64), nullable=False),
        sa.Column("answered_by", sa.String(length=20), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("lease_until", base.Moment(timezone=True), nullable=True),
        sa.Column("changed_at", base.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.id"], name=op.f("fk_outbound_calls_customer_id")
        ),
        sa.ForeignKeyConstraint(["visit_id"], ["return_visits.id"], name=op.f("fk_outbound_calls_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbound_calls")),
        sa.UniqueConstraint("key", name=op.f("uq_outbound_calls_key")),
    )
    with op.batch_alter_table("outbound_calls", schema=None) as batch_op:
        batch_op.create_index("ix_outbound_calls_customer_id", ["customer_id"], unique=False)
        batch_op.create_index("ix_outbound_calls_state_due_at", ["state", "due_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("outbound_calls", schema=None) as batch_op:
        batch_op.drop_index("ix_outbound_calls_state_due_at")
        batch_op.drop_index("ix_outbound_calls_customer_id")

    op.drop_table("outbound_calls")
