"""Carry out commands on chances: read, decide and append in one transaction, and let the clock work."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from api.case_memory import Memory
from api.db.opportunities import TalkStore
from survey.cases.commands import Command
from survey.cases.draft import SYSTEM
from survey.cases.refusals import RefusedError
from survey.opportunities import known_planning
from survey.opportunities.answers import Talk, decide, evolve, parties_of, replay, snapshot_of
from survey.opportunities.answers.commands import Refresh, TalkTick

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from api.db.store import Store
    from api.db.streams import StreamHead
    from survey.calendar import Calendar
    from survey.opportunities import Opportunity

_TALKS: Memory[Talk] = Memory()
log = logging.getLogger("cotrench.api")


class Talks:
    """What the parties of a county's chances say.

    Writers come one at a time: of two who act at once, the second decides upon what the first has done.
    """

    def __init__(self, store: Store, policy: str, calendar: Calendar) -> None:
        self.store = store
        self.talks = TalkStore(store)
        self.policy = policy
        self.calendar = calendar
        self.planning = known_planning()

    def talk(self, opportunity_id: str) -> Talk:
        """Return a talk as it stands; one that nobody has begun is new."""
        with self.store.reading():  # the events that belong to the hash
            head = self.talks.head(opportunity_id)
            return Talk(opportunity_id) if head is None else self._played(opportunity_id, head)

    def all(self) -> tuple[dict[str, StreamHead], dict[str, Talk]]:
        """Return where every talk stands, and each of them, by id of its chance."""
        with self.store.reading():
            heads = self.talks.heads()
            return heads, {name: self._played(name, head) for name, head in heads.items()}

    def act(self, opportunity_id: str, record: Opportunity | None, command: Command, now: datetime) -> Talk:
        """Carry a command out and return the talk after it.

        The chance is held against the plans first, so that nobody answers what is another chance by now.

        Parameters
        ----------
        record
            The chance as it is now; None: there is none any more.

        Raises
        ------
        survey.cases.refusals.RefusedError
            With what is possible now; nothing was changed.
        """
        with self.store.transaction():
            before = self._refreshed(self.talk(opportunity_id), record, now)
            return self._act(before, command, now)

    def tick(self, now: datetime) -> int:
        """Let the clock work in every talk where something is due; return how many changed."""
        changed = 0
        for name, head in self.talks.heads(due_by=now).items():
            with self.store.transaction():
                talk = self.talk(name)
                changed += self._of_system(talk, Command(f"tick:{head.seq}", SYSTEM, TalkTick()), now).seq != talk.seq
        return changed

    def refresh(self, records: Mapping[str, Opportunity | None], now: datetime) -> int:
        """Hold some chances against the plans; return how many were opened again or are gone."""
        changed = 0
        for name, record in records.items():
            with self.store.transaction():
                talk = self.talk(name)
                changed += self._refreshed(talk, record, now).seq != talk.seq
        return changed

    def _refreshed(self, talk: Talk, record: Opportunity | None, now: datetime) -> Talk:
        if talk.state not in Refresh.states:
            return talk
        parties, basis = ((), ()) if record is None else (parties_of(record), snapshot_of(record))
        return self._of_system(talk, Command(f"refresh:{talk.seq}", SYSTEM, Refresh(parties, basis)), now)

    def _of_system(self, talk: Talk, command: Command, now: datetime) -> Talk:
        """Carry out what nobody asks for; what is refused is left as it is."""
        try:
            return self._act(talk, command, now)
        except RefusedError as refusal:  # its last event is ahead of this machine's clock, or its time is over just now
            log.info("the talk about %s was left as it is: %s", talk.id, refusal)
            return talk

    def _act(self, talk: Talk, command: Command, now: datetime) -> Talk:
        after = talk
        events = decide(talk, command, self.planning, self.calendar, now)
        for event in events:
            after = evolve(after, event)
        if events:
            self.talks.append(after, events, talk.seq, policy=self.policy)
        return after

    def _played(self, opportunity_id: str, head: StreamHead) -> Talk:
        key = (opportunity_id, head.hash)
        return _TALKS.get(key, lambda: replay(opportunity_id, self.talks.events(opportunity_id)))
