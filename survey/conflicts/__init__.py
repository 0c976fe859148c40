"""Say what of planned routes conflicts with what: walls, depths, roads, dates; each finding with clause and mend."""

from survey.conflicts.batch import find_conflicts
from survey.conflicts.resident import Conflicts

__all__ = ["Conflicts", "find_conflicts"]
