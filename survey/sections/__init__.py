"""Lay the lines of one trench side by side by the standards: the narrowest section, what holds it, what it saves."""

from survey.sections.best import LaidLine, OrderCost, PairGap, Section, best_section
from survey.sections.rules import SectionLine, Site

__all__ = ["LaidLine", "OrderCost", "PairGap", "Section", "SectionLine", "Site", "best_section"]
