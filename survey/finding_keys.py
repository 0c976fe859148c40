"""Give findings ids and digests that are the same in every process: numbers made of texts and of what was measured."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from survey.finding_columns import Found

    Hashes = NDArray[np.uint64]

FACTS_A_METRE = 1000.0
"""Places and values enter ``facts`` to the millimetre: what computing is off by must not undo an acceptance."""
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_SHIFTS = np.uint64(30), np.uint64(27), np.uint64(31)
_FACTORS = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


@lru_cache(maxsize=4096)
def hash_of(text: str) -> int:
    """Return the number of a text."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def mixed(a: Hashes, b: Hashes) -> Hashes:
    """Return one number for each pair of numbers (the finaliser of SplitMix64, which spreads every bit)."""
    z = a * _GOLDEN + b + _GOLDEN
    z = (z ^ (z >> _SHIFTS[0])) * _FACTORS[0]
    z = (z ^ (z >> _SHIFTS[1])) * _FACTORS[1]
    made: Hashes = z ^ (z >> _SHIFTS[2])
    return made


def hexadecimal(keys: Hashes) -> NDArray[np.object_]:
    """Return numbers as texts of 16 digits."""
    text = np.ascontiguousarray(keys.astype(">u8")).tobytes().hex()
    return np.array([text[k : k + 16] for k in range(0, len(text), 16)], dtype=object)


def facts_of(several: Sequence[Found]) -> Hashes:
    """Return what decides each finding, one kind after the other."""
    limits = [np.array([hash_of(f"{c.limit!r}") for c in one.cited], dtype=np.uint64)[one.citation] for one in several]
    keys, outcome, severity = (
        np.concatenate([getattr(one, name) for one in several]) for name in ("keys", "outcome", "severity")
    )
    columns = np.concatenate([(one.measured, one.limit, one.uncertainty, one.x, one.y) for one in several], axis=1)
    made = mixed(mixed(keys, outcome.astype(np.uint64)), severity.astype(np.uint64))
    made = mixed(mixed(made, np.concatenate(limits)), np.concatenate([_more_facts(one) for one in several]))
    for rounded in np.round(np.nan_to_num(columns, nan=-1e9) * FACTS_A_METRE).astype(np.int64).astype(np.uint64):
        made = mixed(made, rounded)
    return made


def _more_facts(one: Found) -> Hashes:
    made = np.zeros(len(one), dtype=np.uint64)
    for column in () if one.rests_on is None else one.rests_on.T:
        made = mixed(made, column.astype(np.uint64))
    return made
