"""The standards as data: every value with its clause, its evidence and how far to trust it."""

from survey.standards.citations import Cell, Citation
from survey.standards.classes import Classes
from survey.standards.clearances import cover, horizontal, vertical
from survey.standards.gas import GasClass, gas_class, gas_classes

__all__ = [
    "Cell",
    "Citation",
    "Classes",
    "GasClass",
    "cover",
    "gas_class",
    "gas_classes",
    "horizontal",
    "vertical",
]
