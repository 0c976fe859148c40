"""Answer for the figures of a county: times against their limits, commitments, joint digs, overdue items."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Query
from starlette.responses import Response

from api import geojson
from api.case_actors import has_part
from api.case_memory import Memory
from api.dependencies import Running  # noqa: TC001 - FastAPI reads the annotations
from api.doors import Asking, may
from api.openapi import Content, documented
from survey.cases.figure_rows import COLUMNS, rows
from survey.cases.figures import History, figures_of, history_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from api.casework import Casework
    from api.db.cases import CaseRow
    from api.identity.permissions import Person

router = APIRouter(prefix="/api/figures", tags=["cases"])

PAGE = 1_000
BOM = "\ufeff"
"""Spreadsheets take a CSV for UTF-8 by it."""
_HISTORIES: Memory[History] = Memory()


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
    found = rows(figures_of(list(_histories(work, person, now)), work.policy, work.calendar, now))
    if person is not None:
        found = [row for row in found if row["utility"] == person.utility]
    if f == "json":
        words = {key: list(names) for key, names in COLUMNS.items()}
        body = {"policy": work.policy.id, "now": now, "columns": words, "rows": found}
        return Response(geojson.dumps(body), media_type="application/json")
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow([names[0 if language == "zh" else 1] for names in COLUMNS.values()])
    table.writerows([row[key] for key in COLUMNS] for row in found)
    headers = {"Content-Disposition": 'attachment; filename="figures.csv"'}
    return Response((BOM + out.getvalue()).encode(), media_type="text/csv; charset=utf-8", headers=headers)


def _histories(work: Casework, person: Person | None, now: datetime) -> Iterator[History]:
    """Yield the history of every case, page after page; of a person those that its company has a part in."""
    after = None
    while True:
        page = work.cases.list(after=after, limit=PAGE)
        for row in page:
            if person is None or has_part(work.case(row.id), person):
                yield _history(row, work, now)
        if len(page) < PAGE:
            return
        after = page[-1].id


def _history(row: CaseRow, work: Casework, now: datetime) -> History:
    """Return the history of a case; what was read of the same events before holds, unless some lie ahead of now."""
    with work.store.reading():
        head = work.cases.hash_of(row.id) or row.hash
        if row.changed_at > now:
            return history_of(row.id, work.policy.id, work.cases.events(row.id), work.calendar, now)
        key = (work.policy.id, row.id, head)
        return _HISTORIES.get(
            key, lambda: history_of(row.id, work.policy.id, work.cases.events(row.id), work.calendar, now)
        )
