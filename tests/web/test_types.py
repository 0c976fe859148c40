"""Hold the client's shapes to the API's: a field that is renamed or may be missing on one side fails here."""

from __future__ import annotations

import re
from pathlib import Path
from types import NoneType
from typing import get_args

import pytest

from api.openapi import ROOMS
from survey.sections.rules import SOILS

SOURCE = Path(__file__).parents[2] / "maps/web/src"
TYPES = "\n".join((SOURCE / f"api/{name}.ts").read_text(encoding="utf-8") for name in ("types", "layers"))
MODELS = {name: model for module in ROOMS for name, model in vars(module).items()}
INTERFACE = re.compile(r"^export interface (\w+)(?:<[^>]*>)? \{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
FIELD = re.compile(r"^  (\w+)(\?)?: (.+);$", re.MULTILINE)
# GeoJSON and what the client sends are narrower there, and symbols come from a file of their own.
OTHERWISE = {"Feature", "FeatureCollection", "Symbols", "CaseCommand"}


def shapes() -> dict[str, list[tuple[str, bool, str]]]:
    """Return each interface that the API has a model of: name, optional, type of every field."""
    found = {}
    for name, body in INTERFACE.findall(TYPES):
        if name not in OTHERWISE and name in MODELS:
            found[name] = [(field, bool(optional), kind) for field, optional, kind in FIELD.findall(body)]
    return found


def test_knows_the_shapes() -> None:
    known = {"Assessment", "TraceLine", "Passage", "Partner", "Quantity", "Verdict", "County", "Problem"}
    known |= {"PlacedFinding", "MendShape", "Acceptance", "FindingFeature", "FindingCollection"}
    known |= {"OpportunityRow", "OpportunityList", "CostSplitShape", "ProgrammeRow", "ProgrammeWork", "ProgrammeResult"}
    known |= {"SectionRequest", "SectionAnswer", "SectionShape", "LaidLineShape", "SectionLineShape"}
    known |= {"VisitRow", "VisitList", "VisitDay", "VisitProposal", "VisitMinutesShape", "VisitStop", "VisitItem"}
    known |= {"VisitPicture", "CaseTask"}
    known |= {"RouteGeometries", "MeasuredLine", "RouteDifference", "RouteParting", "LineTakenOver"}
    known |= {"PrintChoices", "PrintPaperShape", "PrintRequest"}
    assert known <= set(shapes())


@pytest.mark.parametrize("name", sorted(shapes()))
def test_same_fields(name: str) -> None:
    model = {field.alias or key: field for key, field in MODELS[name].model_fields.items()}
    for field, optional, kind in shapes()[name]:
        if field not in model:
            assert optional, f"{name}.{field}: the API does not promise it"
            continue
        may_be_null = NoneType in get_args(model[field].annotation)
        assert not may_be_null or optional or "null" in kind, f"{name}.{field} may be null"


def test_offers_the_soils_of_the_standard() -> None:
    [listed] = re.findall(r"SOILS = \[(.*?)\]", (SOURCE / "state/sections.svelte.ts").read_text(encoding="utf-8"))
    assert set(re.findall(r"'(\w+)'", listed)) == set(SOILS)
