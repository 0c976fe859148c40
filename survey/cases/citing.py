"""Find the clauses that an event or a refusal rests on; where the document is silent, say that."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from survey.cases.records import Cite
from survey.cases.words import SILENT_CLAUSE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from survey.policies import Cited, Policy, Rule

_BLANKS: Mapping[str, str] = MappingProxyType(
    {"deficiency": "-PM0", "tacit_consent": "-TA0", "rating": "-RT0", "commitment": "-CM0", "fee": "-FE0"}
)
"""How the rule ends that says a document is silent on a kind of provision."""


def cites(policy: Policy, topics: Iterable[str], on: date) -> tuple[Cite, ...]:
    """Return one clause for each topic that the document speaks of; else the one that says that it is silent.

    Parameters
    ----------
    topics
        ``stage:KEY``, ``kind:PROVISION``, ``measure:MEASURE``, ``event:MILESTONE`` or ``rule:ID``.

    Examples
    --------
    >>> from datetime import date
    >>> from survey.policies import load_policy
    >>> cites(load_policy("neixiang"), ["kind:commitment"], date(2026, 12, 1))
    (Cite(rule='NX-CM1', document='内城管〔2022〕125号', clause='四(二)'),)
    >>> cites(load_policy("neixiang"), ["kind:manager"], date(2026, 12, 1))[0].clause
    '文件未规定'
    """
    found: dict[str, Cite] = {}
    for topic in topics:
        for rule_id, one in _candidates(policy, topic):
            if one.in_force(on):
                found.setdefault(rule_id, Cite(rule_id, one.document, one.clause))
                break
    return tuple(found.values()) or (Cite("", policy.document, SILENT_CLAUSE),)


def _candidates(policy: Policy, topic: str) -> Iterator[tuple[str, Cited | Rule]]:
    """Yield what speaks of a topic, the best first."""
    sort, _, key = topic.partition(":")
    if sort == "stage":
        stages = [stage for stage in policy.stages if stage.key == key]
        yield from ((stage.id, stage) for stage in sorted(stages, key=lambda stage: stage.strictness))
    elif sort == "event":
        yield from ((stage.id, stage) for stage in policy.stages if stage.end_event == key)
        yield from ((stage.id, stage) for stage in policy.stages if stage.start_event == key)
    elif sort == "kind":
        if key == "scope":
            yield from ((rule.id, rule) for rule in policy.rules if rule.kind == key)
        yield from ((one.id, one) for one in policy.provisions if one.kind == key)
        yield from _blank(policy, key)
    elif sort == "measure":
        yield from ((one.id, one) for one in policy.provisions if key in one.measures)
    else:
        yield from ((one.id, one) for one in policy.provisions if one.id == key)
        yield from ((stage.id, stage) for stage in policy.stages if stage.id == key)
        yield from ((rule.id, rule) for rule in policy.rules if rule.id == key)


def _blank(policy: Policy, kind: str) -> Iterator[tuple[str, Cited | Rule]]:
    suffix = _BLANKS.get(kind)
    if suffix is not None:
        yield from ((one.id, one) for one in policy.provisions if one.kind == "blank" and one.id.endswith(suffix))


def speaks(policy: Policy, topic: str, on: date) -> bool:
    """Return whether a document says something of a topic; that it was searched and is silent is not saying."""
    return any(one.in_force(on) and getattr(one, "kind", "") != "blank" for _, one in _candidates(policy, topic))
