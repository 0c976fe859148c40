"""Turn frozen dataclasses into plain JSON values and back; what is unknown, missing or ill-typed is refused."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from geo.faults import BadInputError, Fault
from survey.half_days import local

T = TypeVar("T")


def as_plain(value: Any) -> Any:  # noqa: ANN401 - any value of a body comes here
    """Return a value as JSON has it: dataclasses as objects, tuples as lists, moments as ISO text of Beijing's clock.

    Examples
    --------
    >>> as_plain((datetime(2026, 12, 1, 9), {"a": 1.5}))
    ['2026-12-01T09:00:00+08:00', {'a': 1.5}]
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: as_plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, datetime):
        return local(value).isoformat()
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
    fields = {field.name: field for field in dataclasses.fields(cls)}  # type: ignore[arg-type]  # cls is a dataclass
    for key in data:
        if key not in fields:
            raise BadInputError(
                [Fault("case.unknown_field", f"不认识的字段“{key}”", f"unknown field {key!r}", field=key)]
            )
    kind: Any = cls
    made, hints = {}, _hints(kind)
    for name, field in fields.items():
        if name in data:
            made[name] = _read(hints[name], data[name], name)
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise BadInputError([Fault("case.missing_field", f"缺少“{name}”", f"{name!r} is missing", field=name)])
    return cls(**made)


@lru_cache(maxsize=256)
def _hints(cls: type[object]) -> dict[str, Any]:
    return get_type_hints(cls)


def _wrong(name: str, value: object) -> BadInputError:
    return BadInputError([
        Fault("case.wrong_type", "值的类型不对", "a value of the wrong type", field=name, value=repr(value)[:80])
    ])  # fmt: skip


def _read(kind: Any, value: Any, name: str) -> Any:  # noqa: ANN401 - a type and a value of it
    origin, inner = get_origin(kind), get_args(kind)
    if kind is Any:
        return value
    if origin in (Union, types.UnionType):
        if value is None:
            return None
        return _read(next(one for one in inner if one is not type(None)), value, name)
    if origin is tuple and isinstance(value, (list, tuple)):
        return tuple(_read(inner[0], one, name) for one in value)
    if origin is Mapping and isinstance(value, Mapping):
        return {str(key): _read(inner[1], one, name) for key, one in value.items()}
    return _scalar(kind, value, name)


def _scalar(kind: Any, value: Any, name: str) -> Any:  # noqa: ANN401 - a type and a value of it
    if kind is datetime:
        return _moment(value, name)
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return value if isinstance(value, kind) else from_plain(kind, value)
    if kind is float and isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    if isinstance(kind, type) and isinstance(value, kind) and isinstance(value, bool) == (kind is bool):
        return value
    raise _wrong(name, value)


def _moment(value: object, name: str) -> datetime:
    try:
        return local(value if isinstance(value, datetime) else datetime.fromisoformat(str(value)))
    except ValueError as error:
        raise _wrong(name, value) from error
