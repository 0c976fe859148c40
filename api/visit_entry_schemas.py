"""Describe for OpenAPI what is done to a joint visit: commands, what is entered on site, pictures."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - pydantic reads the annotations
from typing import Any, Literal

from pydantic import Field

from api.schemas import Problem, Shape


class VisitCommandShape(Shape):
    """A command; with an `id` it is carried out once however often it is sent."""

    id: str | None = None
    kind: str
    data: dict[str, Any] | None = None
    expected: int | None = Field(None, description="The `seq` that was seen.")
    actor: dict[str, Any] | None = None
    cases: bool | None = Field(None, description="Of inviting and holding: enter it in the cases too; see `entered`.")


class VisitEntry(Shape):
    """One thing that was entered on site."""

    id: str
    kind: Literal["answer_item", "sign_visit"]
    data: dict[str, Any]


class VisitEntries(Shape):
    """The queue of a device."""

    entries: list[VisitEntry]


class VisitEntryTaken(Shape):
    """Whether an entry was taken; else the problem. Of an id that is too long its beginning is told, of none null."""

    id: str | None
    taken: bool
    problem: Problem | None = None


class VisitEntriesTaken(Shape):
    """What became of the entries, in their order."""

    entries: list[VisitEntryTaken]


class VisitPicture(Shape):
    """What is known of a picture; `x` and `y` in metres of the grid, `sha256` of the bytes as they were sent."""

    id: str
    sha256: str
    media: str
    bytes: int
    width: int
    height: int
    taken_at: datetime | None
    x: float | None
    y: float | None
    accuracy_m: float | None
    by: str
    at: datetime
    href: str


class VisitPictures(Shape):
    """The pictures of a visit."""

    pictures: list[VisitPicture]
