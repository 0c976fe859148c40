"""Write a programme to a file by its ending: layers, a workbook, or the summary that is printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.layer_files import PRINT, put_in_place, write_layers
from maps.programme_paper import programme_pdf

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    import geopandas as gpd


def write_programme(
    plain: Mapping[str, Any],
    layers: Mapping[str, gpd.GeoDataFrame],
    out: Path,
    *,
    issued: date,
    title: str = "",
    language: str = "zh",
) -> None:
    """Write a programme.

    Parameters
    ----------
    plain
        As `survey.programme.telling` tells it.
    layers
        As `survey.programme.frames.layers_of` makes them, and others beside.
    out
        The file; layers where it is neither ``.xlsx`` nor ``.pdf``.
    issued
        The day on the print.
    title, language
        Of the print: what it is of, and ``zh`` or ``en``.

    Raises
    ------
    BadInputError
        If the file cannot be written; it is then not there, or as it was before.
    """
    if out.suffix.lower() == PRINT:
        put_in_place(out, programme_pdf(plain, issued, title=title, language=language))
    else:
        write_layers(layers, out)
