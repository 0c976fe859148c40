"""Compare what was measured with a limit under its uncertainty, for many at once; and put numbers into words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from survey.finding_columns import Found
from survey.findings import FAILS, MUST_EXPOSE, PASSES, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from survey.finding_columns import Subjects, Told
    from survey.findings import Cited

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

TINY = 1e-6
"""What computing may be off by (metres): a line designed to lie exactly at a limit keeps it."""
WORST_ERROR_M = 10.0
"""Lines whose mean error in plan is worse (metres) are looked for as if it were this: beyond, everything would conflict
with everything. Who gives such an accuracy is told so."""
COVERAGE = 2.0
"""The half width of an interval in mean errors (限差 = 2 × 中误差), as in `survey.stretches`."""


def outcomes_of(margin: Floats, uncertainty: Floats) -> NDArray[np.int8]:
    """Return what each comparison comes to.

    Parameters
    ----------
    margin
        How much there is to spare; NaN where a fact is missing.
    uncertainty
        Half of the interval; infinite where nobody knows how far the place is off: then nothing passes.

    Examples
    --------
    >>> outcomes_of(np.array([0.2, 0.1, -0.1, -0.3, np.nan, 0.0, -0.01]), np.array([0.2, 0.2, 0.2, 0.2, 0, 0, 0]))
    array([3, 1, 1, 0, 2, 3, 0], dtype=int8)
    """
    if not len(margin):  # most kinds find nothing near one line
        return np.empty(0, dtype=np.int8)
    with np.errstate(invalid="ignore"):
        passes = (margin >= uncertainty - TINY) & np.isfinite(uncertainty)
        fails = margin < -uncertainty - TINY
    made = np.where(passes, PASSES, np.where(fails, FAILS, MUST_EXPOSE))
    return np.where(np.isnan(margin), UNKNOWN, made).astype(np.int8)


def unless_thicker(outcome: NDArray[np.int8], margin: Floats, uncertainty: Floats, thicker: Floats) -> NDArray[np.int8]:
    """Return the outcomes with what passes only by an assumed diameter as unknown.

    Parameters
    ----------
    outcome, margin, uncertainty
        As `outcomes_of` has them, with the assumed diameter.
    thicker
        By how much the margin may be less, because lines that state no diameter may be thicker (metres); 0: nothing is
        assumed.

    Examples
    --------
    >>> margin = np.array([0.5, 0.5, 0.5, -0.5])
    >>> unless_thicker(outcomes_of(margin, np.zeros(4)), margin, np.zeros(4), np.array([0.0, 0.4, 0.6, 0.6]))
    array([3, 3, 2, 0], dtype=int8)
    """
    open_ = (outcome == PASSES) & (margin - thicker < uncertainty - TINY)
    return np.where(open_, UNKNOWN, outcome).astype(np.int8)


def as_found(
    kind: str,
    unit: str,
    a_of: Subjects,
    a: Integers,
    outcome: NDArray[np.int8],
    cited: Sequence[Cited],
    tell: Callable[[int], Told],
    *,
    b_of: Subjects | None = None,
    **columns: Any,  # noqa: ANN401 - arrays of numbers
) -> Found:
    """Return columns of findings; what is not given is nowhere or nothing (NaN, no other subject, the first rule)."""
    n = len(a)
    numbers = {
        name: np.asarray(columns[name], dtype=np.float64) if name in columns else np.full(n, np.nan)
        for name in ("measured", "limit", "margin", "uncertainty", "from_m", "to_m", "x", "y")
    }
    return Found(
        kind=kind, unit=unit, a_of=a_of, a=a, b_of=b_of, b=columns.get("b", np.full(n, -1, dtype=np.int64)),
        outcome=outcome, cited=tuple(cited), citation=columns.get("citation", np.zeros(n, dtype=np.int64)),
        tell=tell, collides=columns.get("collides"), rests_on=columns.get("rests_on"), **numbers,
    )  # fmt: skip


def left_open(*, planned: bool) -> tuple[str, str]:
    """Return what to do where the uncertainty leaves it open; ``planned``: all is still to be set out."""
    if planned:
        return "，差值在不确定度以内，须放线实测后复核", "; the uncertainty leaves it open: set it out and survey it"
    return "，差值在不确定度以内，须现场核实", "; the uncertainty leaves it open: verify on site"


def unread(cited: Cited, language: str) -> str:
    """Return the words that every sentence about a value nobody has read must end with; else nothing.

    >>> from survey.findings import Cited
    >>> unread(Cited("x", "GB 1", "2.3", "memory only", "hard", "甲", "a"), "en")
    ' (limit unverified, 待核)'
    """
    if not cited.unverified:
        return ""
    return "（限值待核）" if language == "zh" else " (limit unverified, 待核)"


def spread(uncertainty: float, unit: str = "m") -> str:
    """Return an uncertainty in words; nothing where there is none.

    >>> spread(0.25), spread(0.0), spread(float("inf"))
    (' ± 0.25 m', '', ' ± ?')
    """
    if not np.isfinite(uncertainty):
        return " ± ?"
    return f" ± {uncertainty:.2f} {unit}" if uncertainty > 0 else ""
