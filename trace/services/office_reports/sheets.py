"""A report as a workbook: what it is about on the first sheet, then a sheet for each figure."""

from trace.services.office_reports.contents import Content
from trace.services.tables import Column, Table, workbook
from trace.texts.catalogs import shown, t


def xlsx(content: Content) -> bytes:
    """The workbook."""
    return workbook([_about(content), *content.tables])


def _about(content: Content) -> Table:
    lang = content.language
    columns = [
        Column(name, t(lang, f"report.about.{name}")) for name in ("name", "value", "formula", "fresh")
    ]
    rows = [[one.name, one.said, one.formula, one.fresh] for one in content.figures]
    said = (
        ("report.about.title", content.title),
        ("report.about.period", content.period),
        ("report.about.compared", content.compared),
        ("report.about.made", content.made_at),
    )
    rows += [["", "", "", ""], *([t(lang, key), shown(lang, value), "", ""] for key, value in said)]
    return Table(t(lang, "report.about"), columns, rows)
