"""Say what all events and all commands of a case have."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from survey.cases.state import Case, Task


class EventBody:
    """What all bodies of events have."""

    __slots__ = ()
    kind: ClassVar[str]
    words: ClassVar[tuple[str, str]]
    milestone: ClassVar[str] = ""
    topics: ClassVar[tuple[str, ...]] = ()
    of_clock: ClassVar[bool] = False


class CommandBody:
    """What all bodies of commands have."""

    __slots__ = ()
    kind: ClassVar[str]
    words: ClassVar[tuple[str, str]]
    roles: ClassVar[tuple[str, ...]]
    phases: ClassVar[tuple[str, ...]] = ("working",)
    statuses: ClassVar[tuple[str, ...]] = ()
    topics: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[str] = ""

    @classmethod
    def ready(cls, case: Case, task: Task | None) -> bool:  # noqa: ARG003 - what a command may look at
        """Return whether it is possible beyond phase and status."""
        return True
