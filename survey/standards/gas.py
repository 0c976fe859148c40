"""Class gas by its pressure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from survey.standards.citations import Citation
from survey.standards.sheets import cited, read_text, with_evidence

GAS_EDITIONS = ("GB 50028", "GB 55009")
"""Who decides where exactly 0.01 MPa belongs: GB 50028-2006 says medium B (the stricter), GB 55009-2021 low."""
TABLE_ENDS_MPA = 1.6
_FILE = "gas_pressure_classes.csv"
_COLUMNS = ("key", "zh", "en", "over_mpa", "up_to_mpa", "row")


@dataclass(frozen=True, slots=True, kw_only=True)
class GasClass(Citation):
    """One pressure class: megapascals above ``over_mpa`` up to ``up_to_mpa``.

    ``row`` is the class's row in table 4.1.9; None for high pressure, which lies outside that table.
    """

    key: str
    zh: str
    en: str
    over_mpa: float
    up_to_mpa: float
    row: str | None


def parse_gas_classes(text: str, file: str = _FILE) -> tuple[GasClass, ...]:
    """Read the classes, from low to high.

    Raises
    ------
    BadInputError
        With every fault, by file and line; a gap or an overlap between two classes is one.
    """
    sheet = with_evidence(text, file, _COLUMNS, optional=("row",))
    sheet.unique("key")
    classes = []
    end = 0.0
    for row in sheet.rows:
        over, up_to = sheet.number(row, "over_mpa"), sheet.number(row, "up_to_mpa")
        if over is None or up_to is None:
            continue
        if over != end or up_to <= over:
            sheet.fault(
                "standard.gap", row.line, "压力级别不相接", "the class does not join the one before", "over_mpa"
            )
        end = up_to
        classes.append(
            GasClass(
                **cited(row), key=row["key"], zh=row["zh"], en=row["en"], over_mpa=over, up_to_mpa=up_to,
                row=row["row"] or None,
                text_zh=f"{row['zh']}：{over:g} MPa < P ≤ {up_to:g} MPa",
                text_en=f"{row['en']}: {over:g} MPa < P ≤ {up_to:g} MPa",
            )
        )  # fmt: skip
    sheet.done()
    return tuple(classes)


@lru_cache(maxsize=1)
def gas_classes() -> tuple[GasClass, ...]:
    """Return the pressure classes, from low to high.

    >>> [c.key for c in gas_classes()]
    ['low', 'medium_b', 'medium_a', 'subhigh_b', 'subhigh_a', 'high_b', 'high_a']
    """
    return parse_gas_classes(read_text(_FILE))


def gas_class(pressure_mpa: float, *, edition: str = "GB 50028") -> GasClass | None:
    """Return the class of a pressure (megapascals); None above 4.0 MPa and where nothing is stated.

    Parameters
    ----------
    edition
        One of `GAS_EDITIONS`; decides exactly 0.01 MPa and nothing else.

    Examples
    --------
    >>> gas_class(0.4).zh, gas_class(0.01).zh, gas_class(0.01, edition="GB 55009").zh
    ('中压A', '中压B', '低压')
    >>> gas_class(2.0).row is None and gas_class(5.0) is None and gas_class(float("nan")) is None
    True
    """
    if edition not in GAS_EDITIONS:
        raise ValueError(f"unknown edition {edition!r}; use one of: {', '.join(GAS_EDITIONS)}")
    low, *rest = gas_classes()
    if 0 < pressure_mpa < low.up_to_mpa or (pressure_mpa == low.up_to_mpa and edition == "GB 55009"):
        return low
    return next((each for each in rest if each.over_mpa <= pressure_mpa <= each.up_to_mpa), None)
