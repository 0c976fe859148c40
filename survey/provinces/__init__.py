"""Work off files of a province that need not fit into memory, on several processes: trenches, and findings."""

from survey.provinces.findings import WrittenFindings, write_findings
from survey.provinces.judging import Question
from survey.provinces.trenches import Written, write_province

__all__ = ["Question", "Written", "WrittenFindings", "write_findings", "write_province"]
