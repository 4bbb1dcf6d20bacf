"""One question about one stamp: its block, void, activation, lot, goods, recall and first check."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, bindparam, case, exists, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from trace.records.admin_unit import AdminUnit
from trace.records.lot import Lot, LotState
from trace.records.organisation import Organisation
from trace.records.product import Product
from trace.records.recall import Recall, RecallLot
from trace.records.scan import Scan, StampSeen
from trace.records.stamp import BlockState, KeyState, StampActivation, StampBlock, StampKeyRow, StampVoid

FIRST_NON_FOOD_GROUP = 4
"""OCOP groups 4 to 6 are not eaten."""


@dataclass(frozen=True)
class StampInfo:
    """What the register holds of one serial; empty where no block, lot or scan is."""

    key_state: str
    next_serial: int
    compromised_at: datetime | None
    block_id: int | None
    block_state: str | None
    block_at: datetime | None
    voided_at: datetime | None
    activated_at: datetime | None
    lot_id: int | None
    lot_code: str | None
    lot_public_id: str | None
    lot_state: str | None
    harvested_on: date | None
    packed_on: date | None
    best_before_given: date | None
    org_id: int | None
    org_name: str | None
    org_name_en: str | None
    org_public_id: str | None
    org_phone: str | None
    org_commune: str | None
    org_province: str | None
    home_province: str | None
    product_name: str | None
    product_name_en: str | None
    product_name_zh: str | None
    product_name_ja: str | None
    product_public_id: str | None
    product_id: int | None
    gtin: str | None
    ocop_group: int | None
    clone_devices: int | None
    shelf_life_days: int | None
    recall_number: str | None
    recall_reason: str | None
    recall_reason_en: str | None
    recall_phone: str | None
    recall_at: datetime | None
    first_at: datetime | None
    first_device: bytes | None
    first_province: str | None
    devices: int | None
    cleared_at: datetime | None
    has_traces: bool

    @property
    def is_void(self) -> bool:
        """Withdrawn, or of a block whose allocation was cut off."""
        return self.voided_at is not None or self.block_state == BlockState.INTERRUPTED

    @property
    def void_at(self) -> datetime | None:
        """Since when it is void."""
        return self.voided_at or self.block_at

    @property
    def key_suspect(self) -> bool:
        """Its key's secret got out, and this stamp was not activated before that."""
        if self.key_state != KeyState.COMPROMISED:
            return False
        since = self.compromised_at
        return self.activated_at is None or since is None or self.activated_at >= since

    @property
    def is_recalled(self) -> bool:
        """A recall reaches its lot; a closed one still does, for what is out there was not taken back."""
        return self.recall_number is not None or self.lot_state == LotState.RECALLED

    @property
    def best_before(self) -> date | None:
        """The lot's last good day."""
        return last_good_day(
            self.best_before_given, self.packed_on or self.harvested_on, self.shelf_life_days
        )

    @property
    def is_food(self) -> bool:
        """Whether the words speak of eating."""
        return self.ocop_group is None or self.ocop_group < FIRST_NON_FOOD_GROUP


def last_good_day(given: date | None, start: date | None, shelf_life_days: int | None) -> date | None:
    """As the lot says, else its packing (or harvest) day plus the product's shelf life."""
    if given is not None or start is None or shelf_life_days is None:
        return given
    return start + timedelta(days=shelf_life_days)


def find_stamp(session: Session, kid: int, serial: int) -> StampInfo | None:
    """What is known of a serial; None where the key itself is not in the register."""
    row = session.connection().execute(_QUESTION, {"kid": kid, "serial": serial}).mappings().first()
    return StampInfo(**row) if row is not None else None


def _question() -> Select[Any]:
    kid: Any = bindparam("kid")
    serial: Any = bindparam("serial")
    block: Any = aliased(StampBlock)
    active: Any = aliased(StampActivation)
    commune: Any = aliased(AdminUnit)
    province: Any = aliased(AdminUnit)
    last_block = (
        select(func.max(col(StampBlock.first)))
        .where(col(StampBlock.kid) == kid, col(StampBlock.first) <= serial)
        .scalar_subquery()
    )
    last_active = (
        select(func.max(col(StampActivation.first)))
        .where(col(StampActivation.kid) == kid, col(StampActivation.first) <= serial)
        .scalar_subquery()
    )
    return (
        select(*_columns(block, active, commune, province))
        .select_from(StampKeyRow)
        .outerjoin(
            block, and_(block.kid == kid, block.first == last_block, block.first + block.count > serial)
        )
        .outerjoin(
            active,
            and_(
                active.kid == kid,
                active.block_id == block.id,
                active.first == last_active,
                active.last >= serial,
            ),
        )
        .outerjoin(Lot, col(Lot.id) == active.lot_id)
        .outerjoin(Organisation, col(Organisation.id) == func.coalesce(col(Lot.org_id), block.org_id))
        .outerjoin(Product, col(Product.id) == func.coalesce(col(Lot.product_id), block.product_id))
        .outerjoin(
            commune,
            and_(
                commune.scheme == col(Organisation.commune_scheme),
                commune.code == col(Organisation.commune_code),
            ),
        )
        .outerjoin(province, and_(province.scheme == commune.scheme, province.code == commune.parent_code))
        .outerjoin(Recall, col(Recall.id) == _recall_of(active))
        .outerjoin(StampSeen, and_(col(StampSeen.kid) == kid, col(StampSeen.serial) == serial))
        .where(col(StampKeyRow.kid) == kid)
    )


def _recall_of(active: Any) -> Any:
    """The recall that reaches the lot: an open one first, else the latest."""
    inner: Any = aliased(Recall)
    return (
        select(inner.id)
        .join(RecallLot, col(RecallLot.recall_id) == inner.id)
        .where(col(RecallLot.lot_id) == active.lot_id)
        .order_by(case((inner.closed_at.is_(None), 0), else_=1), inner.opened_at.desc())
        .limit(1)
        .correlate(active)
        .scalar_subquery()
    )


def _columns(block: Any, active: Any, commune: Any, province: Any) -> list[Any]:
    serial: Any = bindparam("serial")
    voided_at = (
        select(func.min(col(StampVoid.voided_at)))
        .where(col(StampVoid.block_id) == block.id)
        .where(col(StampVoid.first) <= serial, col(StampVoid.last) >= serial)
        .correlate(block)
        .scalar_subquery()
    )
    traces = exists().where(col(Scan.kid) == bindparam("kid"), col(Scan.serial) == serial)
    named: dict[str, Any] = {
        "key_state": StampKeyRow.state,
        "next_serial": StampKeyRow.next_serial,
        "compromised_at": StampKeyRow.compromised_at,
        "block_id": block.id,
        "block_state": block.state,
        "block_at": block.created_at,
        "voided_at": voided_at,
        "activated_at": active.activated_at,
        "lot_id": Lot.id,
        "lot_code": Lot.code,
        "lot_public_id": Lot.public_id,
        "lot_state": Lot.state,
        "harvested_on": Lot.harvested_on,
        "packed_on": Lot.packed_on,
        "best_before_given": Lot.best_before,
        "org_id": Organisation.id,
        "org_name": Organisation.name,
        "org_name_en": Organisation.name_en,
        "org_public_id": Organisation.public_id,
        "org_phone": Organisation.phone,
        "org_commune": commune.full_name,
        "org_province": province.full_name,
        "home_province": province.code,
        "product_name": Product.name,
        "product_name_en": Product.name_en,
        "product_name_zh": Product.name_zh,
        "product_name_ja": Product.name_ja,
        "product_public_id": Product.public_id,
        "product_id": Product.id,
        "gtin": Product.gtin,
        "ocop_group": Product.ocop_group,
        "clone_devices": Product.clone_devices,
        "shelf_life_days": Product.shelf_life_days,
        "recall_number": Recall.number,
        "recall_reason": Recall.reason,
        "recall_reason_en": Recall.reason_en,
        "recall_phone": Recall.phone,
        "recall_at": Recall.opened_at,
        "first_at": StampSeen.first_at,
        "first_device": StampSeen.first_device,
        "first_province": StampSeen.province,
        "devices": StampSeen.devices,
        "cleared_at": StampSeen.cleared_at,
        "has_traces": traces,
    }
    return [expression.label(name) for name, expression in named.items()]


_QUESTION = _question()
