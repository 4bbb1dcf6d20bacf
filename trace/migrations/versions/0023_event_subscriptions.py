"""standing queries, what they told, and page tokens that were ended early

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sqlmodel.sql.sqltypes.UTCDateTime
Text = sqlmodel.sql.sqltypes.AutoString


def upgrade() -> None:
    """New tables; nothing is moved."""
    op.create_table(
        "event_subscription",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", Text(length=36), nullable=False),
        sa.Column("org_id", BigId, nullable=False),
        sa.Column("query_id", BigId, nullable=False),
        sa.Column("token_id", BigId, nullable=False),
        sa.Column("dest", Text(length=1000), nullable=False),
        sa.Column("token_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("schedule", sa.Text(), nullable=False),
        sa.Column("report_if_empty", sa.Boolean(), nullable=False),
        sa.Column("as_links", sa.Boolean(), nullable=False),
        sa.Column("initial_record_time", Moment(), nullable=False),
        sa.Column("run_at", Moment(), nullable=True),
        sa.Column("mark", sa.BigInteger(), nullable=False),
        sa.Column("next_mark", sa.BigInteger(), nullable=False),
        sa.Column("looked_row", sa.BigInteger(), nullable=False),
        sa.Column("delivery", sa.Integer(), nullable=False),
        sa.Column("batch_at", Moment(), nullable=True),
        sa.Column("more", sa.Boolean(), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("state", Text(length=8), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", Moment(), nullable=True),
        sa.Column("last_error", Text(length=40), nullable=False),
        sa.Column("last_status", sa.Integer(), nullable=False),
        sa.Column("next_due_at", Moment(), nullable=False),
        sa.Column("last_notified_at", Moment(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.CheckConstraint(
            "state IN ('active', 'paused', 'ended')", name=op.f("ck_event_subscription_state")
        ),
        sa.ForeignKeyConstraint(
            ["org_id"], ["organisation.id"], name=op.f("fk_event_subscription_org_id")
        ),
        sa.ForeignKeyConstraint(
            ["query_id"], ["event_query.id"], name=op.f("fk_event_subscription_query_id")
        ),
        sa.ForeignKeyConstraint(["token_id"], ["api_token.id"], name=op.f("fk_event_subscription_token_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_subscription")),
        sa.UniqueConstraint("public_id", name=op.f("uq_event_subscription_public_id")),
    )
    op.create_index(op.f("ix_event_subscription_query_id"), "event_subscription", ["query_id"])
    op.create_index(
        op.f("ix_event_subscription_state_next_due_at"), "event_subscription", ["state", "next_due_at"]
    )
    op.create_index(op.f("ix_event_subscription_org_id_id"), "event_subscription", ["org_id", "id"])
    op.create_table(
        "event_sent",
        sa.Column("subscription_id", BigId, nullable=False),
        sa.Column("event_row", BigId, nullable=False),
        sa.Column("delivery", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event_row"], ["event.id"], name=op.f("fk_event_sent_event_row")),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["event_subscription.id"], name=op.f("fk_event_sent_subscription_id")
        ),
        sa.PrimaryKeyConstraint("subscription_id", "event_row", name=op.f("pk_event_sent")),
    )
    op.create_table(
        "ended_page_token",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_ended_page_token")),
    )
    op.create_index(op.f("ix_ended_page_token_until"), "ended_page_token", ["until"])


def downgrade() -> None:
    """Forget who is told of what."""
    op.drop_table("ended_page_token")
    op.drop_table("event_sent")
    op.drop_table("event_subscription")
