"""What package.md says of geo is so: its rooms are the modules, and the checks it names exist."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "geo" / "package.md").read_text(encoding="utf-8")


def test_every_module_has_its_row_and_every_row_its_module():
    rooms = set(re.findall(r"^\| `([a-z_]+)/?` \|", TEXT, re.MULTILINE))
    there = {path.stem for path in (ROOT / "geo").glob("*.py")} - {"__init__"} | {"formats", "partition"}
    assert rooms == there


def test_every_check_it_names_is_there():
    named = set(re.findall(r"`(tests/[\w/.]+)`", TEXT))
    assert named
    assert all((ROOT / name).is_file() for name in named)
