"""Shape what a store gives back: rows, their revisions, changes, the county, remembered answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from shapely.geometry.base import BaseGeometry

ChangeKind = Literal["insert", "replace", "update", "delete"]


@dataclass(frozen=True, slots=True)
class Row:
    """One object of a layer as it is now, or as it was after one of its revisions.

    Parameters
    ----------
    id
        The text it is known by, as it was given.
    revision
        1 for the first state, one more with every change; never used twice, not even after a deletion.
    geometry
        Shapely geometry in the county's grid, metres; heights are kept where there were any.
    properties
        Every column of the layer in its order; None where nothing is known. Text, float, int or date.
    changed_at
        When this revision was written, in UTC.
    """

    id: str
    revision: int
    geometry: BaseGeometry
    properties: dict[str, Any]
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """That a row was changed: ``number`` rises with every change of the whole store, in the order of commits."""

    number: int
    layer: str
    id: str
    revision: int
    kind: ChangeKind
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Revision:
    """One change of one row with the row as it was left; for a ``delete``, the row as it was last."""

    change: Change
    row: Row


@dataclass(frozen=True, slots=True)
class County:
    """Whose map this is.

    Parameters
    ----------
    id
        Short name, such as ``neixiang``.
    name_zh, name_en
        As people read it.
    grid
        The projected grid of every stored geometry: ``EPSG:4546``, or the WKT of a local grid.
    policy
        Id of the county's policy; None where it has none.
    """

    id: str
    name_zh: str
    name_en: str
    grid: str
    policy: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request was answered with, to be given again when the same request comes again."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
