"""Hold what every rule said of a route, and the verdict they add up to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from survey.policies import VERDICTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from survey.policies import Consequence


@dataclass(frozen=True, slots=True)
class TraceLine:
    """What one rule said of one route; `as_dict` is its form in answers. ``evidence`` is the Chinese text."""

    rule: str
    kind: str
    subject_zh: str
    subject_en: str
    outcome: str
    measured: float | None
    uncertainty: float | None
    limit: float | None
    op: str | None
    unit: str
    margin: float | None
    document: str
    clause: str
    quote: str
    evidence: str
    evidence_en: str
    sentence_zh: str
    sentence_en: str
    readings: tuple[Mapping[str, Any], ...] = ()
    roads: tuple[int, ...] = ()
    counted: tuple[int, ...] = ()
    blocks: bool = False
    consequence: Consequence | None = None

    @property
    def reading(self) -> Mapping[str, Any] | None:
        """The open reading that matters most: one under which the outcome is another, else the first."""
        for reading in self.readings:
            if reading["other_outcome"] != self.outcome:
                return reading
        return self.readings[0] if self.readings else None

    def as_dict(self) -> dict[str, Any]:
        """Return the line as plain values for JSON."""
        plain = {
            name: getattr(self, name)
            for name in (
                "rule", "kind", "subject_zh", "subject_en", "outcome", "measured", "uncertainty", "limit", "op", "unit",
                "margin", "document", "clause", "quote", "evidence", "evidence_en", "sentence_zh", "sentence_en",
            )
        }  # fmt: skip
        return plain | {
            "reading": dict(self.reading) if self.reading else None,
            "readings": [dict(reading) for reading in self.readings],
            "counted": list(self.counted),
            "consequence": _cited(self.consequence),
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """One route's verdict.

    Parameters
    ----------
    verdict
        ``commitment survey_first joint_approval special_approval outside``.
    margin_m
        The least of limit minus measured among the limits in metres, as the readings are taken: how much longer the
        tightest of them may become; negative where one is broken; None outside the policy. Square metres do not enter
        it.
    decisive
        The rules that made the verdict; for a commitment the limit with the smallest share of itself to spare.
    trace
        Every rule in force, in the order of the document.
    sentence_zh, sentence_en
        The verdict in one sentence.
    """

    verdict: str
    margin_m: float | None
    decisive: tuple[str, ...]
    trace: tuple[TraceLine, ...]
    sentence_zh: str
    sentence_en: str

    @property
    def label_zh(self) -> str:
        """The verdict's name in Chinese."""
        return VERDICTS[self.verdict][0]

    @property
    def label_en(self) -> str:
        """The verdict's name in English."""
        return VERDICTS[self.verdict][1]


def _cited(after: Consequence | None) -> dict[str, str] | None:
    """Return what another document says follows, with its clause and evidence."""
    if after is None:
        return None
    return {
        "verdict": after.verdict, "zh": after.zh, "en": after.en, "document": after.document, "clause": after.clause,
        "quote": after.quote, "evidence": after.evidence_zh, "evidence_en": after.evidence_en,
    }  # fmt: skip
