"""Compare what we find with what a peer finds, pair by pair, and say why they differ."""

import numpy as np
import pandas as pd

from geo.parallels import find_runs

ROUND_ENDS_M = 6.0
"""The round ends of a buffer add up to the distance at either end of a piece."""


def totals(runs):
    """Metres of every pair, by (a, b)."""
    return pd.Series(runs.length_m).groupby([runs.a, runs.b]).sum()


def compared(city, runs, found):
    """Rows (what, how much) of the agreement of our ``runs`` with a peer's pieces (a, b, length)."""
    ours, theirs = totals(runs), found.groupby(["a", "b"])["length"].sum()
    both = ours.index.intersection(theirs.index)
    only_ours, only_theirs = ours.index.difference(theirs.index), theirs.index.difference(ours.index)
    difference = (theirs.loc[both] - ours.loc[both]).to_numpy()
    near = np.mean(np.abs(difference) <= ROUND_ENDS_M + 0.1) if len(both) else np.nan
    rows = [
        ("pairs we find", len(ours)),
        ("pairs the peer finds", len(theirs)),
        ("found by both, of all", f"{len(both) / max(len(ours.index.union(theirs.index)), 1):.2%}"),
        ("peer minus ours, metres a pair: 5 % / 50 % / 95 %", " / ".join(f"{v:.2f}" for v in _quantiles(difference))),
        ("of these within 6 m (the two round ends)", f"{near:.2%}"),
    ]
    return rows + _reasons(city, only_ours, only_theirs)


def _quantiles(values):
    return np.quantile(values, [0.05, 0.5, 0.95]) if len(values) else [np.nan] * 3


def _reasons(city, only_ours, only_theirs):
    """Ask our own kernel with one limit loosened: the loosening that makes a pair appear, or go, is the reason."""
    group = city.utility.astype(np.int64)
    lengths = {"shorter than 10 m without the round ends": {"min_length": 10.0 - ROUND_ENDS_M},
               "turned by more than 15 degrees": {"bearing": 90.0, "min_length": 10.0 - ROUND_ENDS_M}}  # fmt: skip
    rows, left = [], only_theirs
    for reason, limits in lengths.items():
        loose = totals(find_runs(city.lines, group=group, **limits)).index
        rows.append((f"only the peer: {reason}", len(left.intersection(loose))))
        left = left.difference(loose)
    rows.append(("only the peer: other", len(left)))
    unbridged = totals(find_runs(city.lines, group=group, bridge=0.0)).index
    rows.append(("only we: short pieces joined over a gap up to 5 m", len(only_ours.difference(unbridged))))
    rows.append(
        (
            "only we: other (the peer's bearing is that of chords, not of segments)",
            len(only_ours.intersection(unbridged)),
        )
    )
    return rows
