"""routing: the line's own order, calls, call-backs, transfers between agents, the pace of the queue.

Revision ae28f4205854, after 7c1d0b9e4f52.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from records.models import base

revision: str = "ae28f4205854"
down_revision: str | Sequence[str] | None = "ee8f87d227b8"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "queue_pace",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("measured_at", base.Moment(timezone=True), nullable=False),
        sa.Column("place_seconds", sa.Double(), nullable=True),
        sa.Column("room", sa.Integer(), nullable=False),
        sa.Column("low_level", sa.Double(), nullable=False),
        sa.Column("high_level", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_queue_pace")),
    )
    op.create_table(
        "transfers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("handoff_id", sa.Integer(), nullable=False),
        sa.Column("from_agent_id", sa.Integer(), nullable=False),
        sa.Column("wanted_agent_id", sa.Integer(), nullable=True),
        sa.Column("skill", sa.String(length=40), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "offered",
                "accepted",
                "failed",
                "withdrawn",
                name="transferstate",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        sa.Column("offer_until", base.Moment(timezone=True), nullable=True),
        sa.Column("declined_by", sa.JSON(), nullable=False),
        sa.Column("created_at", base.Moment(timezone=True), nullable=False),
        sa.Column("ended_at", base.Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_transfers_agent_id")),
        sa.ForeignKeyConstraint(["from_agent_id"], ["agents.id"], name=op.f("fk_transfers_from_agent_id")),
        sa.ForeignKeyConstraint(["handoff_id"], ["handoffs.id"], name=op.f("fk_transfers_handoff_id")),
        sa.ForeignKeyConstraint(
            ["wanted_agent_id"], ["agents.id"], name=op.f("fk_transfers_wanted_agent_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfers")),
    )
    with op.batch_alter_table("transfers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_transfers_handoff_id"), ["handoff_id"], unique=False)
        batch_op.create_index("ix_transfers_state_agent_id", ["state", "agent_id"], unique=False)

    with op.batch_alter_table("handoffs", schema=None) as batch_op:
        batch_op.add_column(sa.Column("ranked_at", base.Moment(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("exclusive", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("wanted_agent_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("due_at", base.Moment(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("entry_place", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("entry_pace_seconds", sa.Double(), nullable=True))
    # Who waits already keeps the place of their arrival.
    op.execute(sa.text("UPDATE handoffs SET ranked_at = queued_at"))
    with op.batch_alter_table("handoffs", schema=None) as batch_op:
        batch_op.alter_column("ranked_at", existing_type=base.Moment(timezone=True), nullable=False)
        batch_op.drop_index(batch_op.f("ix_handoffs_state_queued_at"))
        batch_op.create_index("ix_handoffs_accepted_at", ["accepted_at"], unique=False)
        batch_op.create_index("ix_handoffs_state_ranked_at", ["state", "ranked_at"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_handoffs_wanted_agent_id"), "agents", ["wanted_agent_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("handoffs", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_handoffs_wanted_agent_id"), type_="foreignkey")
        batch_op.drop_index("ix_handoffs_state_ranked_at")
        batch_op.drop_index("ix_handoffs_accepted_at")
        batch_op.create_index(batch_op.f("ix_handoffs_state_queued_at"), ["state", "queued_at"], unique=False)
        batch_op.drop_column("entry_pace_seconds")
        batch_op.drop_column("entry_place")
        batch_op.drop_column("due_at")
        batch_op.drop_column("wanted_agent_id")
        batch_op.drop_column("exclusive")
        batch_op.drop_column("ranked_at")

    with op.batch_alter_table("transfers", schema=None) as batch_op:
        batch_op.drop_index("ix_transfers_state_agent_id")
        batch_op.drop_index(batch_op.f("ix_transfers_handoff_id"))

    op.drop_table("transfers")
    op.drop_table("queue_pace")
