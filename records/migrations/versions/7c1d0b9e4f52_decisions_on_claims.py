"""decisions on claims: why, when, what is paid to whom, and whether the hospital is paid directly.

Revision 7c1d0b9e4f52, after 2a6613a7a8f1.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from records.models import base

revision: str = "7c1d0b9e4f52"
down_revision: str | Sequence[str] | None = "2a6613a7a8f1"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "claim_payouts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("payee", sa.String(length=200), nullable=False),
        sa.Column("account", sa.String(length=30), nullable=False),
        sa.Column("amount", base.Money(), nullable=False),
        sa.Column("direct", sa.Boolean(), nullable=False),
        sa.Column("agreed_by", sa.String(length=60), nullable=False),
        sa.Column("agreed_at", base.Moment(timezone=True), nullable=False),
        sa.Column("second_by", sa.String(length=60), nullable=True),
        sa.Column("ordered_at", base.Moment(timezone=True), nullable=True),
        sa.Column("paid_at", base.Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_claim_payouts_claim_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_payouts")),
        sa.UniqueConstraint(
            "claim_id", "payee", "account", name=op.f("uq_claim_payouts_claim_id_payee_account")
        ),
    )
    with op.batch_alter_table("claim_payouts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_claim_payouts_claim_id"), ["claim_id"], unique=False)

    with op.batch_alter_table("claims", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("direct_payment", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(
            sa.Column("decision_reason", sa.String(length=500), server_default="", nullable=False)
        )
        batch_op.add_column(sa.Column("decided_at", base.Moment(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("claims", schema=None) as batch_op:
        batch_op.drop_column("decided_at")
        batch_op.drop_column("decision_reason")
        batch_op.drop_column("direct_payment")

    with op.batch_alter_table("claim_payouts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_claim_payouts_claim_id"))

    op.drop_table("claim_payouts")
