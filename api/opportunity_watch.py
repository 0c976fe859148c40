"""Hold chances that were proposed against the plans whenever these change: no answer outlives what it was given on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from survey.opportunities.answers.commands import Refresh

if TYPE_CHECKING:
    from api.dependencies import Service
    from survey.opportunities import Opportunity


class OpportunityWatch:
    """Looks again at each proposed chance whose record is another than at the last look, or which has moved on itself.

    What was changed while the service did not run is found at its first look. Where nothing is proposed, nothing is
    joined: a county that nobody asks for chances pays nothing.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._seen: dict[str, tuple[Opportunity | None, str]] = {}

    def look(self) -> int:
        """Hold what changed against the plans; return how many chances were opened again or are gone."""
        service = self._service
        if service.store.county is None:
            return 0
        talks = service.talks()
        live = {name: head for name, head in talks.talks.heads().items() if head.state in Refresh.states}
        if not live:
            self._seen = {}
            return 0
        records = service.opportunities.on(service.today()).records
        now = {name: (records.get(name), head.hash) for name, head in live.items()}
        suspect = {name: one[0] for name, one in now.items() if not _is_same(self._seen.get(name), one)}
        found = talks.refresh(suspect, service.now())
        self._seen = now
        return found


def _is_same(before: tuple[Opportunity | None, str] | None, now: tuple[Opportunity | None, str]) -> bool:
    return before is not None and before[0] is now[0] and before[1] == now[1]
