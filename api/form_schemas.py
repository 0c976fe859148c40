"""Describe forms and their drafts for OpenAPI."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - pydantic reads the annotations
from typing import Any

from pydantic import Field

from api.case_schemas import ActorShape  # noqa: TC001 - as above
from api.schemas import FaultShape, Shape


class FormOption(Shape):
    """One box of a field."""

    zh: str
    en: str


class FormFieldShape(Shape):
    """One field as printed; ``filled_in`` is false for notes, clauses and signatures."""

    key: str
    zh: str
    en: str
    type: str
    unit_zh: str
    unit_en: str
    options: list[FormOption]
    required: bool
    check: str
    private: bool
    filled_in: bool
    text_zh: str
    text_en: str
    least: float | None
    most: float | None
    most_characters: int


class FormGroupShape(Shape):
    """A part of a form; ``utility`` is empty where it asks about none or several."""

    key: str
    zh: str
    en: str
    optional: bool
    utility: str
    fields: list[FormFieldShape]


class ChannelShape(Shape):
    """A way to hand in an application that the document has."""

    key: str
    zh: str
    en: str


class FormName(Shape):
    """One of the forms of a county."""

    form: str
    zh: str
    en: str
    attached: bool


class FormShape(Shape):
    """A county's form; without groups where the document names it and does not attach it."""

    policy: str
    county_zh: str
    county_en: str
    document: str
    clause: str
    title: str
    form: str
    key: str
    name_zh: str
    name_en: str
    attached: bool
    asks_utilities: bool
    evidence_zh: str
    evidence_en: str
    channels: list[ChannelShape]
    forms: list[FormName]
    groups: list[FormGroupShape]


class FilingShape(Shape):
    """What a case asks beside the form; what the form itself asks is left empty."""

    channel: str = "online"
    agent: str = ""
    applicant: str = ""
    address: str = ""
    utilities: list[str] = Field([], description="Keys, where the form does not ask them.")


class FormChecked(Shape):
    """What is to be said of the entries of a form."""

    entries: dict[str, Any] = Field(description="Those that are right, in their normal form.")
    wrong: list[FaultShape]
    missing: list[FaultShape]
    filled: int
    fields: int
    required: int
    required_filled: int
    complete: bool


class FormEntries(Shape):
    """The entries of a form, by field key."""

    values: dict[str, Any] = Field({}, description="By field key, as typed.")
    filing: FilingShape | None = None
    form: str | None = Field(None, description="Id of the form; the county's application unless given.")


class DraftBegun(FormEntries):
    """A draft that is begun."""

    policy: str


class DraftRow(Shape):
    """A draft in the list."""

    id: str
    revision: int
    policy: str
    form: str
    county_zh: str
    county_en: str
    name_zh: str
    name_en: str
    applicant: str
    created_at: datetime
    changed_at: datetime


class DraftList(Shape):
    """The drafts of whoever asks, the one changed last first."""

    drafts: list[DraftRow]


class DraftShape(DraftRow, FormChecked):
    """A draft whole; ``values`` as typed, identity numbers masked."""

    filing: FilingShape
    values: dict[str, Any]


class DraftFiled(Shape):
    """How a draft is filed: by whom."""

    actor: ActorShape | None = None
