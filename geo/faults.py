"""Name what is wrong with an input, where it is, and how to mend it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong at one place.

    Parameters
    ----------
    code
        Stable, dotted, lower-case name, such as ``coordinate.not_finite``; programs rely on it.
    zh, en
        The same sentence in Chinese and English, without the place.
    mend_zh, mend_en
        What the user does about it; empty only where nothing can be said.
    file, layer, feature, vertex, field, value
        The place: file name, layer name, the feature's own id (else its row number, from 0), the vertex's index in the
        feature (from 0), the attribute's name and the offending value as it was read. None where it does not apply.

    Examples
    --------
    >>> fault = Fault("line.one_point", "线只有一个点", "a line of one point", "至少画两个点", "draw two points",
    ...               file="routes.geojson", feature=3)
    >>> fault.place()
    'routes.geojson · feature 3'
    >>> fault.sentence("en")
    'routes.geojson · feature 3: a line of one point — draw two points'
    """

    code: str
    zh: str
    en: str
    mend_zh: str = ""
    mend_en: str = ""
    file: str | None = None
    layer: str | None = None
    feature: str | int | None = None
    vertex: int | None = None
    field: str | None = None
    value: Any = None

    def at(self, **place: Any) -> Fault:  # noqa: ANN401 - the place's fields have several types
        """Return the same fault with more of its place filled in.

        >>> Fault("x", "坏", "bad").at(feature="R1").place()
        'feature R1'
        """
        return replace(self, **place)

    def place(self, language: str = "en") -> str:
        """Return the place in words, from the file down to the value; empty where nothing is known."""
        feature, vertex, field = ("要素", "顶点", "字段") if language == "zh" else ("feature", "vertex", "field")
        parts = [
            self.file,
            self.layer,
            f"{feature} {self.feature}" if self.feature is not None else None,
            f"{vertex} {self.vertex}" if self.vertex is not None else None,
            f"{field} {self.field}" if self.field is not None else None,
            f"{self.value!r}" if self.value is not None else None,
        ]
        return " · ".join(part for part in parts if part)

    def sentence(self, language: str = "zh") -> str:
        """Return place, fault and mend in one line, in ``zh`` or ``en``."""
        said, mend = (self.zh, self.mend_zh) if language == "zh" else (self.en, self.mend_en)
        where = self.place(language)
        colon, dash = ("：", "——") if language == "zh" else (": ", " — ")
        return (f"{where}{colon}" if where else "") + said + (f"{dash}{mend}" if mend else "")

    def as_dict(self) -> dict[str, Any]:
        """Return the fault as plain values for JSON, without the fields that are None."""
        return {key: value for key, value in asdict(self).items() if value is not None}


class BadInputError(ValueError):
    """An input has faults; nothing was changed. ``faults`` holds every one of them.

    Examples
    --------
    >>> error = BadInputError([Fault("x", "坏", "bad")])
    >>> str(error)
    'bad'
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(fault.sentence("en") for fault in self.faults))


def refuse(faults: Iterable[Fault]) -> None:
    """Raise `BadInputError` with all of ``faults`` if there are any; else do nothing.

    >>> refuse([])
    """
    found = list(faults)
    if found:
        raise BadInputError(found)
