"""The house's own rules, each one a test."""

import ast
import configparser
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import click
import pytest
from flask import Flask

import nongsan
from trace.commands.nouns import NOUNS, main
from trace.services.admission import POLICY, Act
from trace.settings import ENVIRONMENT, Settings
from trace.texts.files import lookup
from trace.texts.languages import LANGUAGES
from trace.web.door import Open

ROOT = Path(nongsan.ROOT)
ROOMS = ("trace", "labels", "marketplaces")


def sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from (ROOT / folder).rglob("*.py")


def test_nobody_imports_the_bare_name_trace() -> None:
    bare = re.compile(r"^\s*(import trace(\s|$|,)|from trace import )")
    guilty = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in (*sources(*ROOMS, "tests"), ROOT / "nongsan.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if bare.match(line)
    ]
    assert guilty == []


def test_the_map_of_the_rooms_is_all_there_is_in_trace() -> None:
    body = ast.parse((ROOT / "trace" / "__init__.py").read_text(encoding="utf-8")).body
    assert len(body) == 1
    assert isinstance(body[0], ast.Expr)


def test_no_attic_of_leftovers() -> None:
    attics = {"utils.py", "helpers.py", "common.py", "misc.py"}
    assert [path for path in sources(*ROOMS) if path.name in attics] == []


def test_the_floors_hold() -> None:
    done = subprocess.run([lint_imports()], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("room", "line"),
    [
        ("trace/standards/gtin.py", "from trace.services.admission import Act"),
        ("trace/services/admission.py", "from trace.web.door import Open"),
        ("labels/errors.py", "from trace.errors import Invalid"),
        ("marketplaces/values.py", "from labels.errors import DoesNotFit"),
    ],
)
def test_a_planted_wrong_import_breaks_the_floors(tmp_path: Path, room: str, line: str) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in (*ROOMS, "setup.cfg"):
        source = ROOT / name
        shutil.copytree(source, copy / name) if source.is_dir() else shutil.copy(source, copy / name)
    with (copy / room).open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    done = subprocess.run(
        [lint_imports(), "--no-cache"], cwd=copy, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "BROKEN" in done.stdout


def lint_imports() -> str:
    return str(Path(sys.executable).with_name("lint-imports"))


def test_every_route_stands_in_the_policy_table(app: Flask) -> None:
    table = app.extensions["policy"]
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert endpoints == set(table)
    assert all(isinstance(rule, Act | Open) for rule in table.values())


def test_every_act_is_somebodys() -> None:
    assert set(POLICY) == set(Act)
    assert all(POLICY.values())


def test_the_administrator_does_no_business() -> None:
    from trace.records.account import Role

    own = {act for act, roles in POLICY.items() if Role.ADMIN in roles}
    assert own == {Act.MANAGE_ACCOUNTS, Act.MANAGE_KEYS}


TEXT_CALL = re.compile(r"""\bt(?:ext)?\(\s*["']([a-z0-9_]+(?:\.[a-z0-9_]+)+)["']""")
RAISED = re.compile(
    r"""(?:Refused|Conflict|NotAllowed|NotFound|Unavailable|TooMany|Fault)\(\s*["']([a-z0-9_.]+)["']"""
)
FIELD = re.compile(r"""FieldProblem\(\s*[^,]+,\s*["']([a-z0-9_.]+)["']""")
IN_PYTHON = re.compile(
    r"""\b(?:t|t_html|title_and_text)\([a-z_.()]+,\s*["']([a-z0-9_]+(?:\.[a-z0-9_]+)+)["']"""
)


def used_keys() -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for path in sources("trace"):
        text = path.read_text(encoding="utf-8")
        for pattern in (RAISED, FIELD, IN_PYTHON):
            found |= {(key, str(path.relative_to(ROOT))) for key in pattern.findall(text)}
    for path in (ROOT / "trace" / "web" / "templates").rglob("*.html"):
        keys = TEXT_CALL.findall(path.read_text(encoding="utf-8"))
        found |= {(key, str(path.relative_to(ROOT))) for key in keys}
    return found


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_text_asked_for_is_in_the_catalogs(lang: str) -> None:
    missing = []
    for key, place in sorted(used_keys()):
        try:
            found, _text = lookup(lang, key)
        except KeyError:
            missing.append(f"{place}: {key}")
            continue
        if found != lang:
            missing.append(f"{place}: {key} only in {found}")
    assert missing == []


def test_the_scan_for_texts_sees_them() -> None:
    assert len(used_keys()) > 50
    assert "vi" in LANGUAGES


def test_every_setting_is_documented() -> None:
    said = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    names = {*ENVIRONMENT, *Settings.model_fields}
    assert sorted(name for name in names if f"`{name}`" not in said) == []


def every_verb() -> Iterator[tuple[str, click.Command]]:
    context = click.Context(main)
    for noun in NOUNS:
        command = main.get_command(context, noun)
        if not isinstance(command, click.Group):
            yield noun, command
            continue
        for verb in command.list_commands(context):
            yield f"{noun} {verb}", command.get_command(context, verb)


def arguments(command: click.Command) -> str:
    """What stands after the name in ``--help``, options aside."""
    context = click.Context(command)
    pieces = [p.make_metavar(context) for p in command.params if isinstance(p, click.Argument)]
    return "".join(f" {piece}" for piece in pieces)


def test_every_command_is_documented_and_has_help() -> None:
    said = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    verbs = dict(every_verb())
    asked = [f"nongsan {name}{arguments(command)}" for name, command in verbs.items()]
    assert sorted(line for line in asked if f"`{line}`" not in said) == []
    assert sorted(name for name, command in verbs.items() if not command.help) == []
    unsaid = [
        f"{name} {option}"
        for name, command in verbs.items()
        for parameter in command.params
        for option in parameter.opts
        if option.startswith("--") and f"`{', '.join(parameter.opts)}`" not in said
    ]
    assert unsaid == []


PERMISSIVE = re.compile(
    r"MIT|BSD|Apache|ISC|PSF|Python Software|MPL|Mozilla|HPND|Unlicense|Zlib|LGPL|Lesser|0BSD|CC0|CNRI|ZPL",
    re.IGNORECASE,
)


def run_time_packages() -> set[str]:
    lock = (ROOT / "requirements" / "run.txt").read_text(encoding="utf-8")
    return set(re.findall(r"^([A-Za-z0-9_.-]+)==", lock, re.MULTILINE))


def licence_of(package: str) -> str:
    about = metadata.metadata(package)
    classifiers = [c for c in about.get_all("Classifier") or [] if c.startswith("License")]
    return " ".join(
        filter(None, [about.get("License-Expression"), (about.get("License") or "")[:200], *classifiers])
    )


def test_run_time_licences_are_on_the_allowlist() -> None:
    unclear = {}
    for package in sorted(run_time_packages()):
        try:
            licence = licence_of(package)
        except metadata.PackageNotFoundError:
            continue  # locked for another platform or Python
        strong_copyleft = re.search(r"\bA?GPL", re.sub(r"LGPL|Lesser", "", licence))
        if not PERMISSIVE.search(licence) or strong_copyleft:
            unclear[package] = licence[:80]
    assert unclear == {}


def test_every_locked_package_carries_a_hash_and_no_index_is_named() -> None:
    for lock in (ROOT / "requirements").glob("*.txt"):
        text = lock.read_text(encoding="utf-8")
        blocks = re.split(r"^(?=[A-Za-z0-9_.-]+==)", text, flags=re.MULTILINE)[1:]
        assert all("--hash=sha256:" in block for block in blocks), lock.name
        assert "index-url" not in text


def test_setup_cfg_names_the_front_door() -> None:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    assert "nongsan = nongsan:main" in config["options.entry_points"]["console_scripts"]


def test_the_front_door_helps_before_anything_is_installed() -> None:
    done = subprocess.run(
        [sys.executable, "-S", "-I", str(ROOT / "nongsan.py"), "--help"],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
    )
    assert done.returncode == 0
    assert "make setup" in done.stderr


def test_the_long_hauls_that_make_offers_have_tests() -> None:
    hauls = set(re.findall(r"pytest -m (\w+)", (ROOT / "Makefile").read_text(encoding="utf-8")))
    assert hauls == {"soak", "chaos"}
    for haul in hauls:
        mark = f"@pytest.mark.{haul}\n"
        assert [path for path in sources("tests") if mark in path.read_text(encoding="utf-8")]
