"""Let the parties of a chance answer it: events as in `survey.cases`, decided, kept and replayed the same way."""

from survey.opportunities.answers.deciding import decide, possible
from survey.opportunities.answers.state import Talk, evolve, parties_of, replay, snapshot_of

__all__ = ["Talk", "decide", "evolve", "parties_of", "possible", "replay", "snapshot_of"]
