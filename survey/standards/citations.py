"""Say where a value stands and how far it can be trusted."""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

STATUS: Mapping[str, tuple[str, str]] = MappingProxyType({
    "confirmed": ("两个以上来源一致", "two or more sources agree"),
    "one source": ("仅一个来源", "one source only"),
    "memory only": ("待核：凭记忆，未见原文", "unverified: recalled, the text was not seen"),
})  # fmt: skip
DIRECTNESS: Mapping[str, tuple[str, str]] = MappingProxyType({
    "transcribed": ("转录自该版原文", "transcribed from this edition"),
    "quoted": ("引自他处对该版的引用", "quoted from this edition by others"),
    "sibling": ("见于同类标准或旧版，非该版原格", "seen in a sibling standard or an older edition, not in this cell"),
    "secondary": ("见于二手资料", "seen in secondary texts"),
    "recalled": ("", ""),
})  # fmt: skip


class Assumed(NamedTuple):
    """One attribute that a line does not state, and what was taken for it.

    Parameters
    ----------
    attribute
        The column of ROUTES or PIPES that would state it, such as ``diameter_mm``.
    taken
        What was taken: millimetres, or the key of a row or condition of the tables such as ``d>200``.
    why_zh, why_en
        The sentence that says so in the evidence.
    """

    attribute: str
    taken: str
    why_zh: str
    why_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A place in a standard or a law, and how far it can be trusted.

    Parameters
    ----------
    standard, clause
        Such as ``GB 50289-2016`` and ``4.1.9``.
    status
        ``confirmed`` (two or more sources), ``one source`` or ``memory only`` (recalled; a person checks it against
        the paper before calling it normative).
    directness
        How near the sources are to the text itself; a key of `DIRECTNESS`.
    sources
        Keys of ``data/sources.csv``; none where the value is recalled.
    text_zh, text_en
        What it says, in our words.
    note_zh, note_en
        What else one should know; empty where nothing.
    clause_zh
        The clause in Chinese words where it is no number; empty: as ``clause``.
    """

    standard: str
    clause: str
    status: str
    directness: str
    sources: tuple[str, ...] = ()
    text_zh: str = ""
    text_en: str = ""
    note_zh: str = ""
    note_en: str = ""
    clause_zh: str = ""

    @property
    def unverified(self) -> bool:
        """Whether the value was only recalled (待核)."""
        return self.status == "memory only"

    @property
    def note(self) -> str:
        """The note in both languages, Chinese first; empty where there is none."""
        return f"{self.note_zh} / {self.note_en}" if self.note_zh else ""

    @property
    def trust_zh(self) -> str:
        """How far to trust it, in Chinese."""
        return "，".join(part for part in (STATUS[self.status][0], DIRECTNESS[self.directness][0]) if part)

    @property
    def trust_en(self) -> str:
        """How far to trust it, in English."""
        return ", ".join(part for part in (STATUS[self.status][1], DIRECTNESS[self.directness][1]) if part)

    @property
    def evidence_zh(self) -> str:
        """One sentence in Chinese: where it stands, what it says, how far to trust it."""
        return _joined_zh(f"{self.standard} {self.clause_zh or self.clause}", self.text_zh, self.trust_zh, self.note_zh)

    @property
    def evidence_en(self) -> str:
        """The same sentence in English."""
        return _joined_en(f"{self.standard} {self.clause}", self.text_en, self.trust_en, self.note_en)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell(Citation):
    """One looked-up value that explains itself.

    Parameters
    ----------
    value, unit
        The number; NaN where the subject lies outside the table (`outside`): then nothing can pass.
    row, column, condition
        Keys of the row and the column, and the condition of the cell ("" where it has none).
    assumed_zh, assumed_en
        For each missing attribute that decides the value: what was missing and which row was taken, the strictest.
    assumed
        The same as records, of the tables of clearances and cover.

    Examples
    --------
    >>> cell = Cell(value=1.0, unit="m", standard="GB 1", clause="2.3", row="a", column="b", condition="",
    ...             status="memory only", directness="recalled", text_zh="甲 × 乙：1.00 m", text_en="a × b: 1.00 m")
    >>> cell.evidence_en
    'GB 1 2.3: a × b: 1.00 m; unverified: recalled, the text was not seen'
    """

    value: float
    unit: str
    row: str
    column: str
    condition: str = ""
    assumed_zh: tuple[str, ...] = ()
    assumed_en: tuple[str, ...] = ()
    assumed: tuple[Assumed, ...] = ()

    @property
    def outside(self) -> bool:
        """Whether the subject lies outside the table; then ``value`` is NaN and another standard decides."""
        return math.isnan(self.value)

    @property
    def evidence_zh(self) -> str:
        """One sentence in Chinese: standard, row × column, value, what was missing, how far to trust it."""
        place = f"{self.standard} {self.clause_zh or self.clause}"
        return _joined_zh(place, self.text_zh, *self.assumed_zh, self.trust_zh, self.note_zh)

    @property
    def evidence_en(self) -> str:
        """The same sentence in English."""
        place = f"{self.standard} {self.clause}"
        return _joined_en(place, self.text_en, *self.assumed_en, self.trust_en, self.note_en)


def _joined_zh(place: str, *parts: str) -> str:
    said = "；".join(part for part in parts if part)
    return f"{place}：{said}" if said else place


def _joined_en(place: str, *parts: str) -> str:
    said = "; ".join(part for part in parts if part)
    return f"{place}: {said}" if said else place
