"""A setting that means nothing here is refused in one line, never taken in silence."""

from pathlib import Path

import pytest

from trace.settings import SettingsError, load_settings


def test_the_limiter_counts_in_memory_and_nowhere_else(tmp_path: Path) -> None:
    secret = "redis://:s3cret@127.0.0.1/0"
    with pytest.raises(SettingsError) as refused:
        load_settings({"RATELIMIT_STORAGE_URI": secret}, instance=tmp_path)
    line = str(refused.value)
    assert "ratelimit_storage_uri" in line
    assert "memory://" in line
    assert "\n" not in line
    assert "s3cret" not in line
    kept = load_settings({"RATELIMIT_STORAGE_URI": "memory://"}, instance=tmp_path)
    assert kept.ratelimit_storage_uri == "memory://"


LINE = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
SERVER = {"host": "tep.example.vn", "user": "htx", "host_keys": [LINE], "password": "s3cret"}


@pytest.mark.parametrize(
    ("shop", "change", "said"),
    [
        ("voso-7", {"host_keys": []}, "host_keys"),
        ("voso-7", {"host_keys": [LINE[:60]]}, "cut off or no Base64"),
        ("voso-7", {"host_keys": [LINE.replace("ed25519", "rsa", 1)]}, "another kind of key"),
        ("voso-7", {"key_file": "/k"}, "either key_file or password"),
        ("voso-7", {"password": ""}, "either key_file or password"),
        ("voso-7", {"host": "tep.example.vn/x"}, "no name"),
        ("voso-7", {"port": 0}, "port"),
        ("voso-7", {"known_hosts": "/x"}, "unknown setting"),
        ("shopee-7", {}, "no shop kept by files"),
        ("voso-7/..", {}, "no shop kept by files"),
    ],
)
def test_a_report_server_is_whole_or_refused_in_a_line_without_its_password(
    tmp_path: Path, shop: str, change: dict[str, object], said: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings({}, instance=tmp_path, report_servers={shop: {**SERVER, **change}})
    line = str(refused.value)
    assert said in line
    assert "s3cret" not in line
    assert "\n" not in line


def test_no_secret_of_a_table_that_lacks_something_is_shown(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings({}, instance=tmp_path, marketplaces={"shopee": {"app_id": "1", "app_secret": "s3cret"}})
    assert "marketplaces.shopee.base_url" in str(refused.value)
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize("origin", ["http://app.example.vn", "https://app.vn/", "*", "app.example.vn"])
def test_only_an_origin_by_https_may_frame(tmp_path: Path, origin: str) -> None:
    with pytest.raises(SettingsError, match="frame_hosts"):
        load_settings({}, instance=tmp_path, frame_hosts=[origin])
    kept = load_settings({}, instance=tmp_path, frame_hosts=["https://app.example.vn:8443"])
    assert kept.frame_hosts == ("https://app.example.vn:8443",)


def test_the_place_to_practise_is_an_address(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="practice_url"):
        load_settings({}, instance=tmp_path, practice_url="javascript:alert(1)")
