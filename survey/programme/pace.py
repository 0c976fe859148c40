"""Estimate how many weeks a route takes, from its length and the way it is laid: the county's data, a judgement."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from math import ceil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_METHOD = "open_cut"


@dataclass(frozen=True, slots=True)
class Pace:
    """Weeks to set up and metres a week, by method; where they come from, and how far to trust them."""

    set_up_weeks: Mapping[str, float]
    metres_a_week: Mapping[str, float]
    status: str
    source_zh: str
    source_en: str

    def weeks(self, length_m: float, method: str | None) -> int:
        """Return whole weeks for a length in metres; a method that is not known is an open cut. At least 1.

        Examples
        --------
        >>> known_pace().weeks(300.0, None), known_pace().weeks(0.0, "pipe_jacking")
        (4, 2)
        """
        kind = method if method is not None and method in self.metres_a_week else DEFAULT_METHOD
        return max(1, ceil(self.set_up_weeks[kind] + length_m / self.metres_a_week[kind]))


@lru_cache(maxsize=1)
def known_pace() -> Pace:
    """Return the pace of ``pace.toml``."""
    return Pace(**tomllib.loads(files(__package__).joinpath("pace.toml").read_text("utf-8")))
