"""Complete the OpenAPI description: the shapes that FastAPI does not see, and one shape for every problem.

``python -m api.openapi > openapi.json`` writes it, for the client's types.
"""

from __future__ import annotations

import inspect
import sys
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import orjson
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from api import (
    case_schemas,
    deadline_schemas,
    finding_schemas,
    form_schemas,
    geometry_schemas,
    minutes_schemas,
    opportunity_schemas,
    print_schemas,
    programme_schemas,
    project_schemas,
    schemas,
    service_schemas,
    session_schemas,
    standing_schemas,
    visit_entry_schemas,
    visit_layer_schemas,
    visit_schemas,
)
from api.doors import COOKIE, May
from api.errors import PROBLEM_TYPE
from api.geojson import MEDIA_TYPE
from api.identity.permissions import GUEST_ROLE, TABLE

if TYPE_CHECKING:
    from fastapi import FastAPI

ROOMS = (
    schemas, service_schemas, finding_schemas, case_schemas, form_schemas, standing_schemas, deadline_schemas,
    session_schemas, programme_schemas, opportunity_schemas, project_schemas, visit_schemas, print_schemas,
    visit_entry_schemas, visit_layer_schemas, geometry_schemas, minutes_schemas,
)  # fmt: skip
SECURITY = {
    "session": {"type": "apiKey", "in": "cookie", "name": COOKIE, "description": "Set by `POST /api/session`."},
    "token": {"type": "http", "scheme": "bearer", "description": "A `cotrench_…` of `cotrench token add`."},
}
FILE = "File"
"""What stands for a model where the body is a file of its media type."""
REFERENCE = "#/components/schemas/{model}"


@dataclass(frozen=True, slots=True)
class Content:
    """A body by the name of its model in one of the modules of shapes, or `FILE`, and its media types."""

    model: str
    media: tuple[str, ...] = ("application/json",)

    @property
    def content(self) -> dict[str, Any]:
        """The body as OpenAPI describes it."""
        return {media: {"schema": self._schema(media)} for media in self.media}

    def _schema(self, media: str) -> dict[str, str]:
        if self.model != FILE:
            return {"$ref": REFERENCE.format(model=self.model)}
        return {"type": "string", "contentMediaType": media, "contentEncoding": "binary"}

    @property
    def body(self) -> dict[str, Any]:
        """The body as that of a request."""
        return {"requestBody": {"required": True, "content": self.content}}


FEATURE = Content("Feature", (MEDIA_TYPE,))
FEATURES = Content("FeatureCollection", (MEDIA_TYPE,))
HISTORY = FEATURES
PATCH = Content("FeaturePatch", ("application/merge-patch+json",))
PROBLEM = Content("Problem", (PROBLEM_TYPE,))


def documented(shape: Content | None, *problems: int, status: int = 200) -> dict[int | str, dict[str, Any]]:
    """Return the answers of a route: ``shape`` with ``status``, the problems it may give, and 500.

    304 has no body. Every route may refuse the host (400) and the page it is called from (403).
    """
    good: dict[str, Any] = {"description": HTTPStatus(status).phrase}
    answers: dict[int | str, dict[str, Any]] = {status: good | ({"content": shape.content} if shape else {})}
    for number in sorted({*problems, 400, 403, 500}):
        described: dict[str, Any] = {"description": HTTPStatus(number).phrase}
        answers[number] = described if number == HTTPStatus.NOT_MODIFIED else described | {"content": PROBLEM.content}
    return answers


def install(app: FastAPI) -> None:
    """Let ``app`` describe itself with every model of `api.schemas`."""

    def describe() -> dict[str, Any]:
        if app.openapi_schema is None:
            described = get_openapi(
                title=app.title, version=app.version, description=app.description, routes=app.routes
            )
            components = described.setdefault("components", {}).setdefault("schemas", {})
            components.update(_models())
            described["components"]["securitySchemes"] = SECURITY
            _tell_permissions(app, described["paths"])
            for unused in ("HTTPValidationError", "ValidationError"):
                components.pop(unused, None)
            app.openapi_schema = described
        return app.openapi_schema

    app.openapi = describe  # type: ignore[method-assign]  # the way FastAPI is told


def _tell_permissions(app: FastAPI, paths: dict[str, Any]) -> None:
    """Write to every operation the action that it is (``x-action``), how one signs in for it, and its 401."""
    for route in iter_route_contexts(app.routes):
        for method in getattr(route, "methods", None) or ():
            operation = paths.get(str(route.path_format), {}).get(method.lower())
            if operation is None:
                continue
            [permission] = [one.call for one in route.dependant.dependencies if isinstance(one.call, May)]
            operation["x-action"] = permission.action
            anybody: list[dict[str, list[str]]] = [{}] if TABLE.get(permission.action, {}).get(GUEST_ROLE) else []
            operation["security"] = [*anybody, {"session": []}, {"token": []}]
            refusal = {"description": HTTPStatus(401).phrase, "content": PROBLEM.content}
            operation["responses"].setdefault("401", refusal)


def _models() -> dict[str, Any]:
    """Return the JSON schema of every model of the modules of shapes, by name."""
    models = [
        model
        for module in ROOMS
        for _, model in inspect.getmembers(module, inspect.isclass)
        if issubclass(model, BaseModel) and model.__module__ == module.__name__ and model is not schemas.Shape
    ]
    _, described = models_json_schema([(model, "serialization") for model in models], ref_template=REFERENCE)
    found: dict[str, Any] = described["$defs"]
    return found


def main() -> None:
    """Write the description to the standard output."""
    from api.main import create_app  # noqa: PLC0415 - main imports this module
    from api.settings import Settings  # noqa: PLC0415

    sys.stdout.buffer.write(orjson.dumps(create_app(Settings()).openapi(), option=orjson.OPT_INDENT_2) + b"\n")


if __name__ == "__main__":
    main()
