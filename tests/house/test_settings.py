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
