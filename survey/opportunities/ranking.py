"""Put the most worthwhile chance first: metres that need not be dug, weighed by how likely it is that they are not.

``score = saved_m × w``, with ``w`` of the windows (they meet; a shift makes them; a date is not known; never), times
``cannot_be_built`` where the section has obstacles, times ``urgent`` where a road on it will soon be protected. All
weights are the county's (``planning.toml``). A crossing scores 0 whatever its length: a pair that crosses at ten
degrees is side by side for 35 m by definition and saves nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from survey.opportunities.meeting import MEETS, NEVER, SHIFT, UNKNOWN
from survey.opportunities.protection import URGENT
from survey.opportunities.records import CROSSING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from survey.opportunities.county_data import Planning
    from survey.opportunities.meeting import Meeting
    from survey.opportunities.protection import Protection
    from survey.opportunities.records import Opportunity


def score_of(
    kind: str,
    saved_m: float,
    meeting: Meeting,
    protections: Iterable[Protection],
    planning: Planning,
    *,
    feasible: bool,
) -> float:
    """Return the score of one chance; 0 for a crossing.

    Examples
    --------
    >>> from survey.opportunities.county_data import known_planning
    >>> from survey.opportunities.meeting import Meeting
    >>> score_of("run", 100.0, Meeting("shift"), (), known_planning(), feasible=True)
    60.0
    """
    if kind == CROSSING:
        return 0.0
    by_state = {
        MEETS: planning.windows_meet,
        SHIFT: planning.shift_needed,
        UNKNOWN: planning.dates_unknown,
        NEVER: planning.never_meets,
    }
    weight = by_state[meeting.state]
    if meeting.too_wide:
        weight = min(weight, planning.dates_unknown)
    if not feasible:
        weight *= planning.cannot_be_built
    if any(one.state == URGENT for one in protections):
        weight *= planning.urgent
    return round(saved_m * weight, 3)


def ranked(opportunities: Iterable[Opportunity]) -> list[Opportunity]:
    """Return the chances, the best first; of equal score those with more metres saved, then by id."""
    return sorted(opportunities, key=lambda one: (one.kind == CROSSING, -one.score, -one.saved_m, one.id))
