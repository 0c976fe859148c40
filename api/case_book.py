"""Hold every case in short, and make anew only what has happened since: for lists, figures and the watch of routes."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from api.db.case_digests import KeptDigest, keep_digests, kept_digests
from survey.calendar import local
from survey.cases.digests import basis, digest_of

if TYPE_CHECKING:
    from datetime import date, datetime

    from api.casework import Casework
    from api.db.cases import Head
    from survey.calendar import Calendar
    from survey.cases.digests import Digest
    from survey.policies import Policy

PAGE = 200
"""Cases kept in one transaction, so that people need not wait for it."""


class CaseBook:
    """The cases of one store in short.

    A case is played again only where the hash of its events, the policy, the calendar or the program is another than
    what its digest was made with: the events remain the truth, and what is remembered is never older than they are.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._on: tuple[Policy, Calendar, date] | None = None
        self._basis = ""
        self._known: dict[str, KeptDigest] = {}
        self._unkept: set[str] = set()

    def digests(self, work: Casework, now: datetime) -> dict[str, Digest]:
        """Return every case in short as of ``now``, by id and in the order of ids."""
        with self._lock, work.store.reading():
            self._found(work, now)
            heads = work.cases.heads()
            self._known = {one: known for one, known in self._known.items() if one in heads}
            return {one: self._digest(work, one, head, now) for one, head in heads.items()}

    def hash_of(self, case_id: str) -> str | None:
        """Return the hash of the events that a case's digest tells of; None where there is none to remember."""
        known = self._known.get(case_id)
        return None if known is None else known.hash

    def keep(self, work: Casework) -> int:
        """Keep in the store what was made since, for the next start; return how many cases that were."""
        with self._lock:
            on, ids = self._basis, sorted(self._unkept & set(self._known))
            made = [self._known[one] for one in ids]
            self._unkept = set()
        for begin in range(0, len(made), PAGE):
            keep_digests(work.store, on, made[begin : begin + PAGE])
        return len(made)

    def _found(self, work: Casework, now: datetime) -> None:
        """Begin with what was kept, where the policy, the calendar or what is in force is another than before."""
        on = (work.policy, work.calendar, local(now).date())
        if self._on == on:
            return
        found = basis(work.policy, work.calendar, now)
        if found != self._basis:
            self._known, self._unkept = kept_digests(work.store, found), set()
        self._on, self._basis = on, found

    def _digest(self, work: Casework, case_id: str, head: Head, now: datetime) -> Digest:
        known = self._known.get(case_id)
        if known is not None and known.hash == head.hash and known.digest.at <= now:
            return known.digest
        made = digest_of(case_id, work.cases.events(case_id), work.policy, work.calendar, now)
        if made.history.seq == head.seq:  # else its last events are ahead of this machine's clock
            self._known[case_id] = KeptDigest(head.hash, made)
            self._unkept.add(case_id)
        return made
