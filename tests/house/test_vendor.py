"""Libraries of others that browsers run stand as they were taken, and are told of beside them."""

import hashlib
from pathlib import Path

from nongsan import ROOT

VENDOR = Path(ROOT) / "trace/web/static/vendor"
TAKEN = {
    "zxing/LICENSE": "fb506e4ade12d7a9efa67c9d76a9a28c8e15d347ca49a69e48e29b40b34ad2ab",
    "zxing/reader/index.js": "d90c69a827aff3b7c8c8ca310efebe91671ef076f7a0ec83722bfc542814f484",
    "zxing/share.js": "a71566e4e06e2762c7205977c5bfa0ecbb146cad4b7ddcd037a22fc1812a5ff9",
    "zxing/zxing_reader.wasm": "e8af31edb56d0522f4de74495839385ef019ba8bc90d38e5ecb2f18795d86fb2",
}


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_each_file_is_the_one_that_was_taken() -> None:
    assert names(VENDOR) == {*TAKEN, "README.md"}
    found = {name: hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() for name in TAKEN}
    assert found == TAKEN


def test_none_of_them_asks_another_host() -> None:
    for name in TAKEN:
        if name.endswith(".js"):
            assert b"https://" not in (VENDOR / name).read_bytes(), name
