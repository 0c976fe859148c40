"""Keep a visit as events: planned, invited, held, answered and signed on site, decided and replayed as cases are."""

from survey.visits.keeping.deciding import decide, possible
from survey.visits.keeping.state import Visit, evolve, replay

__all__ = ["Visit", "decide", "evolve", "possible", "replay"]
