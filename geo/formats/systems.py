"""Settle the coordinate system of a file: what it says itself, what was asked for, and where the two disagree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyproj import CRS
from pyproj.exceptions import CRSError

from geo.faults import BadInputError, Fault

if TYPE_CHECKING:
    from geo.formats.table import Findings, Request


def understood(said: Any, request: Request, found: Findings) -> CRS | None:  # noqa: ANN401 - a file says anything
    """Return the system a file names; None, with a fault, where it is not understood.

    Where the caller has named a system, that one is taken instead and this is only told.

    Examples
    --------
    >>> from pathlib import Path
    >>> from geo.formats.table import Findings, Request
    >>> found = Findings()
    >>> understood("EPSG:nothing", Request(Path("a.gpkg")), found)
    >>> found.faults[0].fault.mend_en
    'name it with --crs, such as --crs EPSG:4546'
    """
    try:
        return CRS.from_user_input(said)
    except CRSError:
        value = str(said)[:200]
    if request.crs is None:
        zh, en = "用 --crs 指定，如 --crs EPSG:4546", "name it with --crs, such as --crs EPSG:4546"
        found.fault(
            None, Fault("crs.unknown", "看不懂文件的坐标系", "the file's CRS is not understood", zh, en, value=value)
        )
    else:
        zh, en = "看不懂文件的坐标系，按 --crs 读取", "the file's CRS is not understood; --crs was taken"
        found.note(None, Fault("crs.unknown", zh, en, value=value))
    return None


def asked_for(crs: str | CRS | None) -> CRS | None:
    """Return the system the caller names; None where none is named.

    Raises
    ------
    BadInputError
        ``crs.unknown``.
    """
    if crs is None or isinstance(crs, CRS):
        return crs
    try:
        return CRS.from_user_input(crs)
    except CRSError as error:
        fault = Fault(
            "crs.unknown",
            "看不懂 --crs",
            "the CRS asked for is not understood",
            "写成 EPSG:4546，或给出 WKT",
            "write EPSG:4546, or give WKT",
            value=str(crs)[:200],
        )
        raise BadInputError([fault]) from error


def settled(own: CRS | None, asked: CRS | None, kind: str, found: Findings) -> CRS | None:
    """Return the system to use; the file's own stands, and one that contradicts it is a fault, not a choice."""
    told = any(finding.fault.code in ("crs.unknown", "crs.missing") for finding in found.faults)
    if own is None and asked is None and not told:
        found.fault(
            None,
            Fault(
                "crs.missing",
                "文件没有说明坐标系",
                "the file does not say its CRS",
                "用 --crs 指定，如 --crs EPSG:4546",
                "name it with --crs, such as --crs EPSG:4546",
            ),
        )
    if own is not None and asked is not None and not own.equals(asked, ignore_axis_order=True):
        found.fault(
            None,
            Fault(
                "crs.conflict",
                f"文件的坐标系是 {own.to_string()[:60]}，--crs 却是 {asked.to_string()[:60]}",
                f"the file's CRS is {own.to_string()[:60]}, but --crs says {asked.to_string()[:60]}",
                f"去掉 --crs；若 {kind} 文件写错了，先在原软件中改正",
                f"leave --crs out; if the {kind} file is wrong, correct it where it comes from",
            ),
        )
    return own or asked
