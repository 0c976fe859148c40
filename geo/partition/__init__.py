"""Search more lines than one memory holds, on processes or machines that may fail."""

from geo.partition.crews import Crew, cluster_crew, here, local_crew
from geo.partition.nearby import gather_nearby
from geo.partition.parts import RUN_ORDER, TRENCH_ORDER, in_order, runs_of, shapes_of, trenches_of
from geo.partition.search import Found, Place, Spool, find_and_join, vertices_a_task
from geo.partition.tasks import Limits

__all__ = [
    "RUN_ORDER",
    "TRENCH_ORDER",
    "Crew",
    "Found",
    "Limits",
    "Place",
    "Spool",
    "cluster_crew",
    "find_and_join",
    "gather_nearby",
    "here",
    "in_order",
    "local_crew",
    "runs_of",
    "shapes_of",
    "trenches_of",
    "vertices_a_task",
]
