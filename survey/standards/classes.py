"""Reduce any number of lines to the few that the tables tell apart, for work on arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geo.faults import refuse
from survey.standards.clearances import cover, horizontal, vertical
from survey.standards.gas import gas_class
from survey.standards.rows import GAS_SPLIT_MM, SPLIT_KV, WATER_SPLIT_MM, family, is_outside, readings
from survey.subjects import Buried, laying_key, material_key, stated, subtype_key
from survey.utilities import utility_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from numpy.typing import ArrayLike, NDArray

    from survey.standards.citations import Cell

    FloatMatrix = NDArray[np.float64]
    Words = Sequence[Any] | NDArray[Any] | pd.Series[Any]

_OUTSIDE_MPA = 4.0
_TOLD_APART = {"reclaimed", "storm", "sewage", "transmission", "steam"}


@dataclass(frozen=True, slots=True)
class Classes:
    """The few lines that the tables tell apart, and matrices of what the tables say of each pair.

    Each class is a `Buried` with numbers that stand for their band (a diameter of 200 mm for every one up to 200); its
    cells are those of every line of the class. Diameters of lines are not kept: radii come from `survey.subjects`.

    Parameters
    ----------
    classes
        The lines, in an order that depends on what is there and not on the order of rows.
    edition
        See `survey.standards.clearances.horizontal`.

    Examples
    --------
    >>> code, few = Classes.of([Buried("water", diameter_mm=110), Buried("drainage"), Buried("water", diameter_mm=90)])
    >>> len(few.classes), few.horizontal()[code[0], code[1]]
    (2, np.float64(1.0))
    >>> few.cell(int(code[1]), int(code[2])).clause
    '4.1.9'
    """

    classes: tuple[Buried, ...]
    edition: str = "GB 50028"

    @classmethod
    def of(cls, lines: Sequence[Buried], *, edition: str = "GB 50028") -> tuple[NDArray[np.int64], Classes]:
        """Return the number of each line's class, and the classes."""
        reduced = [reduced_to_class(line, edition) for line in lines]
        kept = sorted(set(reduced), key=_order)
        number = {line: place for place, line in enumerate(kept)}
        return np.array([number[line] for line in reduced], dtype=np.int64), cls(tuple(kept), edition)

    @classmethod
    def of_columns(
        cls,
        utility: Words,
        *,
        subtype: Words | None = None,
        diameter_mm: ArrayLike | pd.Series[Any] | None = None,
        pressure_mpa: ArrayLike | pd.Series[Any] | None = None,
        voltage_kv: ArrayLike | pd.Series[Any] | None = None,
        laying: Words | None = None,
        material: Words | None = None,
        edition: str = "GB 50028",
    ) -> tuple[NDArray[np.int64], Classes]:
        """Return the same as `of` for the columns of a frame, in time proportional to its rows.

        Words are those of files, in Chinese, English or codes of CJJ 61; a subtype, laying or material that is not
        known states nothing. A column that is None states nothing of any line.

        Raises
        ------
        BadInputError
            With one fault for each word that names no utility (not for each row that has it).

        Examples
        --------
        >>> code, few = Classes.of_columns(["给水", "gas", "给水"], diameter_mm=[110, 63, float("nan")])
        >>> [(line.utility, line.diameter_mm) for line in few.classes], code.tolist()
        ([('gas', 300.0), ('water', None), ('water', 200.0)], [2, 0, 1])
        """
        keys, key_code = _utilities(utility)
        words: list[tuple[list[str | None], NDArray[np.int64]]] = [
            _factorised(column, naming, len(key_code))
            for column, naming in ((subtype, subtype_key), (laying, laying_key), (material, material_key))
        ]
        bands = [
            _banded(diameter_mm, _diameter_bands(), len(key_code)),
            _banded(pressure_mpa, _pressure_bands(edition), len(key_code)),
            _banded(voltage_kv, _voltage_bands(), len(key_code)),
        ]
        parts: list[tuple[Sequence[Any], NDArray[np.int64]]] = [(keys, key_code), *words, *bands]
        combined = np.zeros(len(key_code), dtype=np.int64)
        for values, code in parts:
            combined = combined * len(values) + code
        _, first, inverse = np.unique(combined, return_index=True, return_inverse=True)
        lines = [_line([values[int(code[row])] for values, code in parts]) for row in first]
        class_of, made = cls.of(lines, edition=edition)
        return class_of[inverse.reshape(-1)], made

    def horizontal(self) -> FloatMatrix:
        """Return the least horizontal clearances (metres), n × n; NaN where nothing is stated or `outside`."""
        return self._matrix(self.cell)

    def vertical(self, *, barrier: bool = False) -> FloatMatrix:
        """Return the least vertical clearances (metres), n × n; NaN where nothing is stated or `outside`."""
        return self._matrix(lambda i, j: self.vertical_cell(i, j, barrier=barrier))

    def outside(self) -> NDArray[np.bool_]:
        """Return, by class, whether it is gas above 1.6 MPa: no pair with it is in table 4.1.9, none passes by it."""
        return np.array([is_outside(line) for line in self.classes], dtype=np.bool_)

    def to_object(self, key: str) -> NDArray[np.float64]:
        """Return the least horizontal clearance (metres) of each class to an object such as ``building``; NaN: none."""
        return _values([horizontal(line, key, edition=self.edition) for line in self.classes])

    def cover(self, under: str) -> NDArray[np.float64]:
        """Return the least cover (metres) of each class under a ``carriageway`` or ``footway``; NaN: none stated."""
        return _values([cover(line, under) for line in self.classes])

    def cell(self, i: int, j: int) -> Cell | None:
        """Return the cell behind an entry of `horizontal`; where `outside`, one that says so."""
        return horizontal(self.classes[i], self.classes[j], edition=self.edition)

    def vertical_cell(self, i: int, j: int, *, barrier: bool = False) -> Cell | None:
        """Return the cell behind an entry of `vertical`."""
        return vertical(self.classes[i], self.classes[j], barrier=barrier)

    def object_cell(self, i: int, key: str) -> Cell | None:
        """Return the cell behind an entry of `to_object`."""
        return horizontal(self.classes[i], key, edition=self.edition)

    def cover_cell(self, i: int, under: str) -> Cell | None:
        """Return the cell behind an entry of `cover`."""
        return cover(self.classes[i], under)

    def _matrix(self, find: Callable[[int, int], Cell | None]) -> FloatMatrix:
        """Fill a matrix, asking once for all classes that take the same rows (sewage and storm water, say)."""
        code, uniques = pd.factorize(np.array([self._rows(line) for line in self.classes], dtype=object))
        first = [int(np.flatnonzero(code == number)[0]) for number in range(len(uniques))]
        small = np.full((len(first), len(first)), np.nan)
        for row, i in enumerate(first):
            for column, j in enumerate(first[row:], row):
                cell = find(i, j)
                if cell is not None:
                    small[row, column] = small[column, row] = cell.value
        return small[np.ix_(code, code)]

    def _rows(self, line: Buried) -> str:
        rows = [
            (each.horizontal, each.vertical, sorted(each.facts), each.taken) for each in readings(line, self.edition)
        ]
        return f"{is_outside(line)} {rows}"


def reduced_to_class(line: Buried, edition: str = "GB 50028") -> Buried:
    """Return the line that stands for all lines which the tables do not tell from this one.

    Examples
    --------
    >>> reduced_to_class(Buried("broadcast", diameter_mm=32)) == reduced_to_class(Buried("telecom"))
    True
    >>> few = reduced_to_class(Buried("gas", diameter_mm=63, pressure_mpa=0.35))
    >>> few.diameter_mm, few.pressure_mpa, few.laying
    (300.0, 0.4, 'direct')
    """
    of, subtype, material = family(line), subtype_key(line.subtype), material_key(line.material)
    diameter = {"gas": GAS_SPLIT_MM, "water": WATER_SPLIT_MM}.get(of)
    return Buried(
        "telecom" if of == "telecom" else line.utility,
        subtype if subtype in _TOLD_APART else None,
        diameter and _band(stated(line.diameter_mm), diameter),
        _pressure(line, edition) if of == "gas" else None,
        _voltage(line) if of == "power" else None,
        line.laying or (None if of in {"power", "telecom", "heat"} else "direct"),
        _material(of, material),
    )


def _band(value: float | None, limit: float) -> float | None:
    return value and (limit if value <= limit else 2 * limit)


def _pressure(line: Buried, edition: str) -> float | None:
    pressure = stated(line.pressure_mpa)
    if pressure is None:
        return None
    found = gas_class(pressure, edition=edition)
    if found is None or found.row is None:
        return _OUTSIDE_MPA
    return found.up_to_mpa / 2 if found.key == "low" else found.up_to_mpa


def _voltage(line: Buried) -> float | None:
    voltage = stated(line.voltage_kv)
    return None if voltage is None else (10.0 if voltage < SPLIT_KV else SPLIT_KV)


def _material(of: str, material: str | None) -> str | None:
    if of == "telecom":
        return material and ("steel" if material == "steel" else "plastic")
    return material if material == "polyethylene" and of == "water" else None


def _order(line: Buried) -> tuple[str, ...]:
    return tuple("" if value is None else str(value) for value in (
        line.utility, line.subtype, line.laying, line.material, line.diameter_mm, line.pressure_mpa, line.voltage_kv
    ))  # fmt: skip


def _values(cells: Sequence[Cell | None]) -> NDArray[np.float64]:
    return np.array([np.nan if cell is None else cell.value for cell in cells], dtype=np.float64)


def _utilities(words: Words) -> tuple[list[str | None], NDArray[np.int64]]:
    code, uniques = pd.factorize(np.asarray(words, dtype=object), use_na_sentinel=False)
    keys, faults = utility_keys(list(uniques))
    refuse(fault.at(feature=None) for fault in faults)
    return keys, code.astype(np.int64)


def _factorised(
    column: Words | None, naming: Callable[[Hashable], str | None], count: int
) -> tuple[list[str | None], NDArray[np.int64]]:
    if column is None:
        return [None], np.zeros(count, dtype=np.int64)
    code, uniques = pd.factorize(np.asarray(column, dtype=object), use_na_sentinel=False)
    named = [naming(word) for word in uniques]
    keys = sorted({key for key in named if key is not None})
    number = {key: place for place, key in enumerate([None, *keys])}
    return [None, *keys], np.array([number[key] for key in named], dtype=np.int64)[code]


def _diameter_bands() -> list[tuple[float, float]]:
    return [(WATER_SPLIT_MM, WATER_SPLIT_MM), (GAS_SPLIT_MM, GAS_SPLIT_MM), (np.inf, 2 * GAS_SPLIT_MM)]


def _voltage_bands() -> list[tuple[float, float]]:
    return [(np.nextafter(SPLIT_KV, 0.0), 10.0), (np.inf, SPLIT_KV)]


def _pressure_bands(edition: str) -> list[tuple[float, float]]:
    low = 0.01 if edition == "GB 55009" else float(np.nextafter(0.01, 0.0))
    return [(low, 0.005), (0.2, 0.2), (0.4, 0.4), (0.8, 0.8), (1.6, 1.6), (np.inf, _OUTSIDE_MPA)]


def _banded(
    column: ArrayLike | pd.Series[Any] | None, bands: list[tuple[float, float]], count: int
) -> tuple[list[float | None], NDArray[np.int64]]:
    """Return a number that stands for each band, None first, and the band of each row."""
    values: list[float | None] = [None, *(stands for _, stands in bands)]
    if column is None:
        return values, np.zeros(count, dtype=np.int64)
    numbers = pd.Series(column).to_numpy(dtype=np.float64, na_value=np.nan)
    code = 1 + np.searchsorted(np.array([end for end, _ in bands]), numbers, side="left")
    return values, np.where(np.isfinite(numbers) & (numbers > 0), code, 0).astype(np.int64)


def _line(values: Sequence[Any]) -> Buried:
    utility, subtype, laying, material, diameter, pressure, voltage = values
    return Buried(utility, subtype, diameter, pressure, voltage, laying, material)
