"""Read a TOML text with the line of every key, and collect what is wrong in it."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from geo.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Path = tuple[str | int, ...]
_MAY_BE_EMPTY = frozenset({"quote"})


@dataclass
class Document:
    """A TOML text, what it says, on which line each key stands, and the faults found so far."""

    file: str
    data: dict[str, Any] = field(default_factory=dict)
    lines: dict[Path, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    readable: bool = True

    @classmethod
    def parse(cls, text: str, file: str) -> Document:
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


CITED: Mapping[str, Any] = {"clause": str, "quote": str, "evidence_zh": str, "evidence_en": str}
"""What every entry of a file must say."""
MAY_CITE: Mapping[str, Any] = {"document": str, "valid_from": date, "valid_to": date}
"""What an entry may say of itself; else the head of its file says it for all."""


def entries(document: Document, *names: str) -> Iterator[tuple[str, dict[str, Any], Path]]:
    """Yield the tables of the lists that a file may hold, with their names and places; note what else it holds."""
    head = {"document": str, "valid_from": date}
    document.shape(document.data, (), head, dict.fromkeys(names, list))
    for name in names:
        listed = document.data.get(name, [])
        for number, table in enumerate(listed if isinstance(listed, list) else []):
            yield name, table, (name, number)


def cited(document: Document, table: Mapping[str, Any]) -> dict[str, Any]:
    """Return where an entry was read; what it does not say itself is said by the head of the file."""
    own = {key: table[key] for key in (*CITED, *MAY_CITE) if key in table}
    return {"document": document.data["document"], "valid_from": document.data["valid_from"]} | own


def check_cited(document: Document, table: Mapping[str, Any], at: Path, *, silent: bool = False) -> None:
    """Note an entry without a quotation where the document is not silent, and a time that ends before it begins."""
    if not table["quote"].strip() and not silent:
        document.fault("policy.missing", (*at, "quote"), "缺少原文", "the quotation is missing")
    begun = table.get("valid_from", document.data.get("valid_from"))
    if "valid_to" in table and isinstance(begun, date) and table["valid_to"] < begun:
        document.fault("policy.dates", (*at, "valid_to"), "失效日早于生效日", "it ends before it begins")


def check_unique(document: Document, key: str, at: Path, seen: dict[str, Path]) -> None:
    """Note an id that was given before."""
    if key in seen:
        document.fault("policy.duplicate_rule", (*at, "id"), f"规则编号“{key}”重复", f"rule id {key!r} is given twice")
    seen.setdefault(key, at)


def check_words(
    document: Document, words: Sequence[object], at: Path, known: Mapping[str, Any] | Sequence[str] | None
) -> None:
    """Check that every item of a list is one of the known words; None: what is known could not be read."""
    for word in words if known is not None else ():
        document.one_of(str(word), at, known or ())
