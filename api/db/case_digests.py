"""Keep cases in short, each with the hash of its last event and the basis that it was made on."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import orjson
import sqlalchemy as sa

from api.db.tables import CASE_DIGESTS
from survey.cases.digests import digest_from_plain, digest_to_plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.db.store import Store
    from survey.cases.digests import Digest


class KeptDigest(NamedTuple):
    """A case in short, and the hash of the events that it tells of."""

    hash: str
    digest: Digest


def kept_digests(store: Store, basis: str) -> dict[str, KeptDigest]:
    """Return what was kept on a basis, by the id of the case; whether a hash is still the case's is not looked at."""
    columns = CASE_DIGESTS.c
    statement = sa.select(columns.id, columns.hash, columns.digest).where(columns.basis == basis)
    with store.reading() as connection:
        lines = connection.execute(statement).all()
    return {line.id: KeptDigest(line.hash, digest_from_plain(orjson.loads(line.digest))) for line in lines}


def keep_digests(store: Store, basis: str, made: Sequence[KeptDigest]) -> None:
    """Keep cases in short, in place of what was kept of them before."""
    if not made:
        return
    lines = [
        {"id": one.digest.id, "hash": one.hash, "basis": basis, "digest": orjson.dumps(digest_to_plain(one.digest))}
        for one in made
    ]
    with store.transaction() as connection:
        connection.execute(sa.delete(CASE_DIGESTS).where(CASE_DIGESTS.c.id.in_([line["id"] for line in lines])))
        connection.execute(sa.insert(CASE_DIGESTS), lines)
