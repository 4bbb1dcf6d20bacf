"""Imports every table, so that ``metadata`` is whole."""

from sqlmodel import SQLModel

from trace.records import (
    account,
    admin_unit,
    certificate,
    diary_entry,
    event,
    household,
    import_run,
    instance_fact,
    job,
    lot,
    market_order,
    organisation,
    plot,
    product,
    recall,
    rules,
    scan,
    shop,
    stamp,
)

TABLE_FILES = (
    account,
    admin_unit,
    certificate,
    diary_entry,
    event,
    household,
    import_run,
    instance_fact,
    job,
    lot,
    market_order,
    organisation,
    plot,
    product,
    recall,
    rules,
    scan,
    shop,
    stamp,
)
metadata = SQLModel.metadata
