"""decisions of agents: four eyes, beneficiaries, occupation, reinstatement.

Revision 92457922acf4, after 9c0b3f76a93c.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "92457922acf4"
down_revision: str | Sequence[str] | None = "9c0b3f76a93c"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("beneficiaries", schema=None) as batch_op:
        batch_op.add_column(sa.Column("relation", sa.String(length=20), server_default="", nullable=False))
        batch_op.add_column(sa.Column("id_no", sa.String(length=18), server_default="", nullable=False))

    with op.batch_alter_table("customer_profiles", schema=None) as batch_op:
        batch_op.add_column(sa.Column("occupation", sa.String(length=100), server_default="", nullable=False))
        batch_op.add_column(sa.Column("occupation_class", sa.Integer(), nullable=True))

    with op.batch_alter_table("policies", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reinstated_on", sa.Date(), nullable=True))

    with op.batch_alter_table("service_transactions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("agreed_by", sa.String(length=60), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("service_transactions", schema=None) as batch_op:
        batch_op.drop_column("agreed_by")

    with op.batch_alter_table("policies", schema=None) as batch_op:
        batch_op.drop_column("reinstated_on")

    with op.batch_alter_table("customer_profiles", schema=None) as batch_op:
        batch_op.drop_column("occupation_class")
        batch_op.drop_column("occupation")

    with op.batch_alter_table("beneficiaries", schema=None) as batch_op:
        batch_op.drop_column("id_no")
        batch_op.drop_column("relation")
