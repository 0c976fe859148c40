"""Answer for the figures of a county: times against their limits, commitments, joint digs, overdue items."""

from __future__ import annotations

import csv
import io
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.responses import Response

from api import geojson
from api.case_actors import has_part
from api.dependencies import Running  # noqa: TC001 - FastAPI reads the annotations
from api.doors import Asking, may
from api.openapi import Content, documented
from geo.formats.guarding import guarded
from survey.cases.figure_rows import COLUMNS, rows
from survey.cases.figures import figures_of

router = APIRouter(prefix="/api/figures", tags=["cases"])

BOM = "\ufeff"
"""Spreadsheets take a CSV for UTF-8 by it."""


@router.get("", responses=documented(Content("FiguresShape"), 422, 503), dependencies=[may("figures.read", own=True)])
def get_figures(
    service: Running,
    visitor: Asking,
    f: Annotated[Literal["json", "csv"], Query(description="`csv`: a table for a spreadsheet.")] = "json",
    language: Annotated[Literal["zh", "en"], Query(description="Of the headings of the CSV.")] = "zh",
) -> Response:
    """Return the figures of all cases as of now, one row for the county, each utility, department and stage.

    A company gets the rows of its utility, counted over the cases that it has a part in.
    """
    work, now = service.casework(), service.now()
    person = None if visitor.reach("figures.read") == "all" else visitor.person
    told = [one.history for one in work.digests(now).values() if person is None or has_part(one, person)]
    found = rows(figures_of(told, work.policy, work.calendar, now))
    if person is not None:
        found = [row for row in found if row["utility"] == person.utility]
    if f == "json":
        words = {key: list(names) for key, names in COLUMNS.items()}
        body = {"policy": work.policy.id, "now": now, "columns": words, "rows": found}
        return Response(geojson.dumps(body), media_type="application/json")
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow([names[0 if language == "zh" else 1] for names in COLUMNS.values()])
    table.writerows([_cell(row[key]) for key in COLUMNS] for row in found)
    headers = {"Content-Disposition": 'attachment; filename="figures.csv"'}
    return Response((BOM + out.getvalue()).encode(), media_type="text/csv; charset=utf-8", headers=headers)


def _cell(value: object) -> object:
    """Return what stands in a cell: a department's name is no formula."""
    return guarded(value) if isinstance(value, str) else value
