"""Keep what the parties of chances said, in chains of events beside those of the cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.db.streams import StreamStore
from survey.opportunities.answers.deciding import next_due
from survey.opportunities.answers.journal import event_from_plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from survey.cases.events import Event
    from survey.opportunities.answers import Talk


class TalkStore(StreamStore["Talk"]):
    """The talks of a county about its chances."""

    kind = "opportunity"

    @classmethod
    def event(cls, plain: Mapping[str, Any]) -> Event:
        """Read an event of a talk."""
        return event_from_plain(plain)

    @classmethod
    def columns(cls, state: Talk) -> dict[str, Any]:
        """Return what lists and the clock need of a talk."""
        utilities = dict.fromkeys(one for party in state.parties for one in party.utilities)
        return {
            "phase": state.state, "utilities": f" {' '.join(utilities)} ", "next_at": next_due(state),
            "overdue": int(state.state == "expired"),
        }  # fmt: skip
