"""Look a chance up by its id: in the plans as they are today, and in what its parties said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import Path

from api.errors import ProblemError, not_found

if TYPE_CHECKING:
    from api.dependencies import Service
    from survey.opportunities import Opportunity
    from survey.opportunities.answers import Talk

Identity = Annotated[str, Path(description="The chance's id.", pattern=r"^O[0-9a-f]{16}$")]


def known(service: Service, opportunity_id: str) -> tuple[Talk, Opportunity | None]:
    """Return a chance as it stands and as it is in the plans; refuse an id that neither knows."""
    record = service.opportunities.on(service.today()).records.get(opportunity_id)
    talk = service.talks().talk(opportunity_id)
    if record is None and talk.seq == 0:
        raise no_such(opportunity_id)
    return talk, record


def present(service: Service, opportunity_id: str) -> None:
    """Refuse a chance that is not in the plans."""
    if opportunity_id not in service.opportunities.on(service.today()).records:
        raise no_such(opportunity_id)


def no_such(opportunity_id: str) -> ProblemError:
    """Return the refusal of a chance that is not in the plans."""
    return not_found(f"现在没有同沟机会 {opportunity_id}", f"there is no chance {opportunity_id} now")
