"""what people decided about items of the work lists

Revision ID: 0036
Revises: 0035
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Text = sqlmodel.sql.sqltypes.AutoString
Moment = sqlmodel.sql.sqltypes.UTCDateTime
TABLE = "work_decision"
KINDS = (
    "'hold', 'area', 'certificate', 'ocop', 'seller', 'household', 'shop', 'gap', 'stamp', 'incomplete'"
)
ACTS = "'done', 'snoozed', 'reopened', 'assigned', 'reminded', 'note'"
REFERENCES = (
    ("assignee_id", "account.id"),
    ("org_id", "organisation.id"),
    ("text_id", "typed_text.id"),
    ("decided_by", "account.id"),
)


def upgrade() -> None:
    """Nothing is decided yet."""
    op.create_table(
        TABLE,
        sa.Column("id", BigId, nullable=False),
        sa.Column("kind", Text(length=12), nullable=False),
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("act", Text(length=12), nullable=False),
        sa.Column("state", Text(length=8), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("state_at", Moment(), nullable=False),
        sa.Column("assignee_id", BigId, nullable=True),
        sa.Column("facts", Text(length=40), nullable=False),
        sa.Column("name", Text(length=160), nullable=False),
        sa.Column("org_id", BigId, nullable=True),
        sa.Column("commune_code", Text(length=8), nullable=True),
        sa.Column("text_id", BigId, nullable=True),
        sa.Column("decided_at", Moment(), nullable=False),
        sa.Column("decided_by", BigId, nullable=True),
        sa.CheckConstraint(f"kind IN ({KINDS})", name=op.f(f"ck_{TABLE}_kind")),
        sa.CheckConstraint(f"act IN ({ACTS})", name=op.f(f"ck_{TABLE}_act")),
        sa.CheckConstraint("state IN ('open', 'snoozed', 'done')", name=op.f(f"ck_{TABLE}_state")),
        *(
            sa.ForeignKeyConstraint([name], [target], name=op.f(f"fk_{TABLE}_{name}"))
            for name, target in REFERENCES
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
        sa.UniqueConstraint("kind", "key", "number", name=op.f(f"uq_{TABLE}_kind_key_number")),
    )
    for name in ("org_id", "commune_code"):
        op.create_index(op.f(f"ix_{TABLE}_{name}"), TABLE, [name])


def downgrade() -> None:
    """Forget what was decided; the log still tells that it was."""
    op.drop_table(TABLE)
