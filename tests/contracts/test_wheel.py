"""The wheel is whole: installed into an empty environment it serves the sample county with its map, without Node."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 180


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
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("COTRENCH_", "PYTHON", "VIRTUAL_ENV"))}
    environment = clean | {"COTRENCH_DATA": str(tmp_path / "data"), "PATH": "/usr/bin:/bin"}
    command = [tmp_path / "env/bin/cotrench", "serve", "--demo", "--port", str(port)]
    log = tmp_path / "log"
    with log.open("w") as out:
        served = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=out, stderr=subprocess.STDOUT)
        try:
            page = answer(f"http://127.0.0.1:{port}/", served, log)
            items = answer(f"http://127.0.0.1:{port}/api/collections/routes/items?limit=1", served, log)
        finally:
            served.terminate()
            served.wait(30)
    assert "同沟" in page
    assert '"FeatureCollection"' in items


def answer(address: str, served: subprocess.Popen[bytes], log: Path) -> str:
    """Ask until the service answers; a service that ended says why."""
    started = time.monotonic()
    while time.monotonic() - started < PATIENCE_S:
        assert served.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(address, timeout=10) as response:
                return str(response.read().decode())
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.5)
    pytest.fail(f"no answer from {address} in {PATIENCE_S} s:\n{log.read_text()}")
