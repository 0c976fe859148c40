"""Say where a value was read: document, clause, the words themselves, how they were read, and since when they hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """What every value of a policy carries.

    ``quote`` is verbatim; empty only where the document was searched and is silent. ``valid_to`` is the last day; None
    while it is in force.
    """

    document: str
    clause: str
    quote: str
    evidence_zh: str
    evidence_en: str
    valid_from: date
    valid_to: date | None = None

    def in_force(self, on: date) -> bool:
        """Return whether it is in force on a day; both ends of its time belong to it."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)
