"""Read the codes of CJJ 61-2017: utilities with colours, features, laying methods, states, fields of its tables."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from survey.standards.citations import Citation
from survey.standards.sheets import Sheet, cited, read_text, with_evidence
from survey.subjects import LAYINGS
from survey.utilities import UTILITIES

if TYPE_CHECKING:
    from collections.abc import Mapping

_COLOUR = re.compile(r"#[0-9a-f]{6}")
_FEATURE_CODE = re.compile(r"\d{8}")
_UTILITIES, _FEATURES, _LAYINGS = "cjj61_utility_codes.csv", "cjj61_feature_codes.csv", "cjj61_laying_methods.csv"
_STATUSES, _FIELDS = "cjj61_statuses.csv", "cjj61_fields.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class UtilityCode(Citation):
    """One minor class, such as ``YS`` 雨水 of ``PS`` 排水.

    ``utility`` is the key of `survey.utilities` (None for industry and others); ``subtype`` as `survey.subjects.Buried`
    takes it, None where the standards do not tell it apart; ``colour`` as ``#rrggbb``.
    """

    major: str
    major_code: str
    major_no: int
    minor: str
    code: str
    minor_no: int
    colour: str
    utility: str | None
    subtype: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature(Citation):
    """One eight-digit feature code; ``element`` is ``point``, ``line``, ``area`` or empty where not told."""

    code: str
    major: str
    minor: str
    feature: str
    element: str
    point_kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LayingMethod(Citation):
    """One way of laying; ``laying`` as `Buried` takes it, None where it leaves that open or is not ``buried``."""

    code: str
    zh: str
    laying: str | None
    buried: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LineStatus(Citation):
    """One state of a line: in use, abandoned, empty, other."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Field(Citation):
    """One column of a ``point`` or ``line`` table: its Chinese name, its letters where it has some, what it holds."""

    table: str
    zh: str
    codes: tuple[str, ...]
    meaning_en: str


def parse_utility_codes(text: str, file: str = _UTILITIES) -> Mapping[str, UtilityCode]:
    """Read the utility codes, by minor code; raise `BadInputError` with every fault, by file and line."""
    columns = ("major", "major_code", "major_no", "minor", "code", "minor_no", "colour", "utility", "subtype")
    sheet = with_evidence(text, file, columns, optional=("utility", "subtype"))
    sheet.unique("code")
    found = {}
    for row in sheet.rows:
        sheet.word(row, "utility", UTILITIES)
        _matches(sheet, row.line, "colour", row["colour"], _COLOUR)
        found[row["code"]] = UtilityCode(
            **cited(row), major=row["major"], major_code=row["major_code"],
            major_no=int(sheet.number(row, "major_no") or 0), minor=row["minor"], code=row["code"],
            minor_no=int(sheet.number(row, "minor_no") or 0), colour=row["colour"], utility=row["utility"] or None,
            subtype=row["subtype"] or None, text_zh=f"{row['major']}·{row['minor']} {row['code']}",
            text_en=f"{row['major_code']} {row['code']}",
        )  # fmt: skip
    sheet.done()
    return MappingProxyType(found)


def parse_feature_codes(text: str, file: str = _FEATURES) -> Mapping[str, Feature]:
    """Read the feature codes; raise `BadInputError` with every fault, by file and line."""
    columns = ("major", "minor", "feature", "code", "element", "point_kind")
    sheet = with_evidence(text, file, columns, optional=("element", "point_kind"))
    sheet.unique("code")
    found = {}
    for row in sheet.rows:
        sheet.word(row, "element", ("point", "line", "area"))
        sheet.word(row, "point_kind", ("feature", "appurtenance"))
        _matches(sheet, row.line, "code", row["code"], _FEATURE_CODE)
        found[row["code"]] = Feature(
            **cited(row), code=row["code"], major=row["major"], minor=row["minor"], feature=row["feature"],
            element=row["element"], point_kind=row["point_kind"],
            text_zh=f"{row['code']} {row['major']}·{row['minor']}·{row['feature']}", text_en=f"feature {row['code']}",
        )  # fmt: skip
    sheet.done()
    return MappingProxyType(found)


def parse_laying_methods(text: str, file: str = _LAYINGS) -> Mapping[str, LayingMethod]:
    """Read the laying methods, by code; raise `BadInputError` with every fault, by file and line."""
    sheet = with_evidence(text, file, ("zh", "code", "laying", "buried"), optional=("laying",))
    sheet.unique("code")
    found = {}
    for row in sheet.rows:
        sheet.word(row, "laying", LAYINGS)
        sheet.word(row, "buried", ("yes", "no"))
        found[row["code"]] = LayingMethod(
            **cited(row), code=row["code"], zh=row["zh"], laying=row["laying"] or None, buried=row["buried"] == "yes",
            text_zh=f"{row['code']} {row['zh']}", text_en=f"laying method {row['code']}",
        )  # fmt: skip
    sheet.done()
    return MappingProxyType(found)


def parse_statuses(text: str, file: str = _STATUSES) -> Mapping[str, LineStatus]:
    """Read the states of lines, by code; raise `BadInputError` with every fault, by file and line."""
    sheet = with_evidence(text, file, ("zh", "en", "code"))
    sheet.unique("code")
    found = {
        row["code"]: LineStatus(
            **cited(row), code=row["code"], zh=row["zh"], en=row["en"],
            text_zh=f"{row['code']} {row['zh']}", text_en=f"{row['code']} {row['en']}",
        )
        for row in sheet.rows
    }  # fmt: skip
    sheet.done()
    return MappingProxyType(found)


def parse_fields(text: str, file: str = _FIELDS) -> tuple[Field, ...]:
    """Read the fields of the point and line tables; raise `BadInputError` with every fault, by file and line."""
    sheet = with_evidence(text, file, ("table", "zh", "codes", "meaning_en"), optional=("codes",))
    sheet.unique("table", "zh")
    found = []
    for row in sheet.rows:
        sheet.word(row, "table", ("point", "line"))
        codes = tuple(row["codes"].split("|")) if row["codes"] else ()
        found.append(
            Field(
                **cited(row), table=row["table"], zh=row["zh"], codes=codes, meaning_en=row["meaning_en"],
                text_zh=row["zh"], text_en=row["meaning_en"],
            )
        )  # fmt: skip
    sheet.done()
    return tuple(found)


def _matches(sheet: Sheet, line: int, column: str, value: str, form: re.Pattern[str]) -> None:
    if value and not form.fullmatch(value):
        sheet.fault("standard.form", line, "写法不对", "not of the right form", column, value)


@lru_cache(maxsize=1)
def utility_codes() -> Mapping[str, UtilityCode]:
    """Return the minor classes of appendix B, by code.

    >>> rain = utility_codes()["YS"]
    >>> rain.major_code, rain.minor, rain.colour, rain.utility, rain.subtype
    ('PS', '雨水', '#4c3926', 'drainage', 'storm')
    """
    return parse_utility_codes(read_text(_UTILITIES))


@lru_cache(maxsize=1)
def feature_codes() -> Mapping[str, Feature]:
    """Return the feature codes (water and drainage only: the source has no more), by code.

    >>> feature_codes()["51011000"].feature, len(feature_codes())
    ('原水管段', 375)
    """
    return parse_feature_codes(read_text(_FEATURES))


@lru_cache(maxsize=1)
def laying_methods() -> Mapping[str, LayingMethod]:
    """Return the 13 ways of laying, by code.

    >>> laying_methods()["GG"].laying, laying_methods()["JK"].buried
    ('trench', False)
    """
    return parse_laying_methods(read_text(_LAYINGS))


@lru_cache(maxsize=1)
def line_statuses() -> Mapping[str, LineStatus]:
    """Return the states of a line, by code.

    >>> line_statuses()["1"].zh
    '废弃'
    """
    return parse_statuses(read_text(_STATUSES))


@lru_cache(maxsize=1)
def fields() -> tuple[Field, ...]:
    """Return the columns of point and line tables as practice writes them.

    >>> next(field.codes for field in fields() if field.zh == "起点埋深")
    ('QDMS',)
    """
    return parse_fields(read_text(_FIELDS))
