"""Turn frozen dataclasses into plain JSON values and back; what is unknown, missing or ill-typed is refused."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from geo.faults import BadInputError, Fault
from survey.half_days import local

T = TypeVar("T")
Reader = Callable[[Any, str], Any]
"""Reads a JSON value, or refuses it under the name of its field."""
LONGEST_NAME = 80
"""Characters of an unknown name, or of a value, that are told back."""


def as_plain(value: Any) -> Any:  # noqa: ANN401 - any value of a body comes here
    """Return a value as JSON has it: dataclasses as objects, tuples as lists, days and moments (Beijing) as ISO text.

    Examples
    --------
    >>> as_plain((datetime(2026, 12, 1, 9), {"a": 1.5}))
    ['2026-12-01T09:00:00+08:00', {'a': 1.5}]
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: as_plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, datetime):
        return local(value).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): as_plain(one) for key, one in value.items()}
    if isinstance(value, (tuple, list)):
        return [as_plain(one) for one in value]
    return value


def from_plain(cls: type[T], data: Any) -> T:  # noqa: ANN401 - JSON of any shape is looked at
    """Build a dataclass from plain JSON values; fields with defaults may be left out.

    Raises
    ------
    BadInputError
        With the field: unknown, missing, or of another type.

    Examples
    --------
    >>> from survey.cases.records import Actor
    >>> from_plain(Actor, {"name": "李", "role": "applicant"}).role
    'applicant'
    """
    if not isinstance(data, Mapping):
        raise _wrong(cls.__name__, data)
    kind: Any = cls
    fields = _fields(kind)
    for key in data:
        if key not in fields:
            said = key[:LONGEST_NAME]
            raise BadInputError(
                [Fault("case.unknown_field", f"不认识的字段“{said}”", f"unknown field {said!r}", field=said)]
            )
    made = {}
    for name, (read, needed) in fields.items():
        if name in data:
            made[name] = read(data[name], name)
        elif needed:
            raise BadInputError([Fault("case.missing_field", f"缺少“{name}”", f"{name!r} is missing", field=name)])
    return cls(**made)


@lru_cache(maxsize=256)
def _fields(cls: type[object]) -> dict[str, tuple[Reader, bool]]:
    """Return how each field of a dataclass is read, and whether it must be there; found out once for each class."""
    kind: Any = cls
    hints = get_type_hints(kind)
    return {
        one.name: (
            _reader(hints[one.name]),
            one.default is dataclasses.MISSING and one.default_factory is dataclasses.MISSING,
        )
        for one in dataclasses.fields(kind)
    }


def _wrong(name: str, value: object) -> BadInputError:
    said = repr(value)[:LONGEST_NAME]
    return BadInputError(
        [Fault("case.wrong_type", "值的类型不对", "a value of the wrong type", field=name, value=said)]
    )


@lru_cache(maxsize=256)
def _reader(kind: Any) -> Reader:  # noqa: ANN401 - a type
    """Return what reads values of a type."""
    origin, inner = get_origin(kind), get_args(kind)
    if kind is Any:
        return lambda value, _: value
    if origin in (Union, types.UnionType):
        read = _reader(next(one for one in inner if one is not type(None)))
        return lambda value, name: None if value is None else read(value, name)
    if origin is tuple:
        return _tuples(_reader(inner[0]))
    if origin is Mapping:
        return _mappings(_reader(inner[1]))
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return _records(kind)
    of_time = {datetime: _moment, date: _day}
    return of_time[kind] if kind in of_time else _scalars(kind)


def _records(made: Any) -> Reader:  # noqa: ANN401 - a dataclass
    def reader(value: Any, name: str) -> Any:  # noqa: ANN401 - JSON of any shape is looked at
        if isinstance(value, made):
            return value
        if not isinstance(value, Mapping):
            raise _wrong(name, value)
        try:
            return from_plain(made, value)
        except BadInputError as error:
            raise BadInputError([fault.at(field=f"{name}.{fault.field}") for fault in error.faults]) from None

    return reader


def _tuples(read: Reader) -> Reader:
    def reader(value: Any, name: str) -> Any:  # noqa: ANN401 - JSON of any shape is looked at
        if not isinstance(value, (list, tuple)):
            raise _wrong(name, value)
        try:
            return tuple([read(one, name) for one in value])
        except BadInputError:
            for at, one in enumerate(value):
                read(one, f"{name}.{at}")  # refuses again, and says which
            raise

    return reader


def _mappings(read: Reader) -> Reader:
    def reader(value: Any, name: str) -> Any:  # noqa: ANN401 - JSON of any shape is looked at
        if not isinstance(value, Mapping):
            raise _wrong(name, value)
        return {str(key): read(one, name) for key, one in value.items()}

    return reader


def _scalars(kind: type) -> Reader:
    def reader(value: Any, name: str) -> Any:  # noqa: ANN401 - JSON of any shape is looked at
        if kind is float and isinstance(value, (int, float)) and not isinstance(value, bool):
            return float(value)
        if isinstance(value, kind) and isinstance(value, bool) == (kind is bool):
            return value
        raise _wrong(name, value)

    return reader


def _moment(value: object, name: str) -> datetime:
    try:
        return local(value if isinstance(value, datetime) else datetime.fromisoformat(str(value)))
    except ValueError as error:
        raise _wrong(name, value) from error


def _day(value: object, name: str) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise _wrong(name, value) from error
