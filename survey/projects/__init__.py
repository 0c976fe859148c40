"""Make one project of what several parties agreed to dig together: `package.md`."""

from survey.projects.joint import Excavation, JointCommitment, JointProject, Judged, joint_project
from survey.projects.shared_commands import SHARED, shared_commands

__all__ = [
    "SHARED",
    "Excavation",
    "JointCommitment",
    "JointProject",
    "Judged",
    "joint_project",
    "shared_commands",
]
