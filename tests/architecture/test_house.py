"""The house stays as it is drawn: floors, packages that explain themselves, nothing of a machine in the code."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.conftest import SLOW

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("geo", "survey", "maps", "api", "sample_data")
TOP = {
    "geo", "api", "survey", "maps", "sample_data", "tests", "pyproject.toml", "README.md", "README.zh-CN.md",
    "Makefile", "uv.lock", "CHANGELOG.md", "LICENSE",
}  # fmt: skip
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "core", "base", "manager", "stuff"}


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.splitlines() if (ROOT / name).is_file()]


@pytest.mark.parametrize("package", PACKAGES)
def test_every_package_explains_itself(package: str) -> None:
    assert (ROOT / package / "package.md").stat().st_size > 400


def test_nothing_stands_beside_the_floors() -> None:
    found = {path.relative_to(ROOT).parts[0] for path in tracked()}
    assert {name for name in found if not name.startswith(".")} <= TOP


def test_no_room_has_a_vague_name() -> None:
    assert [path for path in tracked() if path.suffix in {".py", ".ts", ".svelte"} and path.stem in VAGUE] == []


def test_no_path_of_a_machine_is_written_down() -> None:
    machine = re.compile(r"(?<![\w.])/(root|work|home/[a-z]+)/")
    texts = {".py", ".ts", ".svelte", ".md", ".toml", ".sh", ".yml", ".json", ""}
    named = [
        path.relative_to(ROOT)
        for path in tracked()
        if path.suffix in texts
        and path != Path(__file__)
        and machine.search(path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert named == []


def test_the_floors_hold() -> None:
    checked = subprocess.run([ROOT / ".venv/bin/lint-imports"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_every_command_the_readme_names_exists(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"make ([a-z]+)", text)) <= targets
    told = subprocess.run([ROOT / ".venv/bin/cotrench", "--help"], capture_output=True, text=True, check=True).stdout
    for command in set(re.findall(r"cotrench ([a-z-]+)", text)):
        assert command in told, command


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_every_picture_of_the_readme_is_there(name: str) -> None:
    for picture in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", (ROOT / name).read_text(encoding="utf-8")):
        assert (ROOT / picture).is_file(), picture


def test_what_is_called_slow_is_there() -> None:
    assert [name for name in SLOW if not (ROOT / name).exists()] == []
