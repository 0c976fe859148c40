"""Compare what was laid with what was committed to; a breach is beyond the doubt of measuring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from survey.cases.state import Breach

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from survey.cases.records import Judgement, Measured
    from survey.policies import Policy

TINY = 1e-6
"""A micrometre, for computing."""

DESIGN = "design"
"""The rule of a breach where the document sets no limit: the design itself was committed to."""


def breaches(committed: Judgement, built: Mapping[str, Measured], policy: Policy) -> list[Breach]:
    """Return what was laid beyond what was committed to.

    Parameters
    ----------
    committed
        The verdict that the commitment was signed on. Where its trace holds limits, those are the measure; where it
        holds none, the quantities of the design are (赤壁, 附件3: 严格按设计方案施工).
    built
        What was measured of the works.

    Examples
    --------
    >>> from survey.cases.records import Judgement, Measured
    >>> from survey.policies import load_policy
    >>> limit = {"rule": "NX-TH2", "kind": "threshold", "outcome": "passes", "limit": 200.0, "op": "<="}
    >>> signed = Judgement("W1", 1, "commitment", trace=(limit,))
    >>> [len(breaches(signed, {"length_m": Measured(m, 0.2)}, load_policy("neixiang"))) for m in (200.1, 200.3)]
    [0, 1]
    """
    found = []
    for rule, quantity, limit, doubt in _limits(committed, policy):
        laid = built.get(quantity)
        if laid is not None and laid.value - laid.uncertainty - doubt > limit + TINY:
            found.append(Breach(rule, quantity, laid.value, laid.uncertainty + doubt, limit))
    return found


def _limits(committed: Judgement, policy: Policy) -> Iterator[tuple[str, str, float, float]]:
    """Yield rule, quantity, limit and the limit's own uncertainty."""
    lines = [line for line in committed.trace if line["kind"] == "threshold" and line.get("limit") is not None]
    for line in lines:
        yield str(line["rule"]), policy.rule(str(line["rule"])).quantity, float(line["limit"]), 0.0
    if not lines:
        for quantity, designed in committed.quantities.items():
            yield DESIGN, quantity, designed.value, designed.uncertainty


def kept(found: Sequence[Breach], built: Mapping[str, Measured]) -> bool:
    """Return whether everything that was beyond has been measured again: what was not is not mended."""
    return all(breach.quantity in built for breach in found)
