"""The wheel is whole: installed into an empty environment it serves the sample county with its map, without Node."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import urllib.request
import zipfile
from pathlib import Path

import pytest

from tests.service import served

ROOT = Path(__file__).resolve().parents[2]


def uv() -> str:
    found = ROOT / ".venv/bin/uv"
    path = str(found) if found.exists() else shutil.which("uv")
    assert path, "uv is not there: make setup"
    return path


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([uv(), "build", "--wheel", "--quiet", "-o", folder], cwd=ROOT, check=True)
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_carries_client_rules_and_migrations_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for wanted in (
        r"maps/web/dist/index\.html",
        r"maps/web/dist/assets/index-.+\.js",
        r"maps/web/dist/offline/leaflet\.js",
        r"maps/templates/field_map\.js",
        r"maps/symbols\.json",
        r"survey/policies/neixiang/policy\.toml",
        r"api/db/migrations/versions/0001_.+\.py",
        r".+dist-info/licenses/LICENSE",
    ):
        assert any(re.fullmatch(wanted, name) for name in names), wanted
    assert not [name for name in names if re.search(r"node_modules|web/src|\.svelte$|^tests/|\.nbc$|__pycache__", name)]


def test_installed_alone_it_serves_the_sample_county(wheel: Path, tmp_path: Path) -> None:
    subprocess.run([uv(), "venv", "--quiet", "--python", sys.executable, tmp_path / "env"], check=True)
    python = tmp_path / "env/bin/python"
    subprocess.run([uv(), "pip", "install", "--quiet", "--python", python, wheel], check=True)
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("COTRENCH_", "PYTHON", "VIRTUAL_ENV"))}
    data = tmp_path / "data"
    data.mkdir()
    with served(data, tmp_path / "env/bin/cotrench", clean | {"PATH": "/usr/bin:/bin"}, tmp_path) as address:
        page = text(address)
        items = text(f"{address}/api/collections/routes/items?limit=1")
    assert "同沟" in page
    assert '"FeatureCollection"' in items


def text(address: str) -> str:
    with urllib.request.urlopen(address, timeout=10) as response:
        return str(response.read().decode())
