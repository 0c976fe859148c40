"""Weigh each rule against what was measured: kept, broken, within the uncertainty, unknown, silent."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from survey.periods import after_months

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from numpy.typing import NDArray

    from survey.policies import Rule
    from survey.quantities import Measured, Quantity
    from survey.surroundings import RoadFacts

NOT_APPLICABLE, SILENT, PASSES, NOTED, WITHIN, UNKNOWN, FAILS = range(7)
"""What a rule can come to, from the mildest to the strictest. ``NOTED``: a fact is missing, and the policy's reading is
that this is told and does not block; ``UNKNOWN``: it is missing and blocks."""
OUTCOMES = ("not_applicable", "silent", "passes", "unknown", "within_uncertainty", "unknown", "fails")
"""The names of these in answers."""

_NO_OPTIONS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Weighed:
    """What one rule comes to for n routes.

    Parameters
    ----------
    rule
        The rule.
    outcome
        int8[n], the codes above.
    measured, uncertainty
        float64[n]; NaN where nothing is compared. Years for ages.
    margin
        float64[n], limit minus measured, in the rule's unit: negative beyond the limit; NaN where there is no limit.
    """

    rule: Rule
    outcome: NDArray[np.int8]
    measured: NDArray[np.float64]
    uncertainty: NDArray[np.float64]
    margin: NDArray[np.float64]


def weigh(rule: Rule, measured: Measured, on: date, options: Mapping[str, str] = _NO_OPTIONS) -> Weighed:
    """Weigh one rule against every route.

    Parameters
    ----------
    options
        Readings to take instead of the policy's own, by id of the reading.
    """
    if rule.kind == "threshold":
        return _threshold(rule, quantity_for(rule, measured, options))
    if rule.kind == "exclusion":
        return _exclusion(rule, measured, on, options)
    n = len(measured)
    outcome = np.full(n, SILENT, dtype=np.int8)
    value = np.full(n, np.nan)
    if rule.kind == "scope" and rule.quantity == "voltage_kv":
        return _voltage(rule, measured, options)
    if rule.quantity == "utility":
        inside = np.array([u in _words(rule) for u in measured.utilities], dtype=bool)
        outcome = np.where(inside, PASSES, FAILS).astype(np.int8)
    elif rule.kind == "approval" and rule.quantity in ("road_dug", "green_taken"):
        name = "road_m" if rule.quantity == "road_dug" else "green_m2"
        outcome = np.where(measured.quantities[name].value > 0, SILENT, NOT_APPLICABLE).astype(np.int8)
    elif rule.kind == "blank" and rule.quantity in measured.quantities:
        value = measured.quantities[rule.quantity].value
    return Weighed(rule, outcome, value, np.full(n, np.nan), np.full(n, np.nan))


def _voltage(rule: Rule, measured: Measured, options: Mapping[str, str]) -> Weighed:
    """Compare the voltage of power lines with the limit; the other utilities have none."""
    value, limit = measured.voltages(), rule.limit
    kept = value <= limit if rule.op == "<=" else value < limit
    outcome = np.where(np.isnan(value), _missing(rule, options), np.where(kept, PASSES, FAILS))
    power = np.array([u == "power" for u in measured.utilities], dtype=bool)
    value = np.where(power, value, np.nan)
    outcome = np.where(power, outcome, NOT_APPLICABLE).astype(np.int8)
    return Weighed(rule, outcome, value, np.full(len(value), np.nan), limit - value)


def _missing(rule: Rule, options: Mapping[str, str], reading: str = "missing_fact") -> int:
    return UNKNOWN if _option(rule, reading, options, "survey_first") == "survey_first" else NOTED


def _words(rule: Rule) -> tuple[str, ...]:
    return rule.value if isinstance(rule.value, tuple) else ()


def _option(rule: Rule, reading: str, options: Mapping[str, str], default: str) -> str:
    return options.get(reading, rule.option(reading, default))


def quantity_for(rule: Rule, measured: Measured, options: Mapping[str, str] = _NO_OPTIONS) -> Quantity:
    """Return the quantity that a threshold speaks of under its readings."""
    if rule.quantity != "crossing_m":
        return measured.quantities[rule.quantity]
    along = _option(rule, "along_road", options, "does_not_count") == "counts"
    total = _option(rule, "crossing_total", options, "sum") == "sum"
    name = {(True, True): "road_m", (True, False): "road_max_m", (False, True): "crossing_m"}
    return measured.quantities[name.get((along, total), "crossing_max_m")]


def _threshold(rule: Rule, quantity: Quantity) -> Weighed:
    """Compare the whole interval with the limit: clear only if no value in it lies on the other side."""
    limit, tiny = rule.limit, quantity.numerical
    low = quantity.value - quantity.uncertainty
    high = quantity.value + quantity.uncertainty + quantity.above
    if rule.op == "<=":
        passes, fails = high <= limit + tiny, low > limit + tiny
    else:
        passes, fails = high < limit - tiny, low >= limit - tiny
    outcome = np.where(passes, PASSES, np.where(fails, FAILS, WITHIN)).astype(np.int8)
    return Weighed(rule, outcome, quantity.value, quantity.uncertainty + quantity.above, limit - quantity.value)


def _exclusion(rule: Rule, measured: Measured, on: date, options: Mapping[str, str]) -> Weighed:
    nothing = np.full(len(measured), np.nan)
    if rule.quantity == "major_impact":
        told = np.full(len(measured), _missing(rule, options), dtype=np.int8)
        return Weighed(rule, told, nothing, nothing, nothing)
    stretches, near_road = measured.stretches, measured.near_road
    met = np.unique(np.concatenate([stretches.road, near_road]))
    codes = road_outcomes(rule, measured.surroundings.facts, on, met, options)
    outcome = np.full(len(measured), NOT_APPLICABLE, dtype=np.int8)
    counted = stretches.crossing if _option(rule, "touch", options, "any_stretch") == "crossing_only" else slice(None)
    np.maximum.at(outcome, stretches.route[counted], codes[np.searchsorted(met, stretches.road[counted])])
    near = codes[np.searchsorted(met, near_road)]
    np.maximum.at(outcome, measured.near_route, np.where(near == FAILS, WITHIN, near).astype(np.int8))
    return Weighed(rule, outcome, nothing, nothing, nothing)


def road_outcomes(
    rule: Rule,
    facts: RoadFacts,
    on: date,
    roads: NDArray[np.int64],
    options: Mapping[str, str] = _NO_OPTIONS,
) -> NDArray[np.int8]:
    """Return what an exclusion comes to for each of ``roads`` (numbers in ``facts``), were it touched.

    A missing class or date is ``UNKNOWN`` or ``NOTED`` as the policy reads it; a road without a date of overhaul is
    taken as never overhauled where the layer dates any. A hand-over that is still to come is ``UNKNOWN``: until then
    the road is not protected.
    """
    key = {"years_since_delivered": "delivered", "years_since_overhauled": "overhauled"}.get(rule.quantity, "class")
    kept = key in facts.keeps
    reading, default = ("missing_fact", "survey_first") if kept else ("facts_not_kept", "noted")
    missing = UNKNOWN if _option(rule, reading, options, default) == "survey_first" else NOTED
    if key == "overhauled" and kept:
        missing = PASSES
    if key == "class":
        classes = [facts.classes[road] for road in roads]
        return np.array(
            [missing if c is None else FAILS if c in _words(rule) else PASSES for c in classes], dtype=np.int8
        )
    days = facts.delivered if key == "delivered" else facts.overhauled
    last_counts = _option(rule, "last_day", options, "protected" if rule.op == "<=" else "free") == "protected"
    return np.array([_age(rule, days[road], on, last_counts, missing) for road in roads], dtype=np.int8)


def _age(rule: Rule, day: date | None, on: date, last_counts: bool, missing: int) -> int:
    if day is None:
        return missing
    if day > on:
        return UNKNOWN
    last = protected_until(rule, day)
    return FAILS if on < last or (on == last and last_counts) else PASSES


def protected_until(rule: Rule, day: date) -> date:
    """Return the last day of the years that a road is protected from ``day`` on; its anniversary.

    Examples
    --------
    >>> from datetime import date
    >>> from survey.policies import load_policy
    >>> protected_until(load_policy("neixiang").rule("NX-EX3"), date(2020, 2, 29))
    datetime.date(2025, 2, 28)
    """
    return after_months(day, round(12 * rule.limit))
