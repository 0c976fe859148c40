"""Serve the sample county as one's own desk does: nobody signs in, and who acts is said in each case."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from api.cli.service import load_sample
from api.db.store import open_store
from api.settings import chosen
from survey.calendar import BEIJING
from tests.service import served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def tomorrow() -> str:
    """Return ten o'clock of tomorrow in the county, to the minute: nobody agrees on a survey that is past."""
    return (datetime.now(BEIJING) + timedelta(days=1)).strftime("%Y-%m-%dT10:00")


@contextmanager
def desk(data: Path, policy: str) -> Iterator[str]:
    """Yield the address of the sample county under ``policy``, without accounts."""
    settings = chosen(data=data)
    with open_store(settings.database_url, settings.data) as store:
        store.upgrade()
        load_sample(store)
        county = store.county
        assert county is not None
        with store.transaction():
            store.county = replace(county, policy=policy)
    with served(data, demo=False) as address:
        yield address
