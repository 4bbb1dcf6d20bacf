"""boxes and pallets, consignments between businesses, and what markets ask of them

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sqlmodel.sql.sqltypes.UTCDateTime
Text = sqlmodel.sql.sqltypes.AutoString


def upgrade() -> None:
    """New tables; nothing is moved."""
    _rules()
    _goods()
    _papers()


def _rules() -> None:
    op.create_table(
        "export_rule",
        sa.Column("id", BigId, nullable=False),
        sa.Column("market", Text(length=8), nullable=False),
        sa.Column("crop", Text(length=32), nullable=False),
        sa.Column("demand", Text(length=16), nullable=False),
        sa.Column("what", Text(length=16), nullable=False),
        sa.Column("least_dose", sa.Float(), nullable=True),
        sa.Column("least_minutes", sa.Integer(), nullable=True),
        sa.Column("valid_days", sa.Integer(), nullable=True),
        sa.Column("is_asked", sa.Boolean(), nullable=False),
        sa.Column("certainty", Text(length=12), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", Text(length=240), nullable=False),
        sa.CheckConstraint(
            "certainty IN ('seen', 'recalled', 'unknown')", name=op.f("ck_export_rule_certainty")
        ),
        sa.CheckConstraint(
            "demand IN ('growing_area', 'packing_house', 'treatment', 'paper')",
            name=op.f("ck_export_rule_demand"),
        ),
        sa.CheckConstraint("least_dose IS NULL OR least_dose > 0", name=op.f("ck_export_rule_figures")),
        sa.CheckConstraint("least_minutes IS NULL OR least_minutes > 0", name=op.f("ck_export_rule_minutes")),
        sa.CheckConstraint("valid_days IS NULL OR valid_days > 0", name=op.f("ck_export_rule_days")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_rule")),
    )
    op.create_index(op.f("ix_export_rule_market_crop"), "export_rule", ["market", "crop"])
    op.create_table(
        "plot_area",
        sa.Column("id", BigId, nullable=False),
        sa.Column("plot_id", BigId, nullable=False),
        sa.Column("growing_area_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(
            ["growing_area_id"], ["growing_area.id"], name=op.f("fk_plot_area_growing_area_id")
        ),
        sa.ForeignKeyConstraint(["plot_id"], ["plot.id"], name=op.f("fk_plot_area_plot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plot_area")),
        sa.UniqueConstraint("plot_id", "growing_area_id", name=op.f("uq_plot_area_plot_id_growing_area_id")),
    )
    op.create_index(op.f("ix_plot_area_growing_area_id"), "plot_area", ["growing_area_id"])


def _goods() -> None:
    op.create_table(
        "consignment",
        sa.Column("id", BigId, nullable=False),
        sa.Column("public_id", Text(length=16), nullable=False),
        sa.Column("org_id", BigId, nullable=False),
        sa.Column("number", Text(length=24), nullable=False),
        sa.Column("market", Text(length=8), nullable=False),
        sa.Column("receiver_org_id", BigId, nullable=True),
        sa.Column("receiver_name", Text(length=160), nullable=False),
        sa.Column("exporter", Text(length=160), nullable=False),
        sa.Column("state", Text(length=12), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("codes", Text(), nullable=False),
        sa.Column("weight_g", sa.BigInteger(), nullable=False),
        sa.Column("dispatch_event", Text(length=120), nullable=False),
        sa.Column("dispatched_on", sa.Date(), nullable=True),
        sa.Column("dispatched_at", Moment(), nullable=True),
        sa.Column("dispatched_by", BigId, nullable=True),
        sa.Column("received_at", Moment(), nullable=True),
        sa.Column("received_by", BigId, nullable=True),
        sa.Column("receipt_number", Text(length=64), nullable=False),
        sa.Column("cancelled_at", Moment(), nullable=True),
        sa.Column("cancel_reason", Text(length=400), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("created_by", BigId, nullable=True),
        sa.CheckConstraint(
            "state IN ('draft', 'dispatched', 'received', 'cancelled')", name=op.f("ck_consignment_state")
        ),
        sa.CheckConstraint(
            "receiver_org_id IS NULL OR receiver_org_id <> org_id", name=op.f("ck_consignment_receiver")
        ),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_consignment_created_by")),
        sa.ForeignKeyConstraint(["dispatched_by"], ["account.id"], name=op.f("fk_consignment_dispatched_by")),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.id"], name=op.f("fk_consignment_org_id")),
        sa.ForeignKeyConstraint(["received_by"], ["account.id"], name=op.f("fk_consignment_received_by")),
        sa.ForeignKeyConstraint(
            ["receiver_org_id"], ["organisation.id"], name=op.f("fk_consignment_receiver_org_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consignment")),
        sa.UniqueConstraint("org_id", "number", name=op.f("uq_consignment_org_id_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_consignment_public_id")),
    )
    op.create_index(op.f("ix_consignment_market_dispatched_on"), "consignment", ["market", "dispatched_on"])
    op.create_index(op.f("ix_consignment_org_id_state"), "consignment", ["org_id", "state"])
    op.create_index(op.f("ix_consignment_receiver_org_id"), "consignment", ["receiver_org_id"])
    op.create_table(
        "logistic_unit",
        sa.Column("id", BigId, nullable=False),
        sa.Column("org_id", BigId, nullable=False),
        sa.Column("number", Text(length=24), nullable=False),
        sa.Column("sscc", Text(length=18), nullable=True),
        sa.Column("kind", Text(length=8), nullable=False),
        sa.Column("packed_on", sa.Date(), nullable=False),
        sa.Column("packing_house_id", BigId, nullable=True),
        sa.Column("consignment_id", BigId, nullable=True),
        sa.Column("opened_at", Moment(), nullable=True),
        sa.Column("request_id", Text(length=64), nullable=False),
        sa.Column("place_in_request", sa.Integer(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("created_by", BigId, nullable=True),
        sa.CheckConstraint("kind IN ('box', 'pallet')", name=op.f("ck_logistic_unit_kind")),
        sa.CheckConstraint(
            "opened_at IS NULL OR consignment_id IS NULL", name=op.f("ck_logistic_unit_opened")
        ),
        sa.ForeignKeyConstraint(
            ["consignment_id"], ["consignment.id"], name=op.f("fk_logistic_unit_consignment_id")
        ),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_logistic_unit_created_by")),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.id"], name=op.f("fk_logistic_unit_org_id")),
        sa.ForeignKeyConstraint(
            ["packing_house_id"], ["packing_house.id"], name=op.f("fk_logistic_unit_packing_house_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_logistic_unit")),
        sa.UniqueConstraint("org_id", "number", name=op.f("uq_logistic_unit_org_id_number")),
        sa.UniqueConstraint(
            "org_id",
            "request_id",
            "place_in_request",
            name=op.f("uq_logistic_unit_org_id_request_id_place_in_request"),
        ),
        sa.UniqueConstraint("sscc", name=op.f("uq_logistic_unit_sscc")),
    )
    op.create_index(op.f("ix_logistic_unit_consignment_id"), "logistic_unit", ["consignment_id"])
    op.create_table(
        "unit_content",
        sa.Column("id", BigId, nullable=False),
        sa.Column("unit_id", BigId, nullable=False),
        sa.Column("lot_id", BigId, nullable=False),
        sa.Column("weight_g", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("weight_g > 0", name=op.f("ck_unit_content_weight")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_unit_content_lot_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["logistic_unit.id"], name=op.f("fk_unit_content_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_content")),
        sa.UniqueConstraint("unit_id", "lot_id", name=op.f("uq_unit_content_unit_id_lot_id")),
    )
    op.create_index(op.f("ix_unit_content_lot_id"), "unit_content", ["lot_id"])


def _papers() -> None:
    op.create_table(
        "treatment",
        sa.Column("id", BigId, nullable=False),
        sa.Column("consignment_id", BigId, nullable=False),
        sa.Column("kind", Text(length=16), nullable=False),
        sa.Column("facility", Text(length=160), nullable=False),
        sa.Column("treated_on", sa.Date(), nullable=False),
        sa.Column("dose", sa.Float(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("document", Text(length=64), nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", BigId, nullable=True),
        sa.Column("removed_at", Moment(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('methyl_bromide', 'irradiation', 'vapour_heat', 'hot_water', 'cold', 'other')",
            name=op.f("ck_treatment_kind"),
        ),
        sa.CheckConstraint("minutes IS NULL OR minutes > 0", name=op.f("ck_treatment_minutes")),
        sa.ForeignKeyConstraint(
            ["consignment_id"], ["consignment.id"], name=op.f("fk_treatment_consignment_id")
        ),
        sa.ForeignKeyConstraint(["recorded_by"], ["account.id"], name=op.f("fk_treatment_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_treatment")),
    )
    op.create_index(op.f("ix_treatment_consignment_id"), "treatment", ["consignment_id"])
    op.create_table(
        "consignment_paper",
        sa.Column("id", BigId, nullable=False),
        sa.Column("consignment_id", BigId, nullable=False),
        sa.Column("kind", Text(length=16), nullable=False),
        sa.Column("number", Text(length=64), nullable=False),
        sa.Column("issuer", Text(length=160), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", BigId, nullable=True),
        sa.Column("removed_at", Moment(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('phytosanitary', 'treatment', 'origin', 'residue_test', 'gap', 'invoice', 'ispm15', "
            "'box_marks', 'other')",
            name=op.f("ck_consignment_paper_kind"),
        ),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to >= issued_on", name=op.f("ck_consignment_paper_validity")
        ),
        sa.ForeignKeyConstraint(
            ["consignment_id"], ["consignment.id"], name=op.f("fk_consignment_paper_consignment_id")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["account.id"], name=op.f("fk_consignment_paper_recorded_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consignment_paper")),
    )
    op.create_index(op.f("ix_consignment_paper_consignment_id"), "consignment_paper", ["consignment_id"])
    op.create_table(
        "receipt_difference",
        sa.Column("id", BigId, nullable=False),
        sa.Column("consignment_id", BigId, nullable=False),
        sa.Column("unit_id", BigId, nullable=False),
        sa.Column("kind", Text(length=12), nullable=False),
        sa.Column("weight_g", sa.BigInteger(), nullable=False),
        sa.Column("note", Text(length=240), nullable=False),
        sa.CheckConstraint(
            "kind IN ('missing', 'short', 'damaged', 'wrong')", name=op.f("ck_receipt_difference_kind")
        ),
        sa.CheckConstraint("weight_g >= 0", name=op.f("ck_receipt_difference_weight")),
        sa.ForeignKeyConstraint(
            ["consignment_id"], ["consignment.id"], name=op.f("fk_receipt_difference_consignment_id")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["logistic_unit.id"], name=op.f("fk_receipt_difference_unit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt_difference")),
        sa.UniqueConstraint(
            "consignment_id", "unit_id", name=op.f("uq_receipt_difference_consignment_id_unit_id")
        ),
    )


def downgrade() -> None:
    """Forget consignments, and what markets ask."""
    op.drop_table("receipt_difference")
    op.drop_table("consignment_paper")
    op.drop_table("treatment")
    op.drop_table("unit_content")
    op.drop_table("logistic_unit")
    op.drop_table("consignment")
    op.drop_table("plot_area")
    op.drop_table("export_rule")
