"""Keep what the parties of chances said, in chains of events beside those of the cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.db.cases import append_events
from api.db.streams import StreamStore
from survey.opportunities.answers.deciding import next_due
from survey.opportunities.answers.journal import event_from_plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from survey.cases.events import Event
    from survey.opportunities.answers import Talk


class TalkStore(StreamStore):
    """The talks of a county about its chances."""

    kind = "opportunity"

    @classmethod
    def event(cls, plain: Mapping[str, Any]) -> Event:
        """Read an event of a talk."""
        return event_from_plain(plain)

    def append(self, talk: Talk, events: Sequence[Event], expected: int, *, policy: str) -> None:
        """Add events to a talk: all or none.

        Parameters
        ----------
        talk
            The state after these events.
        expected
            Number of the last event that was there when they were decided; 0 for a new talk.
        policy
            The county's: by its office hours time is counted.

        Raises
        ------
        ConflictError
            Somebody else added events since: read again, decide again.
        ValueError
            The numbers do not go on from ``expected``.
        """
        utilities = dict.fromkeys(one for party in talk.parties for one in party.utilities)
        columns = {
            "kind": self.kind, "phase": talk.state, "applicant": "", "utilities": f" {' '.join(utilities)} ",
            "next_at": next_due(talk), "overdue": int(talk.state == "expired"),
        }  # fmt: skip
        append_events(self.store, self.stream(talk.id), events, expected, policy=policy, columns=columns)
