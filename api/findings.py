"""Shape findings as GeoJSON features with their acceptances; choose among them, the gravest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from api import geojson
from api.errors import refused
from geo.faults import Fault
from survey.findings import KINDS, OUTCOMES, SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from api.coordinates import Axes, Window
    from api.db.acceptances import Acceptance
    from survey.findings import Finding

NEIGHBOURHOOD_M = 250.0  # findings of one square of the map come one after another
LAYERS = ("routes", "pipes", "roads", "buildings", "trees")
WORDS: Mapping[str, Collection[str]] = {
    "kind": tuple(KINDS),
    "severity": tuple(SEVERITIES),
    "outcome": tuple(OUTCOMES),
    "layer": LAYERS,
}


def by_severity_and_place(table: pd.DataFrame) -> NDArray[np.int64]:
    """Return the rows of a table of findings by severity, then outcome, then place; see `api.county_findings.Found`.

    Places go by squares of the map from the north-west, row by row. The order of two findings depends on nothing but
    them; those without a place come last of their kind.
    """
    severity, outcome = (
        table[name].map({word: rank for rank, word in enumerate(words)}).to_numpy(np.int64)
        for name, words in (("severity", SEVERITIES), ("outcome", OUTCOMES))
    )
    x, y = (np.nan_to_num(table[name].to_numpy(np.float64), nan=np.inf) for name in ("x", "y"))
    row = np.where(np.isinf(y), np.inf, -np.floor(y / NEIGHBOURHOOD_M))
    column = np.floor(x / NEIGHBOURHOOD_M)
    identity, a = (table[name].to_numpy().astype(str) for name in ("id", "a"))
    found: NDArray[np.int64] = np.lexsort((identity, y, x, a, column, row, outcome, severity))
    return found


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which findings were asked for; None and empty sets leave everything in.

    Attributes
    ----------
    words
        For ``kind``, ``severity``, ``outcome`` and ``layer`` the values that are welcome.
    subject
        Id of a route, pipe, road, building or tree that takes part.
    accepted
        Whether an acceptance holds.
    window
        The place, a point, must lie in it; what has no place does not.
    """

    words: Mapping[str, frozenset[str]]
    subject: str | None = None
    accepted: bool | None = None
    window: Window | None = None

    def among(self, table: pd.DataFrame, standing: Mapping[str, Acceptance]) -> NDArray[np.int64]:
        """Return the rows of the table that were asked for, in their order."""
        fits = np.ones(len(table), np.bool_)
        for name, welcome in self.words.items():
            if welcome:
                columns = ("a_layer", "b_layer") if name == "layer" else (name,)
                fits &= np.logical_or.reduce([table[column].isin(welcome) for column in columns])
        if self.subject is not None:
            fits &= ((table["a"] == self.subject) | (table["b"] == self.subject)).to_numpy(np.bool_)
        if self.accepted is not None:
            fits &= accepted_rows(table, standing) == self.accepted
        return self._inside(table, np.flatnonzero(fits))

    def _inside(self, table: pd.DataFrame, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return those of ``rows`` whose place lies in the box."""
        if self.window is None:
            return rows
        x, y = (table[name].to_numpy(np.float64)[rows] for name in ("x", "y"))
        west, south, east, north = self.window.box
        near = (x >= west) & (x <= east) & (y >= south) & (y <= north)
        touching = self.window.touches(list(shapely.points(x[near], y[near])))
        return rows[near][touching]


def accepted_rows(table: pd.DataFrame, standing: Mapping[str, Acceptance]) -> NDArray[np.bool_]:
    """Tell which rows of the table are accepted as they are now."""
    facts = table["id"].map({identity: one.facts for identity, one in standing.items()})
    found: NDArray[np.bool_] = (facts == table["facts"]).to_numpy(np.bool_)
    return found


def chosen_words(given: Mapping[str, Sequence[str] | None]) -> dict[str, frozenset[str]]:
    """Read the filters by word; refuse words that are not known, all at once.

    Several words come separated by commas, or as a parameter that is given several times, or both.

    >>> chosen = chosen_words({"severity": ["grave,serious", "notice"], "kind": None})
    >>> {name: sorted(words) for name, words in chosen.items()}
    {'severity': ['grave', 'notice', 'serious'], 'kind': []}
    """
    faults, read = [], {}
    for name, texts in given.items():
        words = frozenset(word.strip() for text in texts or () for word in text.split(",") if word.strip())
        for word in sorted(words - set(WORDS[name])):
            names = " ".join(WORDS[name])
            faults.append(
                Fault("parameter.invalid", "不认识的取值", "unknown value", f"可用：{names}", f"use one of: {names}",
                      field=name, value=word[:80])
            )  # fmt: skip
        read[name] = words
    if faults:
        raise refused(*faults)
    return read


def acceptance_of(facts: str, acceptance: Acceptance | None) -> dict[str, Any]:
    """Return what a finding of these facts says of its acceptance: whether one holds, and the one that stands."""
    return {
        "accepted": acceptance is not None and acceptance.facts == facts,
        "acceptance": acceptance_shape(acceptance, facts) if acceptance else None,
    }


def acceptance_shape(acceptance: Acceptance, facts: str) -> dict[str, Any]:
    """Return an acceptance as JSON has it; ``stale`` where the finding's facts are others by now."""
    return {
        "number": acceptance.number,
        "kind": acceptance.kind,
        "reason": acceptance.reason,
        "who": acceptance.who,
        "at": acceptance.at,
        "facts": acceptance.facts,
        "stale": acceptance.facts != facts,
        "told": acceptance.told,
    }


def told(finding: Finding) -> dict[str, Any]:
    """Return what the record keeps of a finding that is accepted: what was measured, against what, in which words."""
    names = ("kind", "outcome", "severity", "a", "b", "measured", "limit", "unit", "margin", "uncertainty", "rule",
             "document", "clause", "status", "sentence_zh", "sentence_en")  # fmt: skip
    return {name: getattr(finding, name) for name in names}


def features_of(findings: Sequence[Finding], standing: Mapping[str, Acceptance], axes: Axes) -> list[dict[str, Any]]:
    """Return findings as GeoJSON features in ``axes``.

    Properties are those of `survey.findings.Finding.as_dict`, with ``accepted`` (whether an acceptance holds),
    ``acceptance`` (the one that stands, also a stale one, or null), and in ``mend`` its ``geometry`` (null where the
    line stays).
    """
    places = geojson.geometries([one.geometry for one in findings], axes.from_grid, axes.decimals)
    mended = geojson.geometries([one.mend and one.mend.geometry for one in findings], axes.from_grid, axes.decimals)
    made = []
    for one, place, line in zip(findings, places, mended, strict=True):
        properties = one.as_dict()
        if properties["mend"] is not None:
            properties["mend"]["geometry"] = line
        properties |= acceptance_of(one.facts, standing.get(one.id))
        made.append(geojson.feature(one.id, place, properties))
    return made


def counts(table: pd.DataFrame, rows: NDArray[np.int64], standing: Mapping[str, Acceptance]) -> dict[str, Any]:
    """Return how many of the rows are of each severity, outcome and kind (kinds that occur), and how many accepted."""
    chosen = table.iloc[rows]
    told_by: dict[str, Any] = {
        name: {word: int(number) for word, number in chosen[name].value_counts().items()}
        for name in ("severity", "outcome", "kind")
    }
    told_by["severity"] = {word: told_by["severity"].get(word, 0) for word in SEVERITIES}
    told_by["outcome"] = {word: told_by["outcome"].get(word, 0) for word in OUTCOMES}
    return told_by | {"accepted": int(accepted_rows(chosen, standing).sum())}
