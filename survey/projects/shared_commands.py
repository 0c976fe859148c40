"""Carry out once for all parts of a joint project what a case asks for each: one application, one acceptance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.faults import Fault, refuse
from survey.cases.commands import COMMAND_BODIES
from survey.cases.permit_commands import (
    ApplyApprovals,
    DecideApproval,
    DecideCommitment,
    ReturnApproval,
    SignCommitment,
)
from survey.cases.works_commands import (
    AcceptWorks,
    FileAcceptance,
    FinishConstruction,
    RejectWorks,
    StartConstruction,
)
from survey.utilities import utility_names

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
        SignCommitment,
        DecideCommitment,
        StartConstruction,
        FinishConstruction,
        FileAcceptance,
        AcceptWorks,
        RejectWorks,
    )
)
"""Commands that are given once for all parts."""


COMMITTED = ("offered", "signed", "decided")
"""Where the commitment of a part stands that all may still give together."""


def shared_commands(
    kind: str, data: Mapping[str, Any], case: Case, utilities: Sequence[str], company: str = ""
) -> list[tuple[str, dict[str, Any]]]:
    """Return the fields of the commands that one command for all parts stands for, each after its part.

    Parameters
    ----------
    kind
        Of `SHARED`.
    data
        Its fields, but for the utility; of `sign_commitment` the revision is that which was judged in each part.
    case
        As it stands: a permission is decided in those parts that have applied for it.
    utilities
        The parts of the project, in their order.
    company
        Who acts for its own parts alone; empty: for all.

    Returns
    -------
    list of (str, dict)
        Empty where nothing of it is open in any part.

    Raises
    ------
    BadInputError
        If a commitment is to be signed and a part cannot commit: a joint one is of all parts or none.
    """
    parts = [one for one in utilities if one in case.tasks]
    own = [one for one in parts if not company or case.tasks[one].operator in ("", company)]
    if kind == FileAcceptance.kind:
        return [("all", {**data, "utilities": own, "together": own == parts})] if own else []
    if kind == SignCommitment.kind:
        _refuse_without_all(case, parts)
    approval = data.get("approval")
    if isinstance(approval, str):  # what is none is refused with the other fields, part by part
        own = [one for one in own if approval in case.tasks[one].approvals]
    body = COMMAND_BODIES[kind]
    ready = [one for one in own if case.tasks[one].status in body.statuses and body.ready(case, case.tasks[one])]
    return [(one, {**data, **_of_part(kind, case, one, parts)}) for one in ready]


def _of_part(kind: str, case: Case, part: str, parts: Sequence[str]) -> dict[str, Any]:
    """Return the fields that follow from a part: which it is, the revision it was judged by, with whom it is dug."""
    if kind == SignCommitment.kind:
        return {"utility": part, "revision": case.tasks[part].revision}
    if kind == StartConstruction.kind:
        return {"utility": part, "together": [one for one in parts if one != part]}
    return {"utility": part}


def _refuse_without_all(case: Case, parts: Sequence[str]) -> None:
    """Refuse a joint commitment while a part cannot commit, has not been judged, or has declined."""
    missing = [one for one in parts if case.tasks[one].commitment not in COMMITTED]
    if missing:
        zh, en = utility_names(missing)
        refuse([
            Fault(
                "project.not_all_commit", f"{zh} 现在不能承诺，不能联合承诺", f"{en} cannot commit now, so not all can",
                "先判定各分项；不能承诺的，各分项按并联审批办理",
                "judge each part first; where one cannot commit, all take the ordinary approvals", field="kind",
            )
        ])  # fmt: skip
