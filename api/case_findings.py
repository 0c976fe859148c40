"""Choose the findings of the county that concern the routes of a case and that nobody has let stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from api.db import acceptances
from api.findings import accepted_rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from api.dependencies import Service
    from survey.findings import Finding


def open_about(service: Service, routes: Sequence[str], on: date, policy: str) -> list[Finding]:
    """Return what the named planned routes conflict with by the rules of a day, without what was accepted.

    Raises
    ------
    api.errors.ProblemError
        The county is still being loaded.
    """
    if not routes:
        return []
    found = service.findings.on(on, policy)
    table = found.table
    about = [(table[side].isin(routes) & (table[f"{side}_layer"] == "routes")).to_numpy(np.bool_) for side in "ab"]
    wanted = np.logical_or(*about) & ~accepted_rows(table, acceptances.current(service.store))
    return [found.finding(int(row)) for row in np.flatnonzero(wanted)]
