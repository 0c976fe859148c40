"""The standards as data: every value with its clause, its evidence and how far to trust it."""

from survey.standards.citations import Cell, Citation
from survey.standards.classes import Classes
from survey.standards.clauses import (
    Clause,
    below_river,
    bridge_ban,
    clause,
    clauses,
    dig_ban,
    foundation_distance,
    skew_limit,
)
from survey.standards.clearances import cover, horizontal, vertical
from survey.standards.gas import GasClass, gas_class, gas_classes
from survey.standards.orders import Place, above, courtyard_rank, crossing_rank, orders, place, red_line_rank, yields
from survey.standards.quality import Accuracy, Quality, accuracies, qualities, quality, quality_of
from survey.standards.trenches import slope, trench_width, working_width

__all__ = [
    "Accuracy",
    "Cell",
    "Citation",
    "Classes",
    "Clause",
    "GasClass",
    "Place",
    "Quality",
    "above",
    "accuracies",
    "below_river",
    "bridge_ban",
    "clause",
    "clauses",
    "courtyard_rank",
    "cover",
    "crossing_rank",
    "dig_ban",
    "foundation_distance",
    "gas_class",
    "gas_classes",
    "horizontal",
    "orders",
    "place",
    "qualities",
    "quality",
    "quality_of",
    "red_line_rank",
    "skew_limit",
    "slope",
    "trench_width",
    "vertical",
    "working_width",
    "yields",
]
