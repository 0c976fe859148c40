"""Keep many findings as columns: arrays at once, ids and sentences only when they are asked for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple, overload

import geopandas as gpd
import numpy as np
import shapely

from survey.finding_keys import facts_of, hash_of, mixed
from survey.finding_table import COLUMNS, columns_of
from survey.findings import FAILS, GRAVE, KINDS, OUTCOMES, SEVERITIES, Cited, Finding, Mend, severity_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from geo.faults import Fault

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Hashes = NDArray[np.uint64]

_KINDS, _OUTCOMES, _SEVERITIES = tuple(KINDS), tuple(OUTCOMES), tuple(SEVERITIES)
_NONE = -1


class Told(NamedTuple):
    """What is said of one finding: made only for those that are read.

    A mend that takes measuring moved lines again is given as what makes it, for those who want it.
    """

    zh: str
    en: str
    mend: Mend | Callable[[], Mend] | None = None
    geometry: shapely.Geometry | None = None
    evidence_zh: str = ""
    evidence_en: str = ""


@dataclass(frozen=True)
class Subjects:
    """The rows of a layer that findings speak of: ids as text, in the order of row numbers."""

    layer: str
    ids: NDArray[np.object_]

    @cached_property
    def hashes(self) -> Hashes:
        """Return a number for each id, the same in every process."""
        return np.array([hash_of(f"{self.layer}\x1f{name}") for name in self.ids], dtype=np.uint64)


@dataclass(frozen=True)
class Found:
    """The findings of one kind as columns of one length n.

    Parameters
    ----------
    kind
        Key of `survey.findings.KINDS`.
    unit
        Of ``measured``, ``limit`` and ``uncertainty``.
    a_of, a
        The planned routes, and the row of each finding's first subject.
    b_of, b
        The layer of the other subject and its row; -1 or None: no other.
    outcome
        int8[n], positions in `survey.findings.OUTCOMES`.
    measured, limit, margin, uncertainty
        float64[n]; NaN where there is none.
    cited, citation
        The rules, and which of them each finding rests on.
    from_m, to_m
        Chainage on ``a``; NaN where it is nowhere.
    x, y
        The place, metres of the grid; NaN where there is none.
    tell
        Says what is told of the finding in row k of these columns.
    collides
        bool[n], where two things would be in one place beyond doubt, so that the limit's trust does not matter; None:
        nowhere.
    rests_on
        int64[n, m], whatever else decides the findings, such as days, so that ``facts`` change with it; None: nothing.
    """

    kind: str
    unit: str
    a_of: Subjects
    a: Integers
    b_of: Subjects | None
    b: Integers
    outcome: NDArray[np.int8]
    measured: Floats
    limit: Floats
    margin: Floats
    uncertainty: Floats
    cited: tuple[Cited, ...]
    citation: Integers
    from_m: Floats
    to_m: Floats
    x: Floats
    y: Floats
    tell: Callable[[int], Told] = field(repr=False)
    collides: NDArray[np.bool_] | None = None
    rests_on: Integers | None = None

    def __len__(self) -> int:
        return len(self.a)

    def take(self, rows: Integers | NDArray[np.bool_]) -> Found:
        """Return some of the findings; ids are those they had among all."""
        if not len(self):
            return self
        kept = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows
        if len(kept) == len(self) and (kept[1:] - kept[:-1] == 1).all():
            return self
        made = replace(
            self, **{name: getattr(self, name)[kept] for name in _BY_ROW}, tell=lambda k: self.tell(int(kept[k])),
            collides=None if self.collides is None else self.collides[kept],
            rests_on=None if self.rests_on is None else self.rests_on[kept],
        )  # fmt: skip
        if len(kept):
            made.__dict__["keys"] = self.keys[kept]  # which of its places a finding is was counted among all of them
        return made

    @cached_property
    def severity(self) -> NDArray[np.int8]:
        """int8[n], positions in `survey.findings.SEVERITIES`."""
        table = np.array(
            [[severity_of(outcome, cited) for outcome in range(len(_OUTCOMES))] for cited in self.cited], dtype=np.int8
        ).reshape(-1, len(_OUTCOMES))
        made: NDArray[np.int8] = table[self.citation, self.outcome]
        if self.collides is None:
            return made
        return np.where(self.collides & (self.outcome == FAILS), np.int8(GRAVE), made)

    @cached_property
    def keys(self) -> Hashes:
        """The id of each finding as a number: of kind, rule, subjects, and which of their places it is."""
        rules = np.array([hash_of(f"{self.kind}\x1f{c.rule}") for c in self.cited], dtype=np.uint64)
        key = mixed(rules[self.citation], self.a_of.hashes[self.a])
        key = mixed(key, self._of_b())
        place = np.zeros(len(key), dtype=np.uint64)
        order = np.argsort(key, kind="stable")
        same = key[order[1:]] == key[order[:-1]]
        if same.any():  # few pairs meet in several places: only these are counted along the line
            several = order[np.append(same, False) | np.append(False, same)]
            columns = (self.y, self.x, self.to_m, self.from_m, key)
            several = several[np.lexsort([column[several] for column in columns])]
            first = np.flatnonzero(np.append(True, key[several[1:]] != key[several[:-1]]))
            ordinal = np.arange(len(several)) - np.repeat(first, np.diff(np.append(first, len(several))))
            place[several] = ordinal.astype(np.uint64)
        return mixed(key, place)

    @cached_property
    def facts(self) -> Hashes:
        """What decides each finding, as a number."""
        return facts_of([self])

    def _of_b(self) -> Hashes:
        if self.b_of is None or not len(self.b_of.ids):
            return np.zeros(len(self), dtype=np.uint64)
        return np.where(self.b >= 0, self.b_of.hashes[self.b], np.uint64(0))


_BY_ROW = ("a", "b", "outcome", "measured", "limit", "margin", "uncertainty", "citation", "from_m", "to_m", "x", "y")


class Findings(Sequence[Finding]):
    """Many findings, the gravest first, of equals what fails, then by kind, subjects and place; for any order of rows.

    Parameters
    ----------
    found
        The columns of each kind.
    faults
        What was wrong with the input and was therefore taken as unknown or left out.
    crs
        Of the geometries, for `frame`.
    moves
        Whether mends are sought that move a line aside; without them a finding that would have one has None.
    """

    def __init__(
        self,
        found: Sequence[Found],
        faults: Sequence[Fault] = (),
        crs: Any = None,  # noqa: ANN401 - pyproj's
        *,
        moves: bool = True,
    ) -> None:
        self._moves = moves
        self.found = [one for one in found if len(one)]
        self.faults = tuple(faults)
        self._crs = crs

    def __len__(self) -> int:
        return sum(len(one) for one in self.found)

    @overload
    def __getitem__(self, index: int) -> Finding: ...
    @overload
    def __getitem__(self, index: slice) -> list[Finding]: ...
    def __getitem__(self, index: int | slice) -> Finding | list[Finding]:
        if isinstance(index, slice):
            return [self._made(int(row)) for row in self._order[index]]
        return self._made(int(self._order[index]))

    @cached_property
    def _starts(self) -> Integers:
        return np.cumsum([0, *(len(one) for one in self.found)]).astype(np.int64)

    @cached_property
    def _facts(self) -> Hashes:
        return facts_of(self.found)

    @cached_property
    def _order(self) -> Integers:
        if not self.found:
            return np.empty(0, dtype=np.int64)
        columns = [self._joined("from_m"), *self._places()]
        kind = np.repeat([_KINDS.index(one.kind) for one in self.found], [len(one) for one in self.found])
        weight = (self._joined("outcome"), self._joined("severity"))
        made: Integers = np.lexsort((self._joined("keys"), *columns, kind, *weight))
        return made

    def _places(self) -> list[Integers]:
        """Return the second and the first subjects as numbers in the order of their layers and ids; -1: none."""
        sides: list[list[tuple[Subjects | None, Integers]]] = [
            [(one.b_of, one.b) for one in self.found],
            [(one.a_of, one.a) for one in self.found],
        ]
        spoken: dict[int, tuple[Subjects, list[Integers]]] = {}
        for each, row in chain(*sides):
            if each is not None:
                spoken.setdefault(id(each), (each, []))[1].append(row[row >= 0])
        # Only the rows that findings speak of: a layer may have as many as the county.
        used = {key: (each, np.unique(np.concatenate(several))) for key, (each, several) in spoken.items()}
        names = sorted({(each.layer, name) for each, kept in used.values() for name in each.ids[kept].tolist()})
        number = {name: k for k, name in enumerate(names)}
        table = {
            key: np.array([number[each.layer, name] for name in each.ids[kept].tolist()], dtype=np.int64)
            for key, (each, kept) in used.items()
        }
        made = []
        for side in sides:
            places = [np.full(len(row), -1, dtype=np.int64) for _, row in side]
            for place, (each, row) in zip(places, side, strict=True):
                if each is not None:
                    has = row >= 0
                    place[has] = table[id(each)][np.searchsorted(used[id(each)][1], row[has])]
            made.append(np.concatenate(places))
        return made

    def _joined(self, name: str) -> NDArray[Any]:
        return np.concatenate([getattr(one, name) for one in self.found])

    def count(self, value: Any = None, **wanted: str) -> int:  # noqa: ANN401 - as Sequence declares it
        """Return how many findings there are of a kind, outcome and severity, without making any.

        >>> Findings([]).count(kind="cover", outcome="fails")
        0
        """
        if value is not None:
            return super().count(value)
        total = 0
        for one in self.found:
            if wanted.get("kind", one.kind) != one.kind:
                continue
            kept = np.ones(len(one), dtype=bool)
            if "outcome" in wanted:
                kept &= one.outcome == _OUTCOMES.index(wanted["outcome"])
            if "severity" in wanted:
                kept &= one.severity == _SEVERITIES.index(wanted["severity"])
            total += int(kept.sum())
        return total

    def _made(self, row: int) -> Finding:
        block = int(np.searchsorted(self._starts, row, side="right")) - 1
        one, k = self.found[block], row - int(self._starts[block])
        told, cited = one.tell(k), one.cited[one.citation[k]]
        mend = (told.mend() if self._moves else None) if callable(told.mend) else told.mend
        b = int(one.b[k])
        return Finding(
            id=f"{int(one.keys[k]):016x}", facts=f"{int(self._facts[row]):016x}",
            kind=one.kind, outcome=_OUTCOMES[one.outcome[k]], severity=_SEVERITIES[one.severity[k]],
            a=str(one.a_of.ids[one.a[k]]), b=None if one.b_of is None or b == _NONE else str(one.b_of.ids[b]),
            a_layer=one.a_of.layer, b_layer=None if one.b_of is None or b == _NONE else one.b_of.layer,
            measured=_plain(one.measured[k]), limit=_plain(one.limit[k]), unit=one.unit,
            margin=_plain(one.margin[k]), uncertainty=_plain(one.uncertainty[k]),
            rule=cited.rule, document=cited.document, clause=cited.clause, status=cited.status,
            unverified=cited.unverified, assumed=cited.assumed, evidence_zh=cited.evidence_zh + told.evidence_zh,
            evidence_en=cited.evidence_en + told.evidence_en, sentence_zh=told.zh, sentence_en=told.en,
            from_m=_plain(one.from_m[k]), to_m=_plain(one.to_m[k]), mend=mend,
            geometry=told.geometry if told.geometry is not None else _point(one, k),
        )  # fmt: skip

    def frame(self, *, sentences: bool = False) -> gpd.GeoDataFrame:
        """Return the columns of FINDINGS, one row a finding, in order; the geometry is the place as a point.

        Parameters
        ----------
        sentences
            Also make what is told of each, its mend and the geometry of its stretch: some tenths of a millisecond each.
        """
        columns: dict[str, Any] = {name: [] for name in COLUMNS}
        for one in self.found:
            for name, values in columns_of(one).items():
                columns[name].append(values)
        order = self._order
        joined: dict[str, Any] = {
            name: np.concatenate(several)[order] if several else np.array([], dtype=object)
            for name, several in columns.items()
        }
        if sentences:
            made = list(self)
            joined |= {
                "sentence_zh": [f.sentence_zh for f in made], "sentence_en": [f.sentence_en for f in made],
                "mend": [f.mend.kind if f.mend else None for f in made],
                "mend_zh": [f.mend.zh if f.mend else None for f in made],
                "mend_en": [f.mend.en if f.mend else None for f in made],
            }  # fmt: skip
            return gpd.GeoDataFrame(joined, geometry=[f.geometry for f in made], crs=self._crs)
        x, y = (self._joined(name)[order] if self.found else np.empty(0) for name in ("x", "y"))
        places = np.full(len(order), None, dtype=object)
        known = np.isfinite(x) & np.isfinite(y)
        places[known] = shapely.points(x[known], y[known])
        return gpd.GeoDataFrame(joined, geometry=places, crs=self._crs)


def _plain(number: float) -> float | None:
    return float(number) if math.isfinite(number) else None


def _point(one: Found, k: int) -> shapely.Geometry | None:
    return shapely.Point(one.x[k], one.y[k]) if math.isfinite(one.x[k]) and math.isfinite(one.y[k]) else None
