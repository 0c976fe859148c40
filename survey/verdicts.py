"""Judge what was measured by a county's rules: a verdict for each route, and what every rule said or did not say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, overload

import numpy as np

from survey.policies import VERDICTS
from survey.sentences import explain
from survey.trace import TraceLine, Verdict
from survey.weighing import FAILS, PASSES, UNKNOWN, WITHIN, Weighed, weigh

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from survey.policies import Policy
    from survey.quantities import Measured

__all__ = ["Judged", "TraceLine", "Verdict", "judge"]

_ORDER = tuple(VERDICTS)
COMMITMENT, SURVEY_FIRST, JOINT_APPROVAL, SPECIAL_APPROVAL, OUTSIDE = range(len(_ORDER))


class Judged(Sequence[Verdict]):
    """The verdicts of many routes; arrays at once, sentences only when one of them is asked for.

    Attributes
    ----------
    codes
        int8[n], positions in `survey.policies.VERDICTS`.
    margin_m
        float64[n], NaN outside the policy.
    weighed
        What each rule in force came to.
    """

    def __init__(self, measured: Measured, policy: Policy, on: date) -> None:
        self.measured, self.policy, self.on = measured, policy, on
        self.weighed = [weigh(rule, measured, on) for rule in policy.rules_on(on)]
        self.codes = _codes(self.weighed, len(measured))
        self.margin_m = _margins(self.weighed, self.codes)

    @property
    def names(self) -> list[str]:
        """The verdict of each route by name."""
        return [_ORDER[code] for code in self.codes]

    def __len__(self) -> int:
        return len(self.measured)

    @overload
    def __getitem__(self, index: int) -> Verdict: ...
    @overload
    def __getitem__(self, index: slice) -> list[Verdict]: ...
    def __getitem__(self, index: int | slice) -> Verdict | list[Verdict]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        i = range(len(self))[index]
        return explain(self.measured.row(i), self.policy, self.on, _ORDER[self.codes[i]], float(self.margin_m[i]))


def judge(measured: Measured, policy: Policy, on_date: date) -> Judged:
    """Judge every route by the rules in force on a day.

    In this order: ``outside`` where the utility or its voltage is not in scope or nothing is in force;
    ``special_approval`` where a rule is broken whose consequence is that; ``survey_first`` where a missing fact leaves
    open whether the document applies at all; ``joint_approval`` where any rule is broken beyond doubt, or the document
    gives nothing milder (its basis); ``survey_first`` where a value lies within its uncertainty of a limit, or a fact
    that would decide is missing; else ``commitment``.
    """
    return Judged(measured, policy, on_date)


def _codes(weighed: Sequence[Weighed], n: int) -> NDArray[np.int8]:
    codes = np.full(n, COMMITMENT, dtype=np.int8)
    in_scope, beyond, unsure = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    for w in weighed:
        if w.rule.quantity == "utility":
            in_scope |= w.outcome == PASSES
        elif w.rule.kind == "scope":
            beyond |= w.outcome == FAILS
            unsure |= w.outcome == UNKNOWN
        elif w.rule.kind == "basis":
            codes = np.maximum(codes, _ORDER.index(w.rule.quantity)).astype(np.int8)
        elif w.rule.kind in ("threshold", "exclusion"):
            broken = JOINT_APPROVAL if w.rule.consequence is None else _ORDER.index(w.rule.consequence.verdict)
            doubtful = (w.outcome == WITHIN) | (w.outcome == UNKNOWN)
            step = np.where(w.outcome == FAILS, broken, np.where(doubtful, SURVEY_FIRST, COMMITMENT))
            codes = np.maximum(codes, step).astype(np.int8)
    codes = np.where(unsure & (codes != SPECIAL_APPROVAL), SURVEY_FIRST, codes).astype(np.int8)
    return np.where(in_scope & ~beyond, codes, OUTSIDE).astype(np.int8)


def _margins(weighed: Sequence[Weighed], codes: NDArray[np.int8]) -> NDArray[np.float64]:
    margins = [w.margin for w in weighed if w.rule.kind == "threshold" and w.rule.unit == "m"]
    least = np.min(margins, axis=0) if margins else np.full(len(codes), np.nan)
    return np.where(codes == OUTSIDE, np.nan, least)
