"""Chain the events of a case by hashes, and find chains that are broken."""

from __future__ import annotations

import hashlib
from itertools import groupby
from typing import TYPE_CHECKING

import sqlalchemy as sa

from api.db.tables import CASE_EVENTS, CASES
from geo.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

START = ""
"""What the first event of a chain is hashed with."""

CHUNK = 5_000
_RESTORE = ("从备份恢复", "restore a backup")


def chained(before: str, stream: str, text: str) -> str:
    """Return the hash of an event: of the hash before it, the case it belongs to, and its text.

    >>> chained(START, "C1", "{}") == chained(START, "C2", "{}")
    False
    """
    return hashlib.sha256(f"{before}\n{stream}\n{text}".encode()).hexdigest()


def broken(connection: sa.Connection) -> Iterator[Fault]:
    """Yield the cases whose chain does not hold: a text or an order changed, a number missing, a wrong head."""
    heads = {line.id: (line.seq, line.hash) for line in connection.execute(sa.select(CASES))}
    statement = sa.select(CASE_EVENTS).order_by(CASE_EVENTS.c.stream, CASE_EVENTS.c.seq)
    with connection.execute(statement, execution_options={"yield_per": CHUNK}) as result:
        for stream, lines in groupby(result, key=lambda line: str(line.stream)):
            at = _first_break(stream, lines, heads.pop(stream, None))
            if at is not None:
                yield _fault(stream, at)
    for stream in sorted(heads):
        yield _fault(stream, 1)


def _first_break(stream: str, lines: Iterable[Any], head: tuple[int, str] | None) -> int | None:
    """Return the number of the first event that does not fit; None where all do, and end where the case says."""
    number, known = 0, START
    for number, line in enumerate(lines, 1):
        if line.seq != number or chained(known, stream, line.event) != line.hash:
            return number
        known = line.hash
    return None if head == (number, known) else number


def _fault(stream: str, at: int) -> Fault:
    return Fault(
        "store.chain", f"案件记录自第 {at} 号事件起不符", f"the record of the case does not fit from event {at} on",
        *_RESTORE, layer="cases", feature=stream,
    )  # fmt: skip
