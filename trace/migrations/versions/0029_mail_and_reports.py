"""mail that goes out, and reports the office has sent at set times

Revision ID: 0029
Revises: 0028
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sqlmodel.sql.sqltypes.UTCDateTime
Text = sqlmodel.sql.sqltypes.AutoString


def upgrade() -> None:
    """New tables; nothing is moved."""
    op.create_table(
        "mail_address",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", Text(length=16), nullable=False),
        sa.Column("name", Text(length=80), nullable=False),
        sa.Column("language", Text(length=2), nullable=False),
        sa.Column("address_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("state", Text(length=12), nullable=False),
        sa.Column("gets_checkpoints", sa.Boolean(), nullable=False),
        sa.Column("gets_reminders", sa.Boolean(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("confirmed_at", Moment(), nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("created_by", BigId, nullable=True),
        sa.CheckConstraint(
            "state IN ('asked', 'confirmed', 'left', 'erased')", name=op.f("ck_mail_address_state")
        ),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_mail_address_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_address")),
        sa.UniqueConstraint("public_id", name=op.f("uq_mail_address_public_id")),
    )
    op.create_table(
        "mail",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", Text(length=24), nullable=False),
        sa.Column("about", Text(length=48), nullable=False),
        sa.Column("address_id", BigId, nullable=False),
        sa.Column("subject", Text(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", Text(length=12), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", Moment(), nullable=False),
        sa.Column("problem", Text(length=40), nullable=False),
        sa.Column("answer", Text(length=200), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("done_at", Moment(), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'handing', 'sent', 'unknown', 'failed', 'dropped')",
            name=op.f("ck_mail_state"),
        ),
        sa.ForeignKeyConstraint(["address_id"], ["mail_address.id"], name=op.f("fk_mail_address_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
        sa.UniqueConstraint("public_id", name=op.f("uq_mail_public_id")),
        sa.UniqueConstraint("about", "address_id", name=op.f("uq_mail_about_address_id")),
    )
    op.create_index(op.f("ix_mail_address_id"), "mail", ["address_id"])
    op.create_index(op.f("ix_mail_state_next_try_at"), "mail", ["state", "next_try_at"])
    op.create_table(
        "mail_file",
        sa.Column("id", BigId, nullable=False),
        sa.Column("about", Text(length=48), nullable=False),
        sa.Column("name", Text(length=120), nullable=False),
        sa.Column("media_type", Text(length=80), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_file")),
        sa.UniqueConstraint("about", "name", name=op.f("uq_mail_file_about_name")),
    )
    op.create_table(
        "report",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", Text(length=16), nullable=False),
        sa.Column("title", Text(length=120), nullable=False),
        sa.Column("views", sa.Text(), nullable=False),
        sa.Column("span", Text(length=8), nullable=False),
        sa.Column("rhythm", Text(length=8), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("language", Text(length=2), nullable=False),
        sa.Column("as_xlsx", sa.Boolean(), nullable=False),
        sa.Column("as_pdf", sa.Boolean(), nullable=False),
        sa.Column("signed_only", sa.Boolean(), nullable=False),
        sa.Column("state", Text(length=8), nullable=False),
        sa.Column("next_due_at", Moment(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("created_by", BigId, nullable=True),
        sa.CheckConstraint("state IN ('active', 'paused', 'ended')", name=op.f("ck_report_state")),
        sa.CheckConstraint("rhythm IN ('day', 'week', 'month')", name=op.f("ck_report_rhythm")),
        sa.CheckConstraint("span IN ('day', 'week', 'month', 'season')", name=op.f("ck_report_span")),
        sa.CheckConstraint("day BETWEEN 1 AND 28", name=op.f("ck_report_day")),
        sa.CheckConstraint("hour BETWEEN 0 AND 23", name=op.f("ck_report_hour")),
        sa.CheckConstraint("as_xlsx OR as_pdf", name=op.f("ck_report_form")),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_report_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("public_id", name=op.f("uq_report_public_id")),
    )
    op.create_index(op.f("ix_report_state_next_due_at"), "report", ["state", "next_due_at"])
    op.create_table(
        "report_reader",
        sa.Column("report_id", BigId, nullable=False),
        sa.Column("address_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_report_reader_report_id")),
        sa.ForeignKeyConstraint(
            ["address_id"], ["mail_address.id"], name=op.f("fk_report_reader_address_id")
        ),
        sa.PrimaryKeyConstraint("report_id", "address_id", name=op.f("pk_report_reader")),
    )
    op.create_index(op.f("ix_report_reader_address_id"), "report_reader", ["address_id"])
    op.create_table(
        "report_run",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", Text(length=16), nullable=False),
        sa.Column("report_id", BigId, nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("is_trial", sa.Boolean(), nullable=False),
        sa.Column("state", Text(length=8), nullable=False),
        sa.Column("problem", Text(length=40), nullable=False),
        sa.Column("note", Text(length=40), nullable=False),
        sa.Column("made_at", Moment(), nullable=True),
        sa.CheckConstraint(
            "state IN ('making', 'made', 'empty', 'failed')", name=op.f("ck_report_run_state")
        ),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_report_run_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_run")),
        sa.UniqueConstraint("public_id", name=op.f("uq_report_run_public_id")),
        sa.UniqueConstraint(
            "report_id", "due_at", "is_trial", name=op.f("uq_report_run_report_id_due_at_is_trial")
        ),
    )
    op.create_table(
        "signing_certificate",
        sa.Column("id", BigId, nullable=False),
        sa.Column("pkcs12_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("subject", Text(length=200), nullable=False),
        sa.Column("issuer", Text(length=200), nullable=False),
        sa.Column("not_before", Moment(), nullable=False),
        sa.Column("not_after", Moment(), nullable=False),
        sa.Column("added_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_certificate")),
    )


def downgrade() -> None:
    """Forget mail and reports."""
    for table in (
        "signing_certificate",
        "report_run",
        "report_reader",
        "report",
        "mail_file",
        "mail",
        "mail_address",
    ):
        op.drop_table(table)
