"""Read planned routes as partners in trenches: the line as the standards see it, window, method, operator."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.faults import Fault, refuse
from survey.attributes import read_day
from survey.opportunities.meeting import Window
from survey.opportunities.reading import RouteColumns, read_columns
from survey.programme.pace import DEFAULT_METHOD, known_pace
from survey.sections import SectionLine
from survey.subjects import Buried, laying_key, stated, subtype_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    import geopandas as gpd
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Candidate:
    """One planned route as a partner in trenches.

    Parameters
    ----------
    id, utility, operator, method
        As the layer states them; None where it does not.
    line
        What the standards ask its place by.
    window
        When it is to be built.
    """

    id: str
    utility: str
    operator: str | None
    method: str | None
    line: SectionLine
    window: Window

    @property
    def trenchless(self) -> bool:
        """Whether it is to be laid without a trench."""
        return self.method in known_pace().metres_a_week and self.method != DEFAULT_METHOD


def read_candidates(routes: gpd.GeoDataFrame) -> tuple[RouteColumns, list[Candidate]]:
    """Return the routes in the order of their ids as texts, as columns for the kernels and as candidates.

    Parameters
    ----------
    routes
        The columns of ROUTES (`survey.opportunities.runs_and_trenches`), and as far as stated ``operator``, ``method``,
        ``diameter_mm``, ``pressure_mpa``, ``voltage_kv``, ``laying``, ``material``, ``subtype``, ``cover_m``, ``name``,
        and ``earliest`` and ``latest``: the days outside which the window cannot be moved. Numbers and words that are
        none state nothing.

    Raises
    ------
    BadInputError
        As `read_columns`, and for an id that two rows have, and for limits that are no dates.
    """
    given_ids = routes["id"].tolist() if "id" in routes else [None] * len(routes)
    names = [str(k) if pd.isna(value) else str(value) for k, value in enumerate(given_ids)]
    read = read_columns(routes.assign(id=names))
    names = [str(value) for value in read.ids]
    faults = [*_twice(names)]
    given = routes.iloc[read.order]
    columns = {name: list(given[name]) for name in given.columns if name != given.geometry.name}
    days = zip(_dates(read.start), _dates(read.end), strict=True)
    made = [
        _candidate(name, str(read.utility[k]), window, {key: column[k] for key, column in columns.items()}, faults)
        for k, (name, window) in enumerate(zip(names, days, strict=True))
    ]
    refuse(faults)
    return read, made


def _twice(names: Sequence[str]) -> Iterator[Fault]:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            yield Fault(
                "route.id_twice", "编号重复", "an id that two routes have", "每条管线用不同的编号",
                "give every route an id of its own", feature=name, field="id", value=name,
            )  # fmt: skip
        seen.add(name)


def _dates(days: NDArray[Any]) -> list[date | None]:
    found: list[date | None] = days.astype("datetime64[D]").astype(object).tolist()
    return found


def _candidate(
    name: str, utility: str, window: tuple[date | None, date | None], row: dict[str, Any], faults: list[Fault]
) -> Candidate:
    numbers = {key: _number(row.get(key)) for key in ("diameter_mm", "pressure_mpa", "voltage_kv", "cover_m")}
    buried = Buried(
        utility, subtype_key(row.get("subtype")), numbers["diameter_mm"], numbers["pressure_mpa"],
        numbers["voltage_kv"], laying_key(row.get("laying")), _text(row.get("material")),
    )  # fmt: skip
    limits = [read_day(row.get(key), key, faults, name) for key in ("earliest", "latest")]
    line = SectionLine(name, buried, numbers["cover_m"], _text(row.get("name")) or "")
    return Candidate(
        name, utility, _text(row.get("operator")), _text(row.get("method")), line, Window(name, *window, *limits)
    )


def _number(value: object) -> float | None:
    try:
        number = float(value)  # type: ignore[arg-type]  # whatever float() refuses is no number
    except (TypeError, ValueError):
        return None
    return stated(number) if math.isfinite(number) else None


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None
