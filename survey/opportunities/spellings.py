"""Suggest which names of operators are one company in several spellings, and say why; a person decides.

Nothing is merged: two companies taken for one would answer for each other. So two names are never suggested that differ
in a place, a number, a direction, or in what the company supplies: 电力公司 and 热力公司 differ by one character.

Names that differ in width, case or blanks alone are one operator already (`operator_key`), and are told as one.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

from survey.joined import operator_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from collections.abc import Set as AbstractSet

LEGAL_FORMS = (
    "股份有限责任公司", "有限责任公司", "股份有限公司", "集团有限公司", "有限公司", "总公司", "分公司", "子公司",
    "公司", "集团", "co.,ltd.", "co.,ltd", "co.ltd", "ltd.", "ltd", "inc.", "inc",
)  # fmt: skip
"""What a name may end with that tells no companies apart."""
DISTINGUISHING = frozenset("0123456789一二三四五六七八九十甲乙丙丁东西南北新老水电气热暖汽油信视网污雨")
"""Characters that tell companies apart where everything else is equal."""
LONG_NAME, VERY_LONG_NAME = 5, 10
"""From how many characters on one or two may be a slip of the pen."""
_PLACE = re.compile(r"^((?:[\u4e00-\u9fff]{2,3}省)?(?:[\u4e00-\u9fff]{2,4}市)?(?:[\u4e00-\u9fff]{1,4}[县区镇])?)(.*)$")
_BRACKETS = re.compile(r"[(\[{<].*?[)\]}>]")


@dataclass(frozen=True, slots=True)
class Likeness:
    """Why two names may be one.

    ``kind`` is ``form`` (place, legal form) or ``slip`` (a character or two).
    """

    a: str
    b: str
    kind: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Names that may be one company, the most used first (of equally many the longest), and why, pair by pair."""

    names: tuple[str, ...]
    why: tuple[Likeness, ...]


@dataclass(frozen=True, slots=True)
class _Name:
    """A name as it is compared: the place it begins with, what stands in brackets, and what is left of it."""

    given: str
    place: str
    aside: str
    core: str


def suggested_spellings(names: Iterable[str | None]) -> list[Suggestion]:
    """Return the groups of names that may be one company each; names that are like no other are in none.

    Parameters
    ----------
    names
        As the layers have them, each as often as it is used; None and blanks name nobody.

    Returns
    -------
    list of Suggestion
        In a group every two names are alike. A name may be in several: 供水公司 may be that of either county.

    Notes
    -----
    Every two names are compared: some hundreds take milliseconds, thousands seconds.

    Examples
    --------
    >>> (found,) = suggested_spellings(["内乡县供水有限公司", "内乡县供水公司", "内乡县供电公司"])
    >>> found.names, found.why[0].kind
    (('内乡县供水有限公司', '内乡县供水公司'), 'form')
    """
    used = _once_each(names)
    parsed = {name: _parsed(name) for name in sorted(used)}
    places = {_short(one.place): one.place for one in parsed.values() if len(_short(one.place)) > 1}
    parsed = {name: _placed(one, places) for name, one in parsed.items()}
    alike = {
        frozenset((a, b)): found
        for a, b in combinations(sorted(used), 2)
        if (found := _likeness(parsed[a], parsed[b])) is not None
    }
    near: dict[str, set[str]] = {}
    for pair in alike:
        a, b = pair
        near.setdefault(a, set()).add(b)
        near.setdefault(b, set()).add(a)
    groups = sorted(tuple(sorted(group)) for group in _cliques(set(), set(near), set(), near))
    return [
        Suggestion(
            tuple(sorted(group, key=lambda name: (-used[name], -len(name), name))),
            tuple(alike[frozenset(pair)] for pair in combinations(group, 2)),
        )
        for group in groups
    ]


def _once_each(names: Iterable[str | None]) -> dict[str, int]:
    """Return each operator by its most used spelling, and how often it is met in all.

    >>> _once_each(["abc 水司", "ＡＢＣ水司", "abc 水司", " "])
    {'abc 水司': 3}
    """
    spelt: dict[str, Counter[str]] = {}
    for name in names:
        key = operator_key(name)
        if name is not None and key is not None:
            spelt.setdefault(key, Counter())[name.strip()] += 1
    return {min(some, key=lambda name: (-some[name], -len(name), name)): some.total() for some in spelt.values()}


def _cliques(
    inside: AbstractSet[str], possible: set[str], done: set[str], near: Mapping[str, AbstractSet[str]]
) -> Iterator[frozenset[str]]:
    """Yield the largest groups in which all are near each other (Bron and Kerbosch, with a pivot)."""
    if not possible and not done:
        if inside:
            yield frozenset(inside)
        return
    pivot = max(sorted(possible | done), key=lambda name: len(near[name] & possible))
    for name in sorted(possible - near[pivot]):
        yield from _cliques({*inside, name}, possible & near[name], done & near[name], near)
        possible = possible - {name}
        done = done | {name}


def _parsed(name: str) -> _Name:
    key = operator_key(name) or ""
    place, rest = _split_place(_BRACKETS.sub("", key))
    return _Name(name, place, "".join(_BRACKETS.findall(key)), _without_form(rest) or rest or key)


def _split_place(key: str) -> tuple[str, str]:
    """Return the place a name begins with and the rest; no place where nothing would be left."""
    found = _PLACE.match(key)
    return (found[1], found[2]) if found and found[2] else ("", key)


def _without_form(rest: str) -> str:
    shorter = rest
    while (form := next((one for one in LEGAL_FORMS if shorter.endswith(one)), None)) is not None:
        shorter = shorter[: -len(form)]
    return shorter


def _likeness(a: _Name, b: _Name) -> Likeness | None:
    if _elsewhere(a, b):
        return None
    if a.core == b.core:
        return Likeness(
            a.given, b.given, "form", f"去掉地名和公司字样后都是“{a.core}”",
            f"without place and legal form both are {a.core!r}",
        )  # fmt: skip
    differing = _slip(a.core, b.core)
    if differing is None or set(differing) & DISTINGUISHING or _of_a_code(differing, a.core, b.core):
        return None
    return Likeness(
        a.given, b.given, "slip", f"只差“{'、'.join(differing)}”，可能是笔误",
        f"they differ only by {', '.join(differing)}: perhaps a slip",
    )  # fmt: skip


def _short(place: str) -> str:
    """Return the last part of a place without its 省, 市, 县, 区 or 镇.

    >>> _short("河南省内乡县"), _short("")
    ('内乡', '')
    """
    return re.split("[省市县区镇]", place[:-1])[-1]


def _placed(name: _Name, places: Mapping[str, str]) -> _Name:
    """Return a name that begins with a place that others write in full, such as 内乡, as one that names the place."""
    if name.place:
        return name
    short = max((one for one in places if name.core.startswith(one) and name.core != one), key=len, default="")
    return replace(name, place=places[short], core=name.core.removeprefix(short)) if short else name


def _elsewhere(a: _Name, b: _Name) -> bool:
    """Return whether two names speak of two places."""
    apart = a.place and b.place and not (a.place.endswith(b.place) or b.place.endswith(a.place))
    return bool(apart) or bool(a.aside and b.aside and a.aside != b.aside)


def _of_a_code(differing: Iterable[str], a: str, b: str) -> bool:
    """Return whether what differs are letters of a code, such as A and G: there is no slip to see in few letters."""
    letters = min(sum(one.isascii() for one in core) for core in (a, b))
    return letters < LONG_NAME and any(one.isascii() for one in differing)


def _slip(a: str, b: str) -> tuple[str, ...] | None:
    """Return the characters in which two cores differ by one edit or two; None where by more or they are too short."""
    shorter = min(len(a), len(b))
    most = 0 if shorter < LONG_NAME else 1 if shorter < VERY_LONG_NAME else 2
    if abs(len(a) - len(b)) > most:
        return None
    found = _edits(a, b, most)
    return None if found is None else tuple(dict.fromkeys(found))


def _edits(a: str, b: str, most: int) -> str | None:
    """Return the characters of a shortest way from one text to the other in at most ``most`` edits; None for none.

    An edit adds, drops or changes a character or exchanges two neighbours.

    Examples
    --------
    >>> _edits("城投燃气", "城投然气", 1), _edits("城投燃气", "投城燃气", 1), _edits("城投", "城建燃气", 1)
    ('燃然', '城投', None)
    """
    while a and b and a[0] == b[0]:
        a, b = a[1:], b[1:]
    if not a or not b:
        rest = a or b
        return rest if len(rest) <= most else None
    if most == 0:
        return None
    ways = [(a[0] + b[0], a[1:], b[1:]), (a[0], a[1:], b), (b[0], a, b[1:])]
    if a[:2] == b[1::-1] and len(a) > 1:
        ways.append((a[:2], a[2:], b[2:]))
    found = [said + left for said, x, y in ways if (left := _edits(x, y, most - 1)) is not None]
    return min(found, key=len, default=None)
