"""Say inside a GeoPackage what was given out, of which visit and in which revision, and read that again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson

from api.geopackages import table_of
from geo.faults import BadInputError, Fault, refuse

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from api.geopackages import Table

FORMAT = 1
"""Of the tables below; raised where a reader of before could not read them."""
VISIT_TABLE, LAYERS_TABLE, ROWS_TABLE = "cotrench_visit", "cotrench_layers", "cotrench_rows"
KEYS = ("format", "visit", "county", "change", "made_at", "digest")


@dataclass(frozen=True, slots=True)
class GivenLayer:
    """One table that was given out.

    Parameters
    ----------
    stored
        The layer of the store that it is of; empty for what is only shown.
    fields
        The columns that were given out to be edited, without id and revision.
    revisions
        The revision in which each row was given out, by its id.
    """

    stored: str
    fields: tuple[str, ...] = ()
    revisions: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Given:
    """What was given out: for which visit of which county, as of which change of the store, and every table."""

    visit: str
    county: str
    change: int
    made_at: datetime
    layers: Mapping[str, GivenLayer]

    @property
    def digest(self) -> str:
        """Return what stands for the rows that were given out: tables that were tampered with have another one."""
        told = [[name, one.stored, one.fields, sorted(one.revisions.items())] for name, one in self.layers.items()]
        said = [self.visit, self.county, self.change, self.made_at.isoformat(), sorted(told)]
        return hashlib.sha256(orjson.dumps(said)).hexdigest()


def given_tables(given: Given) -> dict[str, Table]:
    """Return the tables that say what was given out, for `api.geopackages.write_styled`."""
    told = (FORMAT, given.visit, given.county, given.change, given.made_at.isoformat(), given.digest)
    rows = [
        (name, identity, revision) for name, one in given.layers.items() for identity, revision in one.revisions.items()
    ]
    return {
        VISIT_TABLE: (("key", "value"), [(key, str(value)) for key, value in zip(KEYS, told, strict=True)]),
        LAYERS_TABLE: (
            ("layer", "stored", "fields"),
            [(name, one.stored, " ".join(one.fields)) for name, one in given.layers.items()],
        ),
        ROWS_TABLE: (("layer", "id", "revision"), rows),
    }


def read_given(path: Path) -> Given:
    """Return what a GeoPackage says that it is.

    Raises
    ------
    BadInputError
        It does not say so, or in another format than this program reads; what it says has been changed.
    """
    said = {str(row.get("key")): str(row.get("value")) for row in table_of(path, VISIT_TABLE) or []}
    layers, rows = table_of(path, LAYERS_TABLE), table_of(path, ROWS_TABLE)
    if not said:
        raise _not_given(path)
    if said.get("format") != str(FORMAT):
        raise _other_format(path, said.get("format", "—"))
    if layers is None or rows is None or set(KEYS) - set(said):
        raise _not_given(path)
    try:
        given = _given(said, layers, rows)
        told = given.digest
    # Numbers may be infinite, or of more digits than JSON is written with.
    except (KeyError, OverflowError, TypeError, ValueError) as error:
        raise _tampered(path) from error
    if told != said["digest"]:
        raise _tampered(path)
    return given


def _given(said: Mapping[str, str], layers: list[dict[str, Any]], rows: list[dict[str, Any]]) -> Given:
    revisions: dict[str, dict[str, int]] = {str(one["layer"]): {} for one in layers}
    for row in rows:
        revisions[str(row["layer"])][str(row["id"])] = int(row["revision"])
    listed = {
        str(one["layer"]): GivenLayer(
            str(one["stored"]), tuple(str(one["fields"]).split()), revisions[str(one["layer"])]
        )
        for one in layers
    }
    made_at = datetime.fromisoformat(said["made_at"])
    return Given(said["visit"], said["county"], int(said["change"]), made_at, listed)


def check_given(given: Given, path: Path, *, visit: str, county: str, change: int) -> None:
    """Refuse a file of another visit, another county, or of a later moment than the store has come to."""
    faults = []
    if given.county != county:
        faults.append(_other("layers.other_county", "县", "county", given.county, county))
    if given.visit != visit:
        faults.append(_other("layers.other_visit", "踏勘", "visit", given.visit, visit))
    if given.change > change:
        faults.append(
            Fault("layers.later", f"文件发出时（第 {given.change} 次变更）晚于现在的数据库（第 {change} 次）",
                  f"the file was given out at change {given.change}; the store has come to {change} only",
                  "数据库可能从旧备份恢复过；重新下载图层再编辑",
                  "the store was perhaps restored from an older backup; download the layers again")
        )  # fmt: skip
    refuse(fault.at(file=path.name) for fault in faults)


def _other(code: str, zh: str, en: str, found: str, wanted: str) -> Fault:
    said = f"文件属于另一个{zh}（{found}），不是 {wanted}", f"the file is of the {en} {found}, not of {wanted}"
    return Fault(code, *said, f"打开 {found} 再上传", f"open {found} and send it there",
                 field=en, value=found)  # fmt: skip


def _not_given(path: Path) -> BadInputError:
    return BadInputError([
        Fault("layers.not_given", "文件里没有说明它是哪次踏勘发出的（缺 cotrench_… 表）",
              "the file does not say which visit it was given out for (its tables cotrench_… are missing)",
              "直接编辑下载的文件，不要把图层另存为新文件",
              "edit the file that was downloaded; do not save its layers as a new one", file=path.name)
    ])  # fmt: skip


def _other_format(path: Path, found: str) -> BadInputError:
    zh, en = (
        f"图层文件的格式是第 {found} 版，本程序读第 {FORMAT} 版",
        f"the file has format {found}, this program reads {FORMAT}",
    )
    mend = "重新下载图层，把改动移过去", "download the layers again and take the edits over"
    return BadInputError([Fault("layers.format", zh, en, *mend, file=path.name, field="format", value=found)])


def _tampered(path: Path) -> BadInputError:
    return BadInputError([
        Fault("layers.tampered", "cotrench_… 表被改动过，无法确定发出了什么",
              "the tables cotrench_… were changed: what was given out is not known any more",
              "重新下载图层，把改动移过去", "download the layers again and take the edits over", file=path.name)
    ])  # fmt: skip
