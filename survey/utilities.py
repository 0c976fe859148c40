"""Name the utilities: their keys, words, codes, colours and the width of a trench for them."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.faults import Fault, refuse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Utility:
    """One of the utilities.

    Parameters
    ----------
    key
        The stable name in files, columns and the API.
    zh, en
        The name people see.
    code, colour
        Code of the CJJ 61-2017 utility class and its colour as ``#rrggbb``. Broadcast has no class of its own: ``GB``
        is a kind of telecom there (as cable television ``DS`` is) and bears its colour.
    trench_width_m
        Bottom width of the usual open trench of one small line (metres); the working strip taken of a green where a
        county states no other. A surveyor who knows the diameter knows better.
    width_source, width_status
        Where that width was read, and how far to trust it: ``one source`` or ``memory only`` (recalled, found in no
        page; a person checks it against the paper standard before calling it normative).
    synonyms
        Other words for the utility met in files, in lower case and half width.
    """

    key: str
    zh: str
    en: str
    code: str
    colour: str
    trench_width_m: float
    width_source: str
    width_status: str
    synonyms: tuple[str, ...]


_ALL = (
    Utility(
        "water", "给水", "Water", "JS", "#00ffff", 0.8,
        "GB 50268-2008 4.3.2: D0 0.2 m + 2 × 0.3 m (plastic or metal, D0 ≤ 500 mm), not shored", "one source",
        ("供水", "自来水", "上水", "给水管", "给水管线", "供水管线", "水", "配水", "输水", "原水", "js",
         "water supply", "potable water", "waterworks"),
    ),
    Utility(
        "drainage", "排水", "Drainage", "PS", "#4c3926", 1.0,
        "GB 50268-2008 4.3.2: D0 0.4 m + 2 × 0.3 m (plastic, D0 ≤ 500 mm), not shored", "one source",
        ("污水", "雨水", "雨污合流", "下水", "下水道", "排水管", "排水管线", "ps", "ws", "ys", "hs",
         "sewer", "sewerage", "sewage", "storm", "wastewater"),
    ),
    Utility(
        "power", "电力", "Power", "DL", "#ff0000", 0.6,
        "quota rule for a trench of one or two direct-buried cables, top width", "memory only",
        ("供电", "电", "电缆", "电力管线", "电力电缆", "路灯", "dl", "gd", "electric", "electricity", "power cable"),
    ),
    Utility(
        "gas", "燃气", "Gas", "RQ", "#ff00ff", 0.7,
        "CJJ 33-2005 table 2.3.3, DN 100-200 (replaced by GB/T 51455-2023)", "memory only",
        ("供气", "气", "天然气", "煤气", "液化气", "燃气管", "燃气管线", "rq", "tr", "mq", "yh", "natural gas"),
    ),
    Utility(
        "heat", "热力", "Heat", "RL", "#ff8000", 1.2,
        "CJJ 28: twin pipes 2 × 0.28 m + gap 0.2 m + 2 × 0.2 m, rounded up", "memory only",
        ("供热", "供暖", "暖", "暖气", "热水", "蒸汽", "热力管", "热力管线", "rl", "rs", "zq",
         "heating", "district heating", "steam"),
    ),
    Utility(
        "telecom", "通信", "Telecom", "TX", "#00ff00", 0.4,
        "communication quota for a direct-buried cable 0.3-0.4 m, the wider", "memory only",
        ("供信", "信", "网", "网络", "电信", "移动", "联通", "通讯", "光缆", "信息网络", "电话", "通信管线", "弱电",
         "tx", "dx", "dh", "xx", "telecommunication", "telecommunications", "communication", "fibre", "fiber"),
    ),
    Utility(
        "broadcast", "广电", "Broadcast", "GB", "#00ff00", 0.4,
        "communication quota for a direct-buried cable 0.3-0.4 m, the wider", "memory only",
        ("有线电视", "广播", "广播电视", "电视", "楚天视讯", "ds", "gb", "cable tv", "catv", "television"),
    ),
)  # fmt: skip
UTILITIES: Mapping[str, Utility] = MappingProxyType({utility.key: utility for utility in _ALL})
_NUMBER = {key: number for number, key in enumerate(UTILITIES)}
_WORDS = {
    word: utility.key
    for utility in _ALL
    for word in (utility.key, utility.zh, utility.en.lower(), *utility.synonyms)
}  # fmt: skip


def utility_names(keys: Iterable[str]) -> tuple[str, str]:
    """Return the names of utilities as a sentence lists them, in Chinese and English; an unknown key stays as it is.

    >>> utility_names(["water", "gas"]), utility_names(["wine"])
    (('给水、燃气', 'Water, Gas'), ('wine', 'wine'))
    """
    known = [(UTILITIES[key].zh, UTILITIES[key].en) if key in UTILITIES else (key, key) for key in keys]
    return "、".join(zh for zh, _ in known), ", ".join(en for _, en in known)


def utility_key(word: object) -> str | None:
    """Return the key of the utility that ``word`` names, in Chinese, English or by its CJJ 61 code; None if none.

    Full-width letters, case and surrounding blanks do not matter. None and NaN name nothing.

    Examples
    --------
    >>> utility_key("自来水"), utility_key(" Gas "), utility_key("ＪＳ"), utility_key("通信管线")
    ('water', 'gas', 'water', 'telecom')
    >>> utility_key("石油") is None and utility_key(float("nan")) is None
    True
    """
    if not isinstance(word, str):
        return None
    return _WORDS.get(unicodedata.normalize("NFKC", word).strip().lower().replace("_", " "))


def utility_keys(words: Sequence[Any], *, ids: Sequence[Any] | None = None) -> tuple[list[str | None], list[Fault]]:
    """Return the key for each word and a fault for each word that names no utility.

    Parameters
    ----------
    words
        Values as read from a file.
    ids
        The features' ids, for the faults; else their positions from 0.

    Examples
    --------
    >>> keys, faults = utility_keys(["给水", "石油"])
    >>> keys, faults[0].code, faults[0].feature
    (['water', None], 'utility.unknown', 1)
    """
    known: dict[Any, str | None] = {}
    keys: list[str | None] = []
    faults: list[Fault] = []
    for position, word in enumerate(words):
        if isinstance(word, str):
            if word not in known:
                known[word] = utility_key(word)
            key = known[word]
        else:
            key = None
        keys.append(key)
        if key is None:
            faults.append(unknown_utility(word, ids[position] if ids is not None else position))
    return keys, faults


def unknown_utility(word: object, feature: str | int | None = None) -> Fault:
    """Return the fault of a value that names no utility, with the ones that are known."""
    known_zh = "、".join(f"{u.zh}（{u.key}）" for u in _ALL)
    missing = word is None or word != word  # noqa: PLR0124 - NaN is the one value unequal to itself
    return Fault(
        "utility.missing" if missing else "utility.unknown",
        "没有填写管线类别" if missing else "不认识的管线类别",
        "no utility is given" if missing else "unknown utility",
        f"填写其中之一：{known_zh}",
        f"use one of: {', '.join(UTILITIES)}",
        feature=feature,
        field="utility",
        value=None if missing else str(word),
    )


def group_of(keys: Iterable[Any]) -> NDArray[np.int64]:
    """Return the number of each utility (its place in `UTILITIES`), for kernels that know no names.

    Raises
    ------
    BadInputError
        With one fault for each value that is no utility; synonyms are accepted.

    Examples
    --------
    >>> group_of(["water", "gas", "water"])
    array([0, 3, 0])
    >>> group_of([])
    array([], dtype=int64)
    """
    found, faults = utility_keys(list(keys))
    refuse(faults)
    return np.fromiter((_NUMBER[key] for key in found if key), dtype=np.int64, count=len(found))
