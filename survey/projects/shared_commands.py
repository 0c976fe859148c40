"""Carry out once for all parts of a joint project what a case asks for each: one application, one acceptance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from survey.cases.commands import COMMAND_BODIES
from survey.cases.permit_commands import ApplyApprovals, DecideApproval, DecideCommitment, ReturnApproval
from survey.cases.works_commands import AcceptWorks, FileAcceptance, RejectWorks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from survey.cases.state import Case

SHARED = tuple(
    body.kind
    for body in (
        ApplyApprovals,
        ReturnApproval,
        DecideApproval,
        DecideCommitment,
        FileAcceptance,
        AcceptWorks,
        RejectWorks,
    )
)
"""Commands that are given once for all parts."""


def shared_commands(
    kind: str, data: Mapping[str, Any], case: Case, utilities: Sequence[str]
) -> list[tuple[str, dict[str, Any]]]:
    """Return the fields of the commands that one command for all parts stands for, each after its part.

    Parameters
    ----------
    kind
        Of `SHARED`.
    data
        Its fields, but for the utility.
    case
        As it stands: a permission is decided in those parts that have applied for it.
    utilities
        The parts of the project, in their order.

    Returns
    -------
    list of (str, dict)
        Empty where nothing of it is open in any part.
    """
    parts = [one for one in utilities if one in case.tasks]
    if kind == FileAcceptance.kind:
        return [("all", {**data, "utilities": parts, "together": True})] if parts else []
    approval = data.get("approval")
    if isinstance(approval, str):  # what is none is refused with the other fields, part by part
        parts = [one for one in parts if approval in case.tasks[one].approvals]
    body = COMMAND_BODIES[kind]
    ready = [one for one in parts if case.tasks[one].status in body.statuses and body.ready(case, case.tasks[one])]
    return [(one, {**data, "utility": one}) for one in ready]
