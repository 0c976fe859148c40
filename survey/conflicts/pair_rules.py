"""Look up what the standards ask of pairs of lines, once for each pair of classes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import numpy as np

from survey.conflicts.citing import cited_of, classes_of, of_usual_diameter
from survey.conflicts.judging import COVERAGE, WORST_ERROR_M
from survey.standards.clearances import horizontal, vertical
from survey.standards.rows import family
from survey.subjects import subtype_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from survey.conflicts.buried_lines import BuriedLines
    from survey.findings import Cited
    from survey.standards.classes import Classes
    from survey.subjects import Buried

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Objects = NDArray[np.object_]

    Clearance = Literal["horizontal", "vertical"]

_DRAINS = ("storm", "sewage")
_COMBINED = "combined"
ERROR_STEPS_M = np.array([0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 3.0, 5.0, WORST_ERROR_M])
"""Mean errors are rounded up to one of these for the search; what is found is judged by its own."""


@dataclass(frozen=True)
class PairRules:
    """The classes of two layers' lines, or of one layer's, and the cells of each pair of classes.

    Parameters
    ----------
    classes
        What the tables tell apart.
    a, b
        int64, the class of each line of the first and of the second layer.
    thin_a, thin_b
        Whether the diameter of each line is assumed, so that its gaps hold only as far as it is the usual one.
    """

    classes: Classes
    a: Integers
    b: Integers
    thin_a: NDArray[np.bool_]
    thin_b: NDArray[np.bool_]

    @classmethod
    def of(cls, a: BuriedLines, b: BuriedLines) -> PairRules:
        """Reduce the lines of two layers, or twice those of one."""
        code, classes = classes_of((*a.buried, *b.buried))
        first, second = code[: len(a.buried)], code[len(a.buried) :]
        return cls(classes, first[a.code], second[b.code], a.thin, b.thin)

    def cited(
        self, clearance: Clearance, rows_a: Integers, rows_b: Integers
    ) -> tuple[tuple[Cited, ...], Integers, Floats]:
        """Return the distinct rules of some pairs of lines, which of them each pair has, and the limits.

        The limit is NaN where the standard states none (the rule then is nobody's), or where the line lies outside it.
        """
        n = len(self.classes.classes)
        pair = (self.a[rows_a] * n + self.b[rows_b]) * 4 + 2 * self.thin_a[rows_a] + self.thin_b[rows_b]
        distinct, number = np.unique(pair, return_inverse=True)
        rules = tuple(self._rule(clearance, p // 4 // n, p // 4 % n, p % 4) for p in distinct.tolist())
        limit = np.array([rule.limit for rule in rules] or [np.nan])
        return rules, number.astype(np.int64), limit[number] if len(number) else np.empty(0)

    def _rule(self, clearance: Clearance, a: int, b: int, thin: int) -> Cited:
        """Return the rule of a pair of classes; ``thin``: 2 where the diameter of ``a`` is assumed, 1 that of ``b``."""
        of = self.classes.classes
        return _rule_of(clearance, of[a], of[b], self.classes.edition, (bool(thin & 2), bool(thin & 1)))


@lru_cache(maxsize=16384)
def _rule_of(clearance: Clearance, a: Buried, b: Buried, edition: str, thin: tuple[bool, bool]) -> Cited:
    cell = horizontal(a, b, edition=edition) if clearance == "horizontal" else vertical(a, b)
    without = [line.utility for line, missing in zip((a, b), thin, strict=True) if missing]
    return of_usual_diameter(cited_of(cell), without)


def error_steps(accuracy_m: Floats) -> Integers:
    """Return which of `ERROR_STEPS_M` each mean error is rounded up to."""
    return np.minimum(np.searchsorted(ERROR_STEPS_M, accuracy_m - 1e-9), len(ERROR_STEPS_M) - 1).astype(np.int64)


def search_classes(
    limits: Floats,
    classes: tuple[Integers, Integers],
    errors: tuple[Floats, Floats],
    thicker: tuple[Floats, Floats],
) -> tuple[Integers, Integers, Floats]:
    """Return classes of lines for the search and the clearance to look within.

    That is the limit, the uncertainty, and by how much lines without a diameter may be thicker than they are taken.

    Parameters
    ----------
    limits
        float64[classes, classes], metres; NaN: not looked into.
    classes
        The class of each line, of both layers.
    errors
        float64, mean error of each line in plan.
    thicker
        float64, see `survey.conflicts.buried_lines.BuriedLines`.

    Returns
    -------
    number_a, number_b, need
        Both layers share one numbering, so that ``need`` is the same both ways where ``limits`` is.
    """
    steps, split = len(ERROR_STEPS_M), len(classes[0])
    thick, step_of = np.unique(np.concatenate(thicker), return_inverse=True)
    key = (np.concatenate(classes) * steps + error_steps(np.concatenate(errors))) * (len(thick) or 1) + step_of
    distinct, number = np.unique(key, return_inverse=True)
    number = number.astype(np.int64)
    kind_and_error, of_thick = np.divmod(distinct, len(thick) or 1)
    kind, error, more = kind_and_error // steps, ERROR_STEPS_M[kind_and_error % steps], thick[of_thick]
    need = limits[kind[:, None], kind[None, :]] + COVERAGE * np.hypot(error[:, None], error[None, :])
    # Both thicknesses are added up first: one after the other the last digit would depend on which line is named first.
    return number[:split], number[split:], need + (more[:, None] + more[None, :])


def families(lines: Sequence[Buried]) -> list[str]:
    """Return what connects with what.

    Telecom and broadcast share ducts; drinking and reclaimed water must not meet, nor storm water and sewage. Water is
    for drinking unless reclaimed water is stated; a drain whose kind is not stated may be of either, see `may_be_one`.
    A combined sewer takes storm water and sewage, see `are_one`.

    >>> from survey.subjects import Buried
    >>> families([Buried("broadcast"), Buried("drainage", subtype="storm"), Buried("water"), Buried("drainage")])
    ['telecom', 'storm', 'water', 'drainage']
    >>> families([Buried("water", "reclaimed"), Buried("drainage", "reclaimed"), Buried("drainage", "sewage")])
    ['reclaimed', 'reclaimed', 'sewage']
    """
    return [_family(line) for line in lines]


@lru_cache(maxsize=16384)
def _family(line: Buried) -> str:
    if family(line) != "sewage":
        return family(line)
    kind = subtype_key(line.subtype)
    return kind if kind in (*_DRAINS, _COMBINED) else line.utility


def are_one(first: Objects, second: Objects) -> NDArray[np.bool_]:
    """Return which pairs of `families` connect: those of one, and any drain with a combined sewer.

    >>> of = np.array(["storm", "drainage", "combined", "combined", "storm"], dtype=object)
    >>> are_one(of, np.array(["combined", "combined", "sewage", "water", "sewage"], dtype=object)).tolist()
    [True, True, True, False, False]
    """
    drains = (*_DRAINS, _COMBINED, "drainage")
    made: NDArray[np.bool_] = first == second
    mixed = (first == _COMBINED) | (second == _COMBINED)
    for k in np.flatnonzero(mixed & ~made):
        made[k] = first[k] in drains and second[k] in drains
    return made


def may_be_one(first: Objects, second: Objects) -> NDArray[np.bool_]:
    """Return which pairs of `families` are one only if a drain that states no kind is of the kind of the other.

    >>> of = np.array(["drainage", "storm", "drainage", "water"], dtype=object)
    >>> may_be_one(of, np.array(["storm", "sewage", "drainage", "drainage"], dtype=object)).tolist()
    [True, False, False, False]
    """
    storm, sewage = _DRAINS
    kinds = [(each == storm) | (each == sewage) for each in (first, second)]
    made: NDArray[np.bool_] = ((first == "drainage") & kinds[1]) | ((second == "drainage") & kinds[0])
    return made
