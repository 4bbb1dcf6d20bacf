"""Pages may send to listed printers only: no other machine is reached, whatever its address looks like."""

import pytest

from labels.errors import PrinterSilent
from trace.errors import Refused
from trace.services.printer_hosts import checked_printer
from trace.settings import Settings, SettingsError, load_settings

LISTED = ("192.168.1.0/24", "may-in.htx.local", "fd00:7::/64")
NAMES = {
    "may-in.htx.local": ["10.9.8.7"],
    "kho.htx.local": ["192.168.1.20"],
    "both.example": ["192.168.1.20", "127.0.0.1"],
    "rebound.example": ["127.0.0.1"],
    "six.example": ["fd00:7::9"],
    "outside.example": ["203.0.113.5"],
    "mapped.example": ["::ffff:192.168.1.20"],
    "disguised.example": ["::ffff:127.0.0.1"],
}


def resolve(host: str, port: int) -> list[str]:
    if host.lower().rstrip(".") not in NAMES:
        raise PrinterSilent(f"tcp://{host}:{port}", host, "unknown")
    return NAMES[host.lower().rstrip(".")]


def key(address: str, hosts: tuple[str, ...] = LISTED) -> str:
    with pytest.raises(Refused) as refusal:
        checked_printer(hosts, address, resolve)
    return refusal.value.key


@pytest.mark.parametrize(
    ("address", "checked"),
    [
        ("tcp://192.168.1.7:9100", "tcp://192.168.1.7:9100"),
        ("tcp://192.168.1.7", "tcp://192.168.1.7:9100"),
        ("tcp://192.168.1.7:9109", "tcp://192.168.1.7:9109"),
        ("tcp://may-in.htx.local:9100", "tcp://10.9.8.7:9100"),
        ("tcp://MAY-IN.htx.local:9100", "tcp://10.9.8.7:9100"),
        ("tcp://kho.htx.local:9100", "tcp://192.168.1.20:9100"),
        ("tcp://six.example:9100", "tcp://[fd00:7::9]:9100"),
        ("tcp://[fd00:7::1]:9100", "tcp://[fd00:7::1]:9100"),
        ("tcp://[::ffff:192.168.1.7]:9100", "tcp://192.168.1.7:9100"),
        ("tcp://mapped.example:9100", "tcp://192.168.1.20:9100"),
    ],
)
def test_a_listed_printer_is_reached_by_the_number_that_was_checked(address: str, checked: str) -> None:
    assert checked_printer(LISTED, address, resolve) == checked


@pytest.mark.parametrize(
    "address",
    [
        "tcp://127.0.0.1:9100",
        "tcp://10.9.8.7:9100",  # its name is listed, its number is not
        "tcp://169.254.169.254:9100",
        "tcp://0.0.0.0:9100",
        "tcp://[::1]:9100",
        "tcp://[::]:9100",
        "tcp://[::ffff:127.0.0.1]:9100",
        "tcp://[::ffff:7f00:1]:9100",
        "tcp://2130706433:9100",  # 127.0.0.1 in one number
        "tcp://3232235783:9100",  # a listed one, but in a form that readers read differently
        "tcp://0x7f000001:9100",
        "tcp://0x7f.0.0.1:9100",
        "tcp://0177.0.0.1:9100",
        "tcp://127.1:9100",
        "tcp://127.0.0.1.:9100",
        "tcp://192.168.1.7:22",
        "tcp://192.168.1.7:9099",
        "tcp://192.168.1.7:9110",
        "tcp://192.168.2.7:9100",
        "tcp://outside.example:9100",
        "tcp://rebound.example:9100",
        "tcp://both.example:9100",
        "tcp://disguised.example:9100",
    ],
)
def test_any_other_machine_is_refused(address: str) -> None:
    assert key(address) in ("print.hosts", "print.address")


@pytest.mark.parametrize("address", ["memory:", "http://192.168.1.7:9100", "tcp://a@192.168.1.7:9100", ""])
def test_only_raw_ports_are_addresses_here(address: str) -> None:
    assert key(address) == "print.address"


def test_a_queue_is_allowed_by_its_own_name_alone() -> None:
    assert checked_printer((*LISTED, "cups://Zebra"), "cups://Zebra", resolve) == "cups://Zebra"
    for address in ("cups://Other", "cups://zebra", "cups://Zebra/x", "cups://"):
        assert key(address, (*LISTED, "cups://Zebra")) == "print.hosts"
    assert key("cups://Zebra") == "print.hosts"
    assert key("tcp://zebra:9100", ("cups://Zebra",)) == "print.printer"


def test_nothing_listed_means_nothing_sent() -> None:
    assert key("tcp://192.168.1.7:9100", ()) == "print.hosts.off"


def test_a_name_nobody_knows_is_a_silent_printer() -> None:
    assert key("tcp://absent.example:9100") == "print.printer"


def test_a_listed_name_never_leads_to_this_machine() -> None:
    assert key("tcp://rebound.example:9100", ("rebound.example",)) == "print.hosts"
    assert key("tcp://disguised.example:9100", ("disguised.example",)) == "print.hosts"


def test_this_machine_is_reached_where_it_is_listed_by_number() -> None:
    hosts = ("127.0.0.1",)
    assert checked_printer(hosts, "tcp://127.0.0.1:9100", resolve) == "tcp://127.0.0.1:9100"
    assert checked_printer(hosts, "tcp://rebound.example:9100", resolve) == "tcp://127.0.0.1:9100"


def test_the_list_comes_from_the_environment_with_commas_and_from_the_file_as_a_list(tmp_path) -> None:
    assert Settings().printer_hosts == ()
    given = {"NONGSAN_PRINTER_HOSTS": " 192.168.1.0/24, May-In.htx.local ,"}
    assert load_settings(given, instance=tmp_path).printer_hosts == ("192.168.1.0/24", "may-in.htx.local")
    (tmp_path / "nongsan.toml").write_text('printer_hosts = ["10.0.0.7"]\n')
    assert load_settings({}, instance=tmp_path).printer_hosts == ("10.0.0.7",)
    queue = {"NONGSAN_PRINTER_HOSTS": "cups://Zebra_GK420, MAY-IN.local"}
    assert load_settings(queue, instance=tmp_path).printer_hosts == ("cups://Zebra_GK420", "may-in.local")


@pytest.mark.parametrize(
    "host", ["192.168.1.7/24", "*", "tcp://a", "a b", "127.1", "http://x/", "-a", "cups://", "cups://a/b"]
)
def test_a_list_that_means_nothing_is_refused(host: str, tmp_path) -> None:
    with pytest.raises(SettingsError, match="printer_hosts"):
        load_settings({"NONGSAN_PRINTER_HOSTS": host}, instance=tmp_path)
