"""Say how exactly an existing line is known, from the quality that its survey states."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from survey.standards.citations import Citation
from survey.standards.sheets import cited, read_text, with_evidence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

STANDARDS = ("PAS 128", "ASCE 38-22", "CJJ 61")
UNKNOWN_DEPTH_M = 2.0
"""Depth at which an accuracy that grows with depth is taken where the depth is unknown: deeper than most lines of a
county street, a judgement."""
_FILE = "quality_levels.csv"
_NUMBERS = ("horizontal_m", "horizontal_share", "depth_m", "depth_share", "least_depth_m", "survey_mean_m")
_COLUMNS = ("standard_key", "level", "words", "zh", "en", *_NUMBERS, "stated")
_CLAUSES_ZH = {"quality levels": "质量等级", "accuracy": "精度"}
"""What these standards call the place of their levels, in Chinese; other clauses are numbers."""


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How far a line may lie from where it is drawn (metres, a limit of error: twice the mean error).

    ``stated`` is False where the standard gives no figure for the level, or where no level is known: then the worst
    that any level gives is taken. ``quality`` is None where no level is known.
    """

    horizontal_m: float
    depth_m: float
    stated: bool
    quality: Quality | None

    @property
    def evidence_zh(self) -> str:
        """Why, in Chinese."""
        if self.quality is None:
            return "未给出探测质量：按各等级中最差取值"
        return self.quality.evidence_zh + ("" if self.stated else "；无数值，按最差或借用取值")

    @property
    def evidence_en(self) -> str:
        """Why, in English."""
        if self.quality is None:
            return "no quality of survey is stated: the worst of all levels is taken"
        return self.quality.evidence_en + ("" if self.stated else "; no figure: the worst or a borrowed one is taken")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality(Citation):
    """One level of quality. The limit at a depth h is ``max(fixed, share × max(h, least_depth_m))``.

    ``survey_mean_m`` is the mean error of surveying the point itself, which adds horizontally (twice it, by squares).
    None: the standard gives no figure.
    """

    key: str
    level: str
    words: tuple[str, ...]
    horizontal_m: float | None
    horizontal_share: float | None
    depth_limit_m: float | None
    depth_share: float | None
    least_depth_m: float
    survey_mean_m: float
    stated: bool

    def at(self, depth_m: float | None) -> Accuracy:
        """Return the accuracy of a line of this quality at a depth (metres to its centre; None or NaN: unknown).

        Examples
        --------
        >>> quality("PAS 128", "QL-B1").at(2.0).horizontal_m
        0.3
        >>> quality("CJJ 61", "hidden").at(0.5).depth_m, quality("ASCE 38-22", "QLD").at(1.0).stated
        (0.15, False)
        """
        depth = depth_m if depth_m is not None and math.isfinite(depth_m) and depth_m > 0 else UNKNOWN_DEPTH_M
        across, down = (float(part[0]) for part in self.limits(np.array([depth])))
        worst = worst_at(depth)
        known = math.isfinite(across) and math.isfinite(down) and (depth == depth_m or not self.grows)
        return Accuracy(
            across if math.isfinite(across) else worst[0], down if math.isfinite(down) else worst[1],
            self.stated and known, self,
        )  # fmt: skip

    @property
    def grows(self) -> bool:
        """Whether an accuracy grows with depth, so that the depth must be known."""
        return bool(self.horizontal_share or self.depth_share)

    def limits(self, depth_m: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the limits horizontally and in depth (metres) at many depths; NaN where no figure is given."""
        h = np.maximum(depth_m, self.least_depth_m)
        across = _limit(self.horizontal_m, self.horizontal_share, h)
        return np.hypot(across, 2 * self.survey_mean_m), _limit(self.depth_limit_m, self.depth_share, h)


def _limit(fixed: float | None, share: float | None, h: NDArray[np.float64]) -> NDArray[np.float64]:
    if fixed is None or share is None:
        return np.full(h.shape, np.nan)
    return np.maximum(fixed, share * h)


def parse_qualities(text: str, file: str = _FILE) -> tuple[Quality, ...]:
    """Read the levels.

    Raises
    ------
    BadInputError
        With every fault, by file and line; a word that names two levels is one.
    """
    sheet = with_evidence(text, file, _COLUMNS, optional=_NUMBERS)
    sheet.unique("standard_key", "level")
    found: list[Quality] = []
    seen: dict[str, int] = {}
    for row in sheet.rows:
        sheet.word(row, "standard_key", STANDARDS)
        sheet.word(row, "stated", ("yes", "no"))
        numbers = {name: sheet.number(row, name, empty=True) for name in _NUMBERS}
        words = tuple(row["words"].split("|"))
        for word in words:
            if word in seen:
                sheet.fault(
                    "standard.duplicate", row.line, f"“{word}”在第 {seen[word]} 行已有",
                    f"{word!r} stands on line {seen[word]} already", "words",
                )  # fmt: skip
            seen.setdefault(word, row.line)
        # Codes such as QL-A are said; the points of CJJ 61 have names and no codes.
        code = f"{row['level']} " if row["level"].isupper() else ""
        found.append(
            Quality(
                **cited(row), key=row["standard_key"], level=row["level"], words=words,
                horizontal_m=numbers["horizontal_m"], horizontal_share=numbers["horizontal_share"],
                depth_limit_m=numbers["depth_m"], depth_share=numbers["depth_share"],
                least_depth_m=numbers["least_depth_m"] or 0.0, survey_mean_m=numbers["survey_mean_m"] or 0.0,
                stated=row["stated"] == "yes", clause_zh=_CLAUSES_ZH.get(row["clause"], ""),
                text_zh=f"{code}{row['zh']}", text_en=f"{code}{row['en']}",
            )
        )  # fmt: skip
    sheet.done()
    return tuple(found)


@lru_cache(maxsize=1)
def qualities() -> tuple[Quality, ...]:
    """Return every level of PAS 128, ASCE 38-22 and CJJ 61.

    >>> len(qualities())
    14
    """
    return parse_qualities(read_text(_FILE))


def quality(standard: str, level: str) -> Quality:
    """Return one level, such as ``"PAS 128", "QL-B1"`` or ``"CJJ 61", "hidden"``.

    Raises
    ------
    KeyError
        If the standard has no such level here.

    Examples
    --------
    >>> quality("CJJ 61", "hidden").status, quality("PAS 128", "QL-B1").unverified
    ('confirmed', True)
    """
    for each in qualities():
        if (each.key, each.level) == (standard, level):
            return each
    raise KeyError((standard, level))


@lru_cache(maxsize=1)
def _words() -> Mapping[str, Quality]:
    return {word: each for each in qualities() for word in each.words}


def quality_of(word: object) -> Quality | None:
    """Return the level that a word of a file names; None where it names none.

    ``A`` to ``D`` alone and with a hyphen are those of PAS 128; ``QLA`` to ``QLD`` are those of ASCE 38; ``明显点`` and
    ``隐蔽点`` those of CJJ 61. The suffix ``P`` of PAS 128 (post-processed) changes no figure.

    Examples
    --------
    >>> [quality_of(word).level for word in ("a", "QL-B1P", "QLB", "ql b2", "明显点")]
    ['QL-A', 'QL-B1', 'QLB', 'QL-B2', 'visible']
    >>> quality_of("good") is None and quality_of(None) is None
    True
    """
    if not isinstance(word, str):
        return None
    plain = unicodedata.normalize("NFKC", word).strip().lower().replace("_", "-").replace(" ", "-")
    plain = plain.removeprefix("pas-128-").removeprefix("pas128-").removeprefix("asce-38-22-").removeprefix("cjj-61-")
    return _words().get(plain) or _words().get(plain.removesuffix("p"))


def worst_at(depth_m: float) -> tuple[float, float]:
    """Return the worst limits (metres, horizontally and in depth) that any level states at a depth.

    >>> worst_at(1.0), worst_at(2.0)
    ((0.5, 0.4), (0.8, 0.8))
    """
    across, down = _worst(np.array([depth_m]))
    return float(across[0]), float(down[0])


def _worst(depth_m: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    limits = [each.limits(depth_m) for each in qualities()]
    across, down = np.array([part[0] for part in limits]), np.array([part[1] for part in limits])
    return np.nanmax(across, axis=0), np.nanmax(down, axis=0)


def accuracies(
    words: Sequence[Any] | NDArray[Any] | pd.Series[Any], depth_m: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Return the accuracy of many lines: limits horizontally and in depth (metres), and which are stated.

    Parameters
    ----------
    words
        As `quality_of` takes them; None, NaN and unknown words take the worst of all levels.
    depth_m
        Depth of each line's centre; NaN: unknown, taken as `UNKNOWN_DEPTH_M` and not stated.

    Examples
    --------
    >>> across, down, stated = accuracies(["QL-A", None], [1.0, 1.0])
    >>> across.tolist(), down.tolist(), stated.tolist()
    ([0.05, 0.5], [0.025, 0.4], [True, False])
    """
    given = np.asarray(depth_m, dtype=np.float64)
    usable = np.isfinite(given) & (given > 0)
    depth = np.where(usable, given, UNKNOWN_DEPTH_M)
    across, down = _worst(depth)
    stated = np.zeros(depth.shape, dtype=np.bool_)
    code, uniques = pd.factorize(np.asarray(words, dtype=object), use_na_sentinel=False)
    for number, word in enumerate(uniques):
        level = quality_of(word)
        if level is None:
            continue
        rows = np.flatnonzero(code == number)
        own_across, own_down = level.limits(depth[rows])
        known = np.isfinite(own_across) & np.isfinite(own_down)
        across[rows] = np.where(np.isfinite(own_across), own_across, across[rows])
        down[rows] = np.where(np.isfinite(own_down), own_down, down[rows])
        stated[rows] = known & (usable[rows] | (not level.grows)) & level.stated
    return across, down, stated
