"""The standards as data: every value with its clause, its evidence and how far to trust it.

`clauses.clauses`, `orders.orders` and `quality.quality` are asked of their modules, which bear the same names.
"""

from survey.standards.citations import Cell, Citation
from survey.standards.classes import Classes
from survey.standards.clauses import (
    Clause,
    bridge_ban,
    clause,
    dig_ban,
    skew_limit,
)
from survey.standards.clearances import cover, horizontal, vertical
from survey.standards.gas import GasClass, gas_class, gas_classes
from survey.standards.orders import Place, above, courtyard_rank, crossing_rank, place, red_line_rank, yields
from survey.standards.quality import Accuracy, Quality, accuracies, qualities, quality_of
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
    "bridge_ban",
    "clause",
    "courtyard_rank",
    "cover",
    "crossing_rank",
    "dig_ban",
    "gas_class",
    "gas_classes",
    "horizontal",
    "place",
    "qualities",
    "quality_of",
    "red_line_rank",
    "skew_limit",
    "slope",
    "trench_width",
    "vertical",
    "working_width",
    "yields",
]
