"""Find where planned routes could share a trench, what that saves, and what the parties make of it: `package.md`."""

from survey.opportunities.joining import runs_and_trenches

__all__ = ["runs_and_trenches"]
