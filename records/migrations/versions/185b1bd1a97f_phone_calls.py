"""telephone calls, and the number on which an agent is put through to callers.

Revision 185b1bd1a97f, after e41d6f0b27a8.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from records.models import base

revision: str = "185b1bd1a97f"
down_revision: str | Sequence[str] | None = "e41d6f0b27a8"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "phone_calls",
        sa.Column("sid", sa.String(length=64), nullable=False),
        sa.Column("conversation_id", sa.String(length=40), nullable=False),
        sa.Column("direction", sa.String(length=10), nullable=False),
        sa.Column("caller", sa.String(length=40), nullable=False),
        sa.Column("called", sa.String(length=40), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "opening",
                "bot",
                "queued",
                "dialling",
                "agent",
                "ended",
                name="callstate",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column(
            "leaving",
            sa.Enum("goodbye", "people", name="leaving", native_enum=False, length=20),
            nullable=True,
        ),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("token_until", base.Moment(timezone=True), nullable=True),
        sa.Column("streams", sa.Integer(), nullable=False),
        sa.Column("heard_seq", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        sa.Column("taken_at", base.Moment(timezone=True), nullable=True),
        sa.Column("recording_sid", sa.String(length=64), nullable=False),
        sa.Column("started_at", base.Moment(timezone=True), nullable=False),
        sa.Column("changed_at", base.Moment(timezone=True), nullable=False),
        sa.Column("ended_at", base.Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_phone_calls_agent_id")),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_phone_calls_conversation_id")
        ),
        sa.PrimaryKeyConstraint("sid", name=op.f("pk_phone_calls")),
    )
    with op.batch_alter_table("phone_calls", schema=None) as batch_op:
        batch_op.create_index("ix_phone_calls_conversation_id", ["conversation_id"], unique=False)
        batch_op.create_index("ix_phone_calls_state", ["state"], unique=False)

    with op.batch_alter_table("agents", schema=None) as batch_op:
        batch_op.add_column(sa.Column("phone", sa.String(length=40), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("agents", schema=None) as batch_op:
        batch_op.drop_column("phone")

    with op.batch_alter_table("phone_calls", schema=None) as batch_op:
        batch_op.drop_index("ix_phone_calls_state")
        batch_op.drop_index("ix_phone_calls_conversation_id")

    op.drop_table("phone_calls")
