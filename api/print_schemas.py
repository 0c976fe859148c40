"""Describe what is asked of a map print, and what papers and scales there are."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.schemas import Shape

PaperName = Literal["a4", "a3", "a2", "a1", "a0"]
Orientation = Literal["landscape", "portrait"]


class PrintRequest(Shape):
    """Which part of the map is printed, and how; either `bbox` or `selection` says where."""

    layers: list[str] = Field(description="What is drawn, such as `roads`, `routes`.")
    bbox: list[float] | None = Field(None, min_length=4, max_length=4, description="west, south, east, north")
    bbox_crs: str | None = Field(None, description="Of bbox; CRS84 unless given, or `EPSG:4546`, `grid`.")
    selection: dict[str, list[str]] | None = Field(
        None, description="For a layer the ids of what is to be on the print, with some paper around."
    )
    title: str | None = Field(None, description="The county's name unless given.")
    paper: PaperName | None = None
    orientation: Orientation | None = None
    scale: int | Literal["fit"] | None = Field(
        None, description="Such as 500; `fit` or nothing: the finest at which everything is on one sheet."
    )
    findings: bool | None = Field(None, description="Whether what is found there is numbered and listed.")
    language: Literal["zh", "en"] | None = None
    note: str | None = Field(None, description="Stands beside the map.")
    project: str | None = Field(None, description="In the title block.")
    organisation: str | None = Field(None, description="Who draws, in the title block.")


class PrintPaperShape(Shape):
    """A paper as it lies or stands, and what the map has of it inside its frame, millimetres."""

    paper: PaperName
    orientation: Orientation
    map_width_mm: float
    map_height_mm: float


class PrintChoices(Shape):
    """What a print may be; one of more sheets than `most_sheets` is refused."""

    papers: list[PrintPaperShape]
    scales: list[int]
    layers: list[str]
    most_sheets: int
