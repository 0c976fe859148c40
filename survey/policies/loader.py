"""Read a county's rules from TOML; refuse with file and line whatever is unclear, all faults at once."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from geo.faults import BadInputError, Fault, refuse
from survey.policies.schema import (
    DRAWN_BY,
    KINDS,
    QUANTITIES,
    READINGS,
    ROAD_CLASSES,
    VERDICTS,
    Consequence,
    Defaults,
    Policy,
    Reading,
    Rule,
    Together,
)
from survey.utilities import UTILITIES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from importlib.resources.abc import Traversable

Path = tuple[str | int, ...]

_POLICY_KEYS = {
    "id": str, "county_zh": str, "county_en": str, "document": str, "title": str, "issued": str,
    "issued_evidence_zh": str, "issued_evidence_en": str,
}  # fmt: skip
_RULE_KEYS = {
    "id": str, "kind": str, "quantity": str, "subject_zh": str, "subject_en": str, "document": str, "clause": str,
    "quote": str, "evidence_zh": str, "evidence_en": str, "valid_from": date,
}  # fmt: skip
_EVIDENCE = {"evidence_zh": str, "evidence_en": str}
_RULE_MORE = {
    "op": str,
    "value": (int, float, list),
    "unit": str,
    "valid_to": date,
    "reading": list,
    "consequence": dict,
}
_SAYS = {"taken_zh": str, "taken_en": str, "other_zh": str, "other_en": str, **_EVIDENCE}
_READING_KEYS = {"id": str, "taken": str, "other": str, **_SAYS}
_CONSEQUENCE_KEYS = {
    "verdict": str, "zh": str, "en": str, "document": str, "clause": str, "quote": str, **_EVIDENCE,
}  # fmt: skip
_TOGETHER_KEYS = {
    "id": str, "within_months": int, "branch": str, "gap": str,
    "unknown_operator": str, "unknown_start": str, **_SAYS,
}  # fmt: skip
_COUNTY_KEYS = {
    "grid": str, "accuracy_m": dict, "accuracy_source": dict, "working_width_m": dict, "working_width_source": dict,
}  # fmt: skip
_MAY_BE_EMPTY = frozenset({"quote"})


def policy_ids() -> tuple[str, ...]:
    """Return the ids of the counties whose rules are here, sorted.

    Examples
    --------
    >>> "neixiang" in policy_ids()
    True
    """
    folder = files("survey.policies")
    return tuple(sorted(f.name for f in folder.iterdir() if f.is_dir() and (f / "policy.toml").is_file()))


@lru_cache(maxsize=32)
def load_policy(policy_id: str) -> Policy:
    """Return a county's rules by id; read once, then kept.

    Raises
    ------
    BadInputError
        If there is no such policy, or its files have faults (every one, with file and line).

    Examples
    --------
    >>> policy = load_policy("neixiang")
    >>> policy.document, policy.rule("NX-TH1").limit, policy.rule("NX-TH1").clause
    ('内城管〔2022〕125号', 15.0, '四(二)')
    """
    known = policy_ids()
    if policy_id not in known:
        raise BadInputError([
            Fault("policy.unknown", "没有这个县的规则", "no rules of that name", f"可用：{'、'.join(known)}",
                  f"use one of: {', '.join(known)}", field="policy", value=policy_id)
        ])  # fmt: skip
    return read_policy(files("survey.policies") / policy_id)


def read_policy(folder: Traversable) -> Policy:
    """Read ``policy.toml`` and ``county.toml`` of a folder.

    Raises
    ------
    BadInputError
        With every fault of both files.
    """
    return parse_policy(
        (folder / "policy.toml").read_text("utf-8"),
        (folder / "county.toml").read_text("utf-8"),
        place=folder.name,
    )


def parse_policy(policy_text: str, county_text: str, *, place: str = "") -> Policy:
    """Build a `Policy` from the text of its two files; ``place`` is the folder's name, for faults.

    Raises
    ------
    BadInputError
        With every fault: what is no TOML, a key met twice, unknown or missing, a value of the wrong type, a unit that
        does not fit the quantity, a reading that judging does not know, a rule id met twice, dates the wrong way round.
    """
    prefix = f"{place}/" if place else ""
    law = _Document.parse(policy_text, f"{prefix}policy.toml")
    county = _Document.parse(county_text, f"{prefix}county.toml")
    if law.readable:
        _check_policy(law)
    if county.readable:
        _check_county(county)
    refuse([*law.faults, *county.faults])
    return _build(law, county)


@dataclass
class _Document:
    """A TOML text, what it says, on which line each key stands, and the faults found so far."""

    file: str
    data: dict[str, Any] = field(default_factory=dict)
    lines: dict[Path, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    readable: bool = True

    @classmethod
    def parse(cls, text: str, file: str) -> _Document:
        """Read a text; keys met twice are found here, each with its line, because tomllib stops at the first."""
        document = cls(file)
        for path, line in _keys_with_lines(text):
            if path in document.lines:
                first = document.lines[path]
                document._say("policy.duplicate_key", line, f"“{path[-1]}”重复，第 {first} 行已有",
                              f"{path[-1]!r} is given twice, first on line {first}", str(path[-1]))  # fmt: skip
            else:
                document.lines[path] = line
        try:
            document.data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            document.readable = False
            if not document.faults:
                at = re.search(r"line (\d+)", str(error))
                document._say(
                    "policy.not_toml", int(at[1]) if at else 0, f"不是合法的 TOML：{error}", f"not TOML: {error}"
                )
        return document

    def _say(self, code: str, line: int, zh: str, en: str, key: str | None = None) -> None:
        place = f"{self.file}:{line}" if line else self.file
        self.faults.append(Fault(code, zh, en, file=place, field=key))

    def fault(self, code: str, path: Path, zh: str, en: str) -> None:
        """Note a fault at a key, or at the table it should stand in."""
        at = path
        while at and at not in self.lines:
            at = at[:-1]
        key = path[-1] if path and isinstance(path[-1], str) else None
        self._say(code, self.lines.get(at, 0), zh, en, key)

    def shape(self, table: Mapping[str, Any], at: Path, need: Mapping[str, Any], may: Mapping[str, Any]) -> bool:
        """Check that a table has all it needs, nothing unknown, and the right types; return whether it has."""
        before = len(self.faults)
        for key, kind in need.items():
            empty = isinstance(table.get(key), str) and not table[key].strip() and key not in _MAY_BE_EMPTY
            if key not in table or empty:
                self.fault("policy.missing", (*at, key), f"缺少“{key}”", f"{key!r} is missing")
            else:
                self._type(table[key], (*at, key), kind)
        for key, value in table.items():
            if key in may:
                self._type(value, (*at, key), may[key])
            elif key not in need:
                self.fault("policy.unknown_key", (*at, key), f"不认识的键“{key}”", f"unknown key {key!r}")
        return len(self.faults) == before

    def _type(self, value: object, at: Path, kind: Any) -> None:  # noqa: ANN401 - a type or a tuple of types
        wrong = not isinstance(value, kind) or isinstance(value, (bool, datetime))
        if wrong:
            self.fault(
                "policy.type", at, f"“{at[-1]}”的值类型不对：{value!r}", f"{at[-1]!r} has the wrong type: {value!r}"
            )

    def one_of(self, value: str, at: Path, known: Sequence[str] | Mapping[str, Any]) -> bool:
        """Check that a word is one of the known; return whether it is."""
        if value in known:
            return True
        words = ", ".join(known)
        self.fault(
            "policy.unknown_word", at, f"不认识“{value}”，可用：{words}", f"unknown {value!r}; use one of: {words}"
        )
        return False


_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"^\s*([A-Za-z0-9_-]+|\"[^\"]*\")\s*=")


def _keys_with_lines(text: str) -> Iterator[tuple[Path, int]]:
    """Yield the path of every table and key with its line (from 1); the files hold bare keys and no inline tables."""
    table: Path = ()
    counts: dict[Path, int] = {}
    quoted = False
    for number, line in enumerate(text.splitlines(), 1):
        inside, quoted = quoted, quoted ^ (line.count('"""') % 2 == 1)
        if inside:
            continue
        header = _HEADER.match(line)
        if header:
            table = _table_path(header[2], header[1] == "[[", counts)
            yield table, number
            continue
        key = _KEY.match(line)
        if key:
            yield (*table, key[1].strip('"')), number


def _table_path(name: str, repeated: bool, counts: dict[Path, int]) -> Path:
    path: Path = ()
    parts = [part.strip() for part in name.split(".")]
    for depth, part in enumerate(parts):
        path = (*path, part)
        last = depth == len(parts) - 1
        if last and repeated:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


def _check_policy(law: _Document) -> None:
    law.shape(law.data, (), {**_POLICY_KEYS, "rule": list}, {"together": dict})
    rules = law.data.get("rule", [])
    seen: dict[str, int] = {}
    for number, rule in enumerate(rules if isinstance(rules, list) else []):
        at: Path = ("rule", number)
        if law.shape(rule, at, _RULE_KEYS, _RULE_MORE):
            _check_rule(law, rule, at)
        name = rule.get("id")
        if name in seen:
            law.fault("policy.duplicate_rule", (*at, "id"), f"规则编号“{name}”重复", f"rule id {name!r} is given twice")
        seen[name] = number
    together = law.data.get("together")
    if isinstance(together, dict) and law.shape(together, ("together",), _TOGETHER_KEYS, {}):
        for key in ("unknown_operator", "unknown_start", "branch", "gap"):
            law.one_of(together[key], ("together", key), ("together", "apart"))


def _check_rule(law: _Document, rule: dict[str, Any], at: Path) -> None:
    if not law.one_of(rule["kind"], (*at, "kind"), KINDS):
        return
    if not law.one_of(rule["quantity"], (*at, "quantity"), KINDS[rule["kind"]]):
        return
    if not rule["quote"].strip() and rule["kind"] != "blank":
        law.fault("policy.missing", (*at, "quote"), "缺少原文", "the quotation is missing")
    if "valid_to" in rule and rule["valid_to"] < rule["valid_from"]:
        law.fault("policy.dates", (*at, "valid_to"), "失效日早于生效日", "it ends before it begins")
    if rule["kind"] == "blank":
        _check_no_value(law, rule, at)
    else:
        _check_value(law, rule, at)
    for number, reading in enumerate(rule.get("reading", [])):
        _check_reading(law, rule, reading, (*at, "reading", number))
    consequence = rule.get("consequence")
    if consequence is not None and law.shape(consequence, (*at, "consequence"), _CONSEQUENCE_KEYS, {}):
        law.one_of(consequence["verdict"], (*at, "consequence", "verdict"), VERDICTS)


def _check_no_value(law: _Document, rule: dict[str, Any], at: Path) -> None:
    for key in ("op", "value", "unit"):
        if key in rule:
            law.fault("policy.value", (*at, key), f"这类规则没有“{key}”", f"such a rule has no {key!r}")


def _check_value(law: _Document, rule: dict[str, Any], at: Path) -> None:
    measure = QUANTITIES[rule["quantity"]]
    if measure.value == "none":
        _check_no_value(law, rule, at)
        return
    missing = [key for key in ("op", "value", "unit") if key not in rule]
    for key in missing:
        law.fault("policy.missing", (*at, key), f"缺少“{key}”", f"{key!r} is missing")
    if missing:
        return
    if rule["unit"] != measure.unit:
        law.fault("policy.unit", (*at, "unit"), f"单位“{rule['unit']}”与 {rule['quantity']} 不符，应为“{measure.unit}”",
                  f"unit {rule['unit']!r} does not fit {rule['quantity']}: {measure.unit!r}")  # fmt: skip
    law.one_of(rule["op"], (*at, "op"), measure.ops)
    words = {"road_class": ROAD_CLASSES, "utility": UTILITIES}.get(measure.value)
    if words is None:
        if not isinstance(rule["value"], (int, float)) or not 0 <= rule["value"] < float("inf"):
            law.fault("policy.value", (*at, "value"), "值应为非负数", "the value must be a number, not negative")
    elif not isinstance(rule["value"], list) or not rule["value"]:
        law.fault("policy.value", (*at, "value"), "值应为非空列表", "the value must be a list that is not empty")
    else:
        for word in rule["value"]:
            law.one_of(word, (*at, "value"), words)


def _check_reading(law: _Document, rule: dict[str, Any], reading: dict[str, Any], at: Path) -> None:
    if not law.shape(reading, at, _READING_KEYS, {}) or not law.one_of(reading["id"], (*at, "id"), READINGS):
        return
    options, quantities = READINGS[reading["id"]]
    law.one_of(rule["quantity"], (*at, "id"), quantities)
    for key in ("taken", "other"):
        law.one_of(reading[key], (*at, key), options)
    if reading["taken"] == reading["other"]:
        law.fault("policy.reading", (*at, "other"), "两种读法相同", "both readings are the same")
    if reading["id"] == "last_day" and rule.get("op") != {"protected": "<=", "free": "<"}.get(reading["taken"]):
        law.fault("policy.reading", (*at, "taken"), "“taken”与“op”矛盾：“<=”含最后一日，“<”不含",
                  "'taken' contradicts 'op': '<=' has the last day in it, '<' has not")  # fmt: skip


def _check_county(county: _Document) -> None:
    if not county.shape(county.data, (), _COUNTY_KEYS, {}):
        return
    need = dict.fromkeys((*DRAWN_BY, "roads", "greens"), (int, float))
    county.shape(county.data["accuracy_m"], ("accuracy_m",), need, {})
    county.shape(county.data["accuracy_source"], ("accuracy_source",), dict.fromkeys(need, str), {})
    county.shape(county.data["working_width_m"], ("working_width_m",), dict.fromkeys(UTILITIES, (int, float)), {})
    county.shape(county.data["working_width_source"], ("working_width_source",), {"all": str}, {})
    for table in ("accuracy_m", "working_width_m"):
        for key, value in county.data[table].items():
            if isinstance(value, (int, float)) and not 0 <= value < float("inf"):
                county.fault("policy.value", (table, key), "值应为非负数", "the value must be a number, not negative")


def _build(law: _Document, county: _Document) -> Policy:
    data = law.data
    defaults = Defaults(
        MappingProxyType({key: float(value) for key, value in county.data["accuracy_m"].items()}),
        MappingProxyType(dict(county.data["accuracy_source"])),
        MappingProxyType({key: float(value) for key, value in county.data["working_width_m"].items()}),
        county.data["working_width_source"]["all"],
    )
    return Policy(
        **{key: data[key] for key in _POLICY_KEYS},
        grid=county.data["grid"],
        rules=tuple(_rule(rule) for rule in data["rule"]),
        defaults=defaults,
        together=Together(**data["together"]) if "together" in data else None,
        lines={rule["id"]: law.lines[("rule", number)] for number, rule in enumerate(data["rule"])},
    )


def _rule(table: dict[str, Any]) -> Rule:
    value = table.get("value")
    return Rule(
        **{key: table[key] for key in _RULE_KEYS},
        op=table.get("op"),
        value=tuple(value) if isinstance(value, list) else None if value is None else float(value),
        unit=table.get("unit", ""),
        valid_to=table.get("valid_to"),
        readings=tuple(Reading(**reading) for reading in table.get("reading", [])),
        consequence=Consequence(**table["consequence"]) if "consequence" in table else None,
    )
