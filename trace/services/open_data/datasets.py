"""The tables of open data: their columns, in the order they are written, and how often they grow."""

from dataclasses import dataclass

MONTHLY = "http://publications.europa.eu/resource/authority/frequency/MONTHLY"
CONTINUOUS = "http://publications.europa.eu/resource/authority/frequency/CONT"


@dataclass(frozen=True)
class Column:
    """One column and its datatype by name of XML Schema; its words are texts (``open.column.<name>``)."""

    name: str
    datatype: str = "string"


@dataclass(frozen=True)
class Dataset:
    """One table; its words are texts (``open.<name>``, ``open.<name>.about``)."""

    name: str
    columns: tuple[Column, ...]
    frequency: str = MONTHLY

    @property
    def is_released(self) -> bool:
        """Whether its rows are those of closed months."""
        return self.frequency == MONTHLY


_MONTH = Column("month", "gYearMonth")
_STATUS = Column("status")
_COMMUNE = Column("commune")
_HOUSEHOLDS = Column("households", "integer")


def _integers(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, "integer") for name in names)


DATASETS = (
    Dataset(
        "sales",
        (
            _MONTH,
            Column("level"),
            _COMMUNE,
            Column("ocop_group", "integer"),
            Column("marketplace"),
            _HOUSEHOLDS,
            *_integers("orders", "transactions", "weight_g", "revenue_vnd"),
            _STATUS,
        ),
    ),
    Dataset(
        "ocop",
        (
            Column("product"),
            Column("owner"),
            _COMMUNE,
            *_integers("ocop_group", "stars"),
            Column("decision_number"),
            Column("decided_on", "date"),
            Column("valid_to", "date"),
            Column("in_force", "boolean"),
        ),
        CONTINUOUS,
    ),
    Dataset(
        "areas",
        (
            _MONTH,
            _COMMUNE,
            Column("as_of", "gYearMonth"),
            *_integers("codes", "area_m2"),
            _HOUSEHOLDS,
            _STATUS,
        ),
    ),
    Dataset(
        "stamps",
        (
            _MONTH,
            Column("level"),
            _COMMUNE,
            _HOUSEHOLDS,
            *_integers("issued", "activated", "scans"),
            _STATUS,
        ),
    ),
    Dataset(
        "indicators",
        (
            _MONTH,
            Column("indicator"),
            Column("number", "integer"),
            Column("unit"),
            Column("value", "decimal"),
            Column("formula_version", "integer"),
            _STATUS,
        ),
    ),
)
BY_NAME = {one.name: one for one in DATASETS}
