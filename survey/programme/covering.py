"""Compute the least that weeks held open cost where each member needs a run of them, at a price for each place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.compiled import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

FORBIDDEN = 2**60
"""The price of no place; sums of prices stay far below it, and three of it fit into 64 bits."""


@kernel
def least_beside(
    prices: NDArray[np.int64],
    lengths: NDArray[np.int64],
    slots: NDArray[np.int64],
    last: NDArray[np.int64],
    each: int,
    member: int,
) -> NDArray[np.int64]:
    """Return for each week what everything else costs at least where one member has its last week there.

    Weeks are held open at a price each. Every member takes one place, of a price: a run of open weeks of its length,
    told by the last of them. Members may share open weeks, that is what makes it worth while.

    Week by week the least is kept for each set of members placed so far, and for each number of open weeks up to now
    (the longest length stands for all beyond it). Only members that could be placed before and after a week differ in
    it: a member has a bit from its first week to its last, then another one has it.

    Parameters
    ----------
    prices
        Prices by member and last week of the run; `FORBIDDEN` where it cannot be.
    lengths
        Weeks of the run of each member, at least 1.
    slots
        Bit of each member; that of two members only where the last week of one is before the first of the other.
    last
        The last week in which each member has a price.
    each
        Price of an open week.
    member
        Number of the member.

    Returns
    -------
    numpy.ndarray
        By week; without the price of the member's own place; `FORBIDDEN` where it has none.

    Examples
    --------
    >>> no = FORBIDDEN
    >>> prices = np.array([[no, 0, 0, no], [no, no, 0, 0]])
    >>> two, bits, last = np.array([2, 2]), np.array([0, 1]), np.array([2, 3])
    >>> least_beside(prices, two, bits, last, 10, 0)[1:3]
    array([30, 20])
    """
    until = _weeks_until(prices, lengths, slots, last, each)
    later = np.full(until.shape[1:], FORBIDDEN)
    later[:, 0] = 0
    found = np.full(prices.shape[1], FORBIDDEN)
    for week in range(prices.shape[1] - 1, -1, -1):
        for other in range(len(last)):
            if last[other] == week:
                _take_back(later, 1 << slots[other])
        if prices[member, week] < FORBIDDEN:
            found[week] = _both(until[week], later, lengths[member], 1 << slots[member])
        for other in range(len(last)):
            if prices[other, week] < FORBIDDEN:
                _place_later(later, lengths[other], 1 << slots[other], prices[other, week])
        _week_before(later, each)
    return found


def warm() -> None:
    """Compile the kernels: some seconds once, which the first plan of a county that roads tie would wait for else."""
    zero = np.zeros(1, np.int64)
    least_beside(np.zeros((1, 1), np.int64), np.ones(1, np.int64), zero, zero, 0, 0)


@kernel
def _weeks_until(
    prices: NDArray[np.int64], lengths: NDArray[np.int64], slots: NDArray[np.int64], last: NDArray[np.int64], each: int
) -> NDArray[np.int64]:
    """Return what is paid at least until each week, by the open weeks that end with it and the members placed."""
    longest, states = lengths.max(), 1 << (slots.max() + 1)
    until = np.full((prices.shape[1], longest + 1, states), FORBIDDEN)
    now = np.full((longest + 1, states), FORBIDDEN)
    now[0, 0] = 0
    for week in range(prices.shape[1]):
        _next_week(now, until[week], each)
        for other in range(len(last)):
            if prices[other, week] < FORBIDDEN:
                _place(until[week], lengths[other], 1 << slots[other], prices[other, week])
        now[:] = until[week]
        for other in range(len(last)):
            if last[other] == week:
                _hand_over(now, 1 << slots[other])
    return until


@kernel
def _next_week(now: NDArray[np.int64], after: NDArray[np.int64], each: int) -> None:
    """Hold the next week open or not: a run goes on, or ends."""
    longest, states = now.shape[0] - 1, now.shape[1]
    for state in range(states):
        for run in range(longest + 1):
            after[0, state] = min(after[0, state], now[run, state])
            longer = min(run + 1, longest)
            after[longer, state] = min(after[longer, state], now[run, state] + each)


@kernel
def _week_before(later: NDArray[np.int64], each: int) -> None:
    longest, states = later.shape[0] - 1, later.shape[1]
    for state in range(states):
        closed = later[0, state]
        for run in range(longest + 1):  # upwards: what a run becomes has not been changed yet, but the longest
            later[run, state] = min(closed, later[min(run + 1, longest), state] + each)


@kernel
def _place(now: NDArray[np.int64], length: int, bit: int, price: int) -> None:
    for run in range(length, now.shape[0]):
        for state in range(now.shape[1]):
            if not state & bit:
                now[run, state | bit] = min(now[run, state | bit], now[run, state] + price)


@kernel
def _place_later(later: NDArray[np.int64], length: int, bit: int, price: int) -> None:
    for run in range(length, later.shape[0]):
        for state in range(later.shape[1]):
            if not state & bit:
                later[run, state] = min(later[run, state], later[run, state | bit] + price)


@kernel
def _hand_over(now: NDArray[np.int64], bit: int) -> None:
    """Forbid that a member is not placed, and clear its bit."""
    for run in range(now.shape[0]):
        for state in range(now.shape[1]):
            if not state & bit:
                now[run, state] = now[run, state | bit]
                now[run, state | bit] = FORBIDDEN


@kernel
def _take_back(later: NDArray[np.int64], bit: int) -> None:
    for run in range(later.shape[0]):
        for state in range(later.shape[1]):
            if not state & bit:
                later[run, state | bit] = later[run, state]
                later[run, state] = FORBIDDEN


@kernel
def _both(until: NDArray[np.int64], later: NDArray[np.int64], length: int, bit: int) -> int:
    least = FORBIDDEN
    for run in range(length, until.shape[0]):
        for state in range(until.shape[1]):
            if not state & bit:
                least = min(least, until[run, state] + later[run, state | bit])
    return least
