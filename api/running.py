"""Put together what runs behind the routes over a store; the service and the command line share it."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from api.county_findings import CountyFindings
from api.county_opportunities import CountyOpportunities
from api.dependencies import Service
from api.programmes import Programmes
from api.resident import Resident
from survey.calendar import Calendar

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from api.db.store import Store
    from api.identity.demo import ReadyMade
    from api.settings import Settings


@contextmanager
def service_over(store: Store, settings: Settings, offered: Sequence[ReadyMade] | None = None) -> Iterator[Service]:
    """Yield what runs over a store; the county is loaded in the background.

    Parameters
    ----------
    offered
        The ready-made accounts of a demonstration; None: it is none.
    """
    resident = Resident(store, poll_seconds=settings.poll_seconds)
    resident.start()
    planned = Programmes(store, partial(datetime.now, UTC))
    found, chances = CountyFindings(store, resident), CountyOpportunities(store, resident)
    given = None if offered is None else tuple(offered)
    try:
        yield Service(settings, store, resident, found, chances, planned, Calendar(), given)
    finally:
        planned.stop()
        resident.stop()
