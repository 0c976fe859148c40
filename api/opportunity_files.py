"""Write chances to a file by its ending: layers, a workbook, or the summary that is printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.layer_files import PRINT, put_in_place, write_layers
from maps.opportunities_paper import opportunities_pdf
from survey.opportunities.answers.state import STATES
from survey.opportunities.frames import opportunities_frame

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from pyproj import CRS
    from shapely import Geometry

    from survey.opportunities import Opportunity
    from survey.opportunities.answers import Talk


def write_opportunities(
    records: Sequence[Opportunity],
    talks: Mapping[str, Talk] | None,
    out: Path,
    *,
    crs: CRS | str,
    issued: date,
    roads: Iterable[Geometry] = (),
    title: str = "",
    language: str = "zh",
) -> None:
    """Write chances in their order.

    Parameters
    ----------
    records
        In one grid; may be empty.
    talks
        What was said, by id of the chance; one that is not there is new. None: nobody was asked, as with files.
    out
        The file; layers where it is neither ``.xlsx`` nor ``.pdf``.
    crs
        The grid.
    issued
        The day on the print.
    roads
        Carriageways for the map of the print, in the grid.
    title, language
        Of the print: what it is of, and ``zh`` or ``en``.

    Raises
    ------
    BadInputError
        If the file cannot be written; it is then not there, or as it was before.
    """
    states = None if talks is None else {one.id: talks[one.id].state if one.id in talks else "new" for one in records}
    if out.suffix.lower() == PRINT:
        said = None if states is None else {name: STATES[state] for name, state in states.items()}
        put_in_place(
            out, opportunities_pdf(records, issued, states=said, roads=roads, title=title, language=language)
        )  # fmt: skip
        return
    frame = opportunities_frame(records, crs)
    if states is not None and talks is not None:
        frame["state"] = list(states.values())
        frame["state_zh"] = [STATES[state][0] for state in states.values()]
        dues = [talks[one.id].open_until if one.id in talks else None for one in records]
        frame["due"] = [None if due is None else str(due) for due in dues]
    write_layers({"opportunities": frame}, out)
