"""Bound what people write in commands: a text of a megabyte is no reason, and is shown, printed and hashed for ever."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from geo.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LONG = 2_000
LIMITS: Mapping[str, int] = MappingProxyType(
    {
        "reason": LONG, "opinion": LONG, "note": LONG, "text": LONG, "comment": LONG, "form": LONG,
        "answer": LONG, "minutes": 20_000,
    }
)  # fmt: skip
"""Characters that a text of a command may have, by its field; a list's limit is that of each text in it."""
DEFAULT = 200
"""Of every other text: names, keys, ids, papers."""
MOST_TEXTS = 500
"""How many texts a list or a form may hold."""
RECORDS = frozenset({"answer", "who"})
"""Fields that may be records, each text of which has the limit of its own name."""
MEASURED = frozenset({"judgement", "quantities"})
"""Fields that are measured and nobody writes."""


def too_long(data: Mapping[str, Any]) -> list[Fault]:
    """Return a fault for every text of a command that is longer than its field allows.

    Examples
    --------
    >>> [fault.field for fault in too_long({"utility": "water", "reason": "长" * 2001, "papers": ["x" * 201]})]
    ['reason', 'papers']
    >>> [fault.field for fault in too_long({"answer": {"note": "长" * 2001, "unit": "m" * 201}})]
    ['answer.note', 'answer.unit']
    >>> too_long({"reason": "长" * 2000})
    []
    """
    found = []
    for name, value in data.items():
        if name in RECORDS and isinstance(value, dict):
            found += [fault.at(field=f"{name}.{fault.field}") for fault in too_long(value)]
        elif name not in MEASURED:
            found += _faults(name[:DEFAULT], list(_texts(value)), LIMITS.get(name, DEFAULT))
    return found


def _faults(field: str, texts: list[str], limit: int) -> Iterator[Fault]:
    if len(texts) > MOST_TEXTS:
        yield Fault(
            "case.too_many", f"共 {len(texts)} 条，最多 {MOST_TEXTS} 条", f"{len(texts)} texts, at most {MOST_TEXTS}",
            "分开填报", "give fewer", field=field, value=len(texts),
        )  # fmt: skip
    longest = max(map(len, texts), default=0)
    if longest > limit:
        yield Fault(
            "case.too_long", f"有 {longest:,} 个字，最多 {limit:,} 个字", f"{longest:,} characters, at most {limit:,}",
            "请缩短，详细内容另附材料", "shorten it and attach the rest as a paper", field=field, value=longest,
        )  # fmt: skip


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    """Yield every text in a value, the keys of objects among them."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield str(key)
            yield from _texts(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _texts(one)
