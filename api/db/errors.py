"""Say why a store refuses: not there, there already, changed by somebody else, key used for another request."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.db.records import Row

MOST_NAMED = 5


class NotFoundError(LookupError):
    """No such layer (``id`` is None), or no such row in it (never there, or deleted)."""

    def __init__(self, layer: str, id: str | None = None) -> None:  # noqa: A002 - the word of the contract
        self.layer = layer
        self.id = id
        super().__init__(f"no layer {layer!r}" if id is None else f"no row {id!r} in {layer}")


class ExistsError(ValueError):
    """Rows with these ids are in the layer already; nothing was written. ``ids`` holds every one of them."""

    def __init__(self, layer: str, ids: Sequence[str]) -> None:
        self.layer = layer
        self.ids = tuple(ids)
        more = f" and {len(ids) - MOST_NAMED} more" if len(ids) > MOST_NAMED else ""
        super().__init__(f"already in {layer}: {', '.join(ids[:MOST_NAMED])}{more}")


class StaleRevisionError(ValueError):
    """Somebody else has changed the row since; nothing was written. ``current`` is the row as it is now."""

    def __init__(self, layer: str, current: Row, given: int) -> None:
        self.layer = layer
        self.current = current
        self.given = given
        super().__init__(f"{layer} {current.id!r} is at revision {current.revision}, not {given}")


class ConflictError(ValueError):
    """Somebody else has added events to the case first; nothing was written. ``current`` is its last number now."""

    def __init__(self, case: str, current: int, expected: int) -> None:
        self.case = case
        self.current = current
        self.expected = expected
        super().__init__(f"case {case!r} is at event {current}, not {expected}")


class KeyReusedError(ValueError):
    """An idempotency key came back with another request than the one it was first used for."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(f"the idempotency key {key!r} belongs to another request")


class SchemaError(RuntimeError):
    """The database's tables are not those of this program: not upgraded yet, or made by a newer one."""
