"""``kill -9`` of a real web server in the middle of its POSTs: whatever was sent again is there once."""

import io
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image
from sqlmodel import Session, select

from tests import world
from tests.services import sheets
from tests.web import kills
from tests.web.kills import Act, Browser, Served, leaves, rows
from trace.db import open_database, reading, transaction, use_database
from trace.keyring import make_master_key, use_keyring
from trace.records.diary_entry import DiaryEntry
from trace.records.event import Event
from trace.records.field_photo import FieldPhoto
from trace.records.household import Household
from trace.records.import_run import ImportRun, ImportUpload
from trace.records.job import Job
from trace.records.lot import Lot, LotLink, LotState
from trace.records.recall import Recall, RecallLot
from trace.records.stamp import PrintRun, RunState, StampActivation, StampBlock, StampVoid
from trace.services import stamp_keys
from trace.services.importing import uploads
from trace.services.importing.runs import ImportOrder, import_file
from trace.services.instance_facts import found
from trace.services.print_runs import cancel_print
from trace.services.stamp_marks import Places
from trace.standards.local_time import local_day

POINTS = ("before mark", "after mark", "after fsync", "after update", "before commit", "after commit")
"""Named places in the taking of stamps."""


class Stage:
    """A cooperative, its server, and fresh material for every round of acts."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.marks = folder, folder / "stamp-marks.log"
        self.now = datetime.now(UTC)
        self.today = local_day(self.now)
        self.seed = 0
        with transaction() as session:
            found(session, public_url="https://id.example.vn", is_demo=False)
            stamp_keys.ensure_key(session, folder / "keys", self.now, self.marks)
            self.coop = world.make_coop(session, self.now)
        self.stamps = kills.stamp_world.StampWorld(Places(folder / "keys", self.marks), self.coop, self.now)
        self.served = Served(folder, url)
        self.browser = Browser(self.served)

    def lot(self, state: LotState, *, is_packed: bool = False) -> Lot:
        """A harvest of today, so that it may be packed today."""
        with transaction() as session:
            plot = world.make_plot(session, self.now, self.coop.household)
            days = {"harvested_on": self.today, "packed_on": self.today if is_packed else None}
            given = {"state": state, "code": f"L-{plot.id}", **days}
            return world.make_lot(session, self.now, plot, self.coop.product, **given)

    def acts(self) -> list[Act]:
        """One of every act that creates something, each on things of its own."""
        self.seed += 1
        makers = (
            self.harvest, self.pack, self.release, self.order, self.activate, self.void, self.recall,
            self.upload, self.write_import, self.undo_import, self.household, self.diary, self.photo,
            self.print,
        )  # fmt: skip
        return [make(f"{self.seed}") for make in makers]

    def harvest(self, sign: str) -> Act:
        with transaction() as session:
            plot = world.make_plot(session, self.now, self.coop.household)
        typed = {"plot_id": str(plot.id), "product": self.coop.product.public_id, "weight_g": "480,5"}
        typed |= {"when": "today", "other_day": "", "boxes": "12", "yield_reason": ""}

        def effects(session: Session) -> dict[str, int]:
            lots = session.exec(select(Lot).where(Lot.plot_id == plot.id).order_by(Lot.id)).all()
            kinds = [lot.kind for lot in lots]
            links = rows(session, LotLink, LotLink.parent_id == lots[0].id) if lots else 0
            return {"harvest": kinds.count("harvest"), "pack": kinds.count("pack"), "link": links} | {
                act: rows(session, Event, Event.act == act, Event.subject_id.in_([lot.id for lot in lots]))
                for act in ("harvest", "pack")
            }

        return Act("harvest", "/htx/lo/moi", "/htx/lo/moi", typed, effects)

    def pack(self, sign: str) -> Act:
        lot = self.lot(LotState.OPEN)
        page = f"/htx/lo/{lot.public_id}"
        typed = {"product": self.coop.product.public_id, "units": "10", "packing_house_id": ""}
        typed |= {"packed_on": f"{self.today:%d/%m/%Y}", "loss_reason": ""}

        def effects(session: Session) -> dict[str, int]:
            children = [
                link.child_id for link in session.exec(select(LotLink).where(LotLink.parent_id == lot.id))
            ]
            packed = rows(session, Event, Event.act == "pack", Event.subject_id.in_(children))
            return {"links": len(children), "events": packed}

        return Act("pack", page, f"{page}/dong-goi", typed, effects)

    def release(self, sign: str) -> Act:
        lot = self.lot(LotState.OPEN, is_packed=True)
        page = f"/htx/lo/{lot.public_id}"

        def effects(session: Session) -> dict[str, int]:
            return {
                "state": rows(
                    session, Lot, Lot.id == lot.id, Lot.state == LotState.RELEASED, Lot.version == 2
                ),
                "events": rows(session, Event, Event.act == "release", Event.subject_id == lot.id),
            }

        return Act("release", page, f"{page}/luu-thong", {}, effects)

    def order(self, sign: str) -> Act:
        lot = self.lot(LotState.RELEASED)
        typed = {"kind": "lot", "count": "7", "lot": lot.public_id}

        def effects(session: Session) -> dict[str, int]:
            blocks = session.exec(select(StampBlock).where(StampBlock.lot_id == lot.id)).all()
            said = [leaves(session, "stamp_block", '"issue"', b.public_id) for b in blocks]
            return {
                "blocks": len(blocks),
                "leaves": sum(said),
                "activations": rows(session, StampActivation, StampActivation.lot_id == lot.id),
                "events": rows(session, Event, Event.act == "activate", Event.subject_id == lot.id),
            }

        page = f"/htx/tem/moi?lot={lot.public_id}"
        return Act("order", page, "/htx/tem/moi", typed, effects)

    def activate(self, sign: str) -> Act:
        lot, block = self.lot(LotState.RELEASED), self.stamps.roll(20)
        page = f"/htx/tem/{block.public_id}"
        typed = {"first": str(block.first), "last": str(block.first + 9), "lot": lot.public_id}

        def effects(session: Session) -> dict[str, int]:
            return {
                "rows": rows(session, StampActivation, StampActivation.block_id == block.id),
                "events": rows(session, Event, Event.act == "activate", Event.subject_id == lot.id),
            }

        return Act("activate", page, f"{page}/kich-hoat", typed, effects)

    def void(self, sign: str) -> Act:
        block = self.stamps.roll(20)
        page = f"/htx/tem/{block.public_id}"
        typed = {"first": str(block.first), "last": str(block.last), "reason": "lost"}

        def effects(session: Session) -> dict[str, int]:
            return {
                "rows": rows(session, StampVoid, StampVoid.block_id == block.id),
                "leaves": leaves(session, "stamp_void", block.public_id),
            }

        return Act("void", page, f"{page}/huy", typed, effects)

    def recall(self, sign: str) -> Act:
        lot = self.lot(LotState.RELEASED)
        page = f"/htx/lo/{lot.public_id}/thu-hoi"
        typed = {"reason": "Nghi còn thuốc trên quả", "reason_en": "", "phone": "0220 000 0000", "lots": "1"}

        def effects(session: Session) -> dict[str, int]:
            recalls = session.exec(select(Recall).where(Recall.root_lot_id == lot.id)).all()
            return {
                "recalls": len(recalls),
                "lots": rows(session, RecallLot, RecallLot.lot_id == lot.id),
                "events": rows(session, Event, Event.act == "recall", Event.subject_id == lot.id),
                "leaves": sum(leaves(session, "recall_opened", f'"{one.number}"') for one in recalls),
            }

        return Act("recall", page, page, typed, effects)

    def _sheet(self, sign: str) -> bytes:
        path = self.folder / "ho.xlsx"
        start = 1000 * int(sign)
        return sheets.xlsx(path, A=sheets.farms(3, start)).read_bytes()

    def upload(self, sign: str) -> Act:
        data = self._sheet(f"{sign}1")

        def effects(session: Session) -> dict[str, int]:
            sha256 = uploads.hashlib.sha256(data).hexdigest()
            return {"rows": rows(session, ImportUpload, ImportUpload.file_sha256 == sha256)}

        return Act(
            "upload", "/htx/nhap", "/htx/nhap", {"loai": "farms"}, effects, {"file": ("ho.xlsx", data)}
        )

    def write_import(self, sign: str) -> Act:
        data = self._sheet(f"{sign}2")
        with transaction() as session:
            at, manager = datetime.now(UTC), world.actor_of(self.coop.manager)
            row = uploads.keep(session, uploads.sealed(manager, "farms", "ho.xlsx", data, at), at)
        page, first = f"/htx/nhap/{row.token}", f"TH-{1000 * int(f'{sign}2'):06}"

        def effects(session: Session) -> dict[str, int]:
            runs = session.exec(select(ImportRun).where(ImportRun.request_id == row.token)).all()
            return {
                "runs": len(runs),
                "households": rows(session, Household, Household.code == first),
                "leaves": sum(leaves(session, "import", f'"run":{run.id}}}') for run in runs),
            }

        return Act("import", page, page, {}, effects)

    def undo_import(self, sign: str) -> Act:
        path, start = self.folder / "nham.xlsx", 1000 * int(f"{sign}3")
        sheets.xlsx(path, A=sheets.farms(3, start))
        with transaction() as session:
            order = ImportOrder("farms", path, path.name, request_id=f"nham-{sign}")
            done = import_file(session, world.actor_of(self.coop.manager), order, datetime.now(UTC))
            run = done.run.id
        page = f"/htx/nhap/da-nhap/{run}"

        def effects(session: Session) -> dict[str, int]:
            left = rows(session, Household, Household.code.like(f"TH-{start // 1000:03}%"))
            return {
                "gone": int(left == 0),
                "undone": rows(session, ImportRun, ImportRun.id == run, ImportRun.undone_at.is_not(None)),
                "leaves": leaves(session, "import_undone", f'"run":{run}}}'),
            }

        return Act("undo import", page, page, {}, effects)

    def photo(self, sign: str) -> Act:
        lot = self.lot(LotState.OPEN)
        page = f"/htx/lo/{lot.public_id}"
        out = io.BytesIO()
        Image.new("RGB", (800 + int(sign), 600), "#b33040").save(out, "JPEG")

        def effects(session: Session) -> dict[str, int]:
            kept = session.exec(select(FieldPhoto).where(FieldPhoto.lot_id == lot.id)).all()
            said = [leaves(session, "field_photo", one.sha256) for one in kept]
            return {"rows": len(kept), "leaves": sum(said)}

        return Act("photo", page, f"{page}/anh", {}, effects, {"image": ("vuon.jpg", out.getvalue())})

    def household(self, sign: str) -> Act:
        typed = {"code": f"H-KILL-{sign}", "name": "Trần Văn Hai", "phone": "", "id_number": ""}
        typed |= {"place": "2025-07:10813"}

        def effects(session: Session) -> dict[str, int]:
            return {"rows": rows(session, Household, Household.code == f"H-KILL-{sign}")}

        return Act("household", "/htx/ho/moi", "/htx/ho/moi", typed, effects)

    def diary(self, sign: str) -> Act:
        with transaction() as session:
            plot = world.make_plot(session, self.now, self.coop.household)
        typed = {
            "plot_id": str(plot.id),
            "kind": "fertilise",
            "material": "NPK",
            "dose": "",
            "waiting_days": "",
        }
        typed |= {
            "operator": "Hai",
            "note": "",
            "corrects_id": "",
            "reason": "",
            "when": "today",
            "other_day": "",
        }

        def effects(session: Session) -> dict[str, int]:
            return {"rows": rows(session, DiaryEntry, DiaryEntry.plot_id == plot.id)}

        return Act("diary", "/htx/nhat-ky/moi", "/htx/nhat-ky/moi", typed, effects)

    def print(self, sign: str) -> Act:
        block = self.stamps.issue(5)
        page = f"/htx/in/{block.public_id}"
        typed = {"first": str(block.first), "last": str(block.last), "stock": "tomy-145", "start_cell": "1"}
        typed |= {"format": "pdf", "reason": "", "step": "print"}

        def effects(session: Session) -> dict[str, int]:
            runs = session.exec(select(PrintRun).where(PrintRun.block_id == block.id)).all()
            names = [run.public_id for run in runs]
            return {"rows": len(runs), "jobs": rows(session, Job, Job.subject.in_(names))}

        return Act("print", page, page, typed, effects)

    def round(self, chance: random.Random, *, answers: int | None = None, crash_at: str = "") -> list[Act]:
        """Every act sent at once to a server that dies under them, and sent again to the next one."""
        acts = self.acts()
        if self.served.process is None:
            self.served.start()
            self.browser.sign_in(self.coop.manager.login)
        for act in acts:
            act.open(self.browser)
        if crash_at:
            self.served.kill()
            self.served.start(f"{crash_at}:1")
        chance.shuffle(acts)
        if answers is None:
            answers = len(acts) if crash_at else chance.randrange(len(acts) - 1)
        kills.send_until_killed(self.browser, acts, answers, chance.random() / 50)
        self.served.start()
        self.check(acts)
        self.make_room_at_the_desk()
        return acts

    def make_room_at_the_desk(self) -> None:
        """Nobody draws here, and a cooperative may have so many prints waiting."""
        with transaction() as session:
            waiting = session.exec(select(PrintRun).where(PrintRun.state == RunState.WAITING)).all()
            for run in waiting:
                cancel_print(session, world.actor_of(self.coop.manager), run.public_id, self.now)

    def check(self, acts: list[Act]) -> None:
        """What was answered is done; sent again, twice, each is done once and answered alike."""
        for act in acts:
            with reading() as session:
                left = act.effects(session)
            is_answered = act.first is not None
            assert set(left.values()) <= ({1} if is_answered else {0, 1}), (act.name, left, act.first)
            assert len(set(left.values())) == 1, (act.name, "half done", left)
            answers = [act.send(self.browser) for _ in range(2)]
            said = {(answer.status_code, answer.headers.get("Location", "")) for answer in answers}
            assert said == {act.first or said.copy().pop()}, (act.name, act.first, said)
            assert {status for status, _ in said} == {303}, (act.name, said, answers[0].text[-2000:])
            with reading() as session:
                assert set(act.effects(session).values()) == {1}, (act.name, act.effects(session))
        assert kills.faults(self.marks) == []


def staged(url: str, folder: Path) -> Iterator[Stage]:
    """The stage on this database, which the server's process shares with the test."""
    database = open_database(url)
    use_database(database)
    use_keyring(make_master_key(folder / "master.key"))
    built = Stage(folder, url)
    yield built
    built.served.kill()
    use_database(None)
    use_keyring(None)
    database.close()


@pytest.fixture
def stage(database_url: str, tmp_path: Path) -> Iterator[Stage]:
    yield from staged(database_url, tmp_path)


@pytest.fixture
def sqlite_stage(sqlite_url: str, tmp_path: Path) -> Iterator[Stage]:
    yield from staged(sqlite_url, tmp_path)


def killed_under(acts: list[Act]) -> bool:
    """Whether some acts were answered and others not: the kill did come in the middle."""
    return len({act.first is None for act in acts}) == 2


@pytest.mark.timeout(900)  # starts processes
def test_a_killed_server_leaves_each_act_once(stage: Stage) -> None:
    chance = random.Random(20_260_612)
    assert killed_under(stage.round(chance, answers=chance.randint(1, 6)))


@pytest.mark.timeout(900)  # starts processes
def test_a_server_that_dies_while_it_takes_stamps_takes_them_once(sqlite_stage: Stage) -> None:
    acts = sqlite_stage.round(random.Random(1), crash_at="after fsync")
    assert [act.first for act in acts if act.name == "order"] == [None]


@pytest.mark.chaos
@pytest.mark.timeout(3600)
def test_however_often_a_server_is_killed_each_act_is_there_once(stage: Stage) -> None:
    chance = random.Random(7)
    middle = sum(killed_under(stage.round(chance)) for _ in range(40))
    assert middle >= 20
    for point in POINTS:
        acts = stage.round(chance, crash_at=point)
        assert [act.first for act in acts if act.name == "order"] == [None]
