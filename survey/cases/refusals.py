"""Refuse a command: what is wrong, the clause, and what is possible now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.faults import BadInputError, Fault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from survey.cases.records import Cite


class RefusedError(BadInputError):
    """A command that is not carried out; nothing was changed.

    Parameters
    ----------
    cites
        The clauses it rests on.
    possible
        Kinds of the commands that the actor may give now, those of a task as ``kind:utility``.
    """

    def __init__(self, fault: Fault, cites: Sequence[Cite], possible: Sequence[str] = ()) -> None:
        self.cites = tuple(cites)
        self.possible = tuple(possible)
        super().__init__([fault])

    @property
    def code(self) -> str:
        """The stable name of what is wrong."""
        return self.faults[0].code


class NoError(Exception):
    """What a handler says no with, before clause and possible commands are added."""

    def __init__(self, code: str, zh: str, en: str, mend_zh: str = "", mend_en: str = "", topic: str = "") -> None:
        self.fault = Fault(f"case.{code}", zh, en, mend_zh, mend_en)
        self.topic = topic
        super().__init__(en)
