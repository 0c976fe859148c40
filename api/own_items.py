"""Say which items of a layer are somebody's own, and refuse to write those of others."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from api.case_actors import seen_digests
from api.db.errors import NotFoundError
from api.doors import action_on
from api.filters import Filter, select

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from api.coordinates import Window
    from api.db.records import Row
    from api.dependencies import Service
    from api.doors import Visitor

#: The column that says whose an item is, of the layers that anybody may have for its own.
OWNER: Mapping[str, str] = MappingProxyType({"routes": "operator", "pipes": "operator", "sites": "applicant"})
MOST_SITES = 10_000


def own_ids(service: Service, visitor: Visitor, layer: str) -> frozenset[str] | None:
    """Return the ids of the items that somebody may look at; None: all.

    An applicant's are the sites that bear the name of its organisation, and the routes of its cases.
    """
    person = visitor.person
    if visitor.reach(action_on(layer, "read")) == "all":
        return None
    if layer == "routes":
        work = service.at_work()
        cases = [] if work is None else seen_digests(work, visitor, service.now())
        return frozenset(part.route for case in cases for part in case.parts if part.route)
    if layer == "sites" and person is not None and person.organisation_name:
        wanted = Filter({OWNER[layer]: person.organisation_name}, None)
        rows, _ = select(service.store, layer, None, wanted, MOST_SITES, None)
        return frozenset(row.id for row in rows)
    return frozenset()


def seen(service: Service, visitor: Visitor, layer: str, identity: str) -> Row:
    """Return an item; `NotFoundError` where there is none, or none that this one may look at."""
    # Asked first: an answer that takes longer for what there is would tell that there is something.
    own = own_ids(service, visitor, layer)
    if own is not None and identity not in own:
        raise NotFoundError(layer, identity)
    return service.store.get(layer, identity)


def to_replace(service: Service, visitor: Visitor, layer: str, identity: str) -> Row | None:
    """Return the item that is to be replaced, None where a new one may take its id; else `NotFoundError`."""
    try:
        return seen(service, visitor, layer, identity)
    except NotFoundError:
        if chooses_ids(visitor, layer):
            return None
        raise


def chooses_ids(visitor: Visitor, layer: str) -> bool:
    """Tell whether somebody may give a new item its id: only who sees all, since a refusal tells that it is taken."""
    return visitor.reach(action_on(layer, "read")) == "all"


def page_of_own(
    service: Service, layer: str, ids: frozenset[str], window: Window | None, wanted: Filter, q: str | None,
    limit: int, after: str | None,
) -> tuple[list[Row], str | None]:  # fmt: skip
    """Return what `api.filters.select` returns, of the items with these ids; ``q`` is sought in id and name."""
    rows = [row for row in service.store.rows(layer, sorted(ids)) if wanted(row) and (after is None or row.id > after)]
    if window is not None:
        touching = window.touches([row.geometry for row in rows])
        rows = [row for row, touches in zip(rows, touching, strict=True) if touches]
    if q is not None:
        sought = q.casefold()
        rows = [
            row for row in rows if sought in row.id.casefold() or sought in (row.properties["name"] or "").casefold()
        ]
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None


def named_own(visitor: Visitor, layer: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a new row; of somebody who writes its own alone, one that names nobody is its organisation's."""
    person, column = visitor.person, OWNER.get(layer, "")
    if visitor.reach(action_on(layer, "write")) != "own" or person is None or row.get(column):
        return dict(row)
    return {**row, column: person.organisation_name}


def refuse_others(visitor: Visitor, layer: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Refuse to write unless all rows, those before and after a change, are somebody's to write."""
    action, person, column = action_on(layer, "write"), visitor.person, OWNER.get(layer, "")
    if visitor.reach(action) == "all":
        return
    if person is None or not all(person.owns(row.get(column)) for row in rows):
        raise visitor.refuse(action)
