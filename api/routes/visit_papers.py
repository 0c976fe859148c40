"""Give what people take along to a visit: invitation, atlas, field map, checklist."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlsplit

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api import media_types
from api.dependencies import Running, Service  # noqa: TC001 - FastAPI reads the annotations
from api.doors import Asking, may
from api.errors import ProblemError, not_found
from api.openapi import Content, documented
from api.routes.visits import Identity  # noqa: TC001 - FastAPI reads the annotations
from api.settings import is_loopback
from api.visit_papers import Papers, invitation_of
from api.visit_people import known
from maps.offline_page import MissingClientError
from maps.visit_checklist import visit_checklist

router = APIRouter(prefix="/api/visits", tags=["visits"])

PDF, HTML, XLSX, ICS = (
    Content("File", (media,)) for media in (media_types.PDF, media_types.HTML, media_types.XLSX, media_types.ICS)
)
Language = Annotated[Literal["zh", "en"], Query(description="Of the paper.")]


@router.get("/{visit_id}/invitation.ics", responses=documented(ICS, 404, 422, 503),
            dependencies=[may("visits.read", own=True)])  # fmt: skip
def get_invitation(
    request: Request,
    service: Running,
    visitor: Asking,
    visit_id: Identity,
    attendee: Annotated[str, Query(description="Key of the one whom it is for; everybody unless given.",
                                   max_length=400)] = "",
    dropped: Annotated[
        bool, Query(description="What takes back days that earlier invitations had and the visit has no more.")
    ] = False,
) -> Response:  # fmt: skip
    """Return the invitation as iCalendar: a later one replaces it, after cancelling it takes it back."""
    visit = known(service, visitor, visit_id)
    host = urlsplit(address_of(request, service)).hostname or ""
    ics = invitation_of(service, visit, host, attendee, dropped=dropped)
    return _file(ics, f"{media_types.ICS}; charset=utf-8", f"{visit_id}{'-dropped' if dropped else ''}.ics")


@router.get("/{visit_id}/atlas.pdf", responses=documented(PDF, 404, 422, 503),
            dependencies=[may("visits.read", own=True)])  # fmt: skip
def get_visit_atlas(
    request: Request,
    service: Running,
    visitor: Asking,
    visit_id: Identity,
    paper: Annotated[Literal["A3", "A4"], Query(description="Lying.")] = "A3",
    language: Language = "zh",
) -> Response:
    """Return the atlas of a visit: each stop at a true scale, items under the numbers of the checklist."""
    papers = _papers(request, service, visitor, visit_id, language)
    return _file(papers.atlas(paper.lower()), media_types.PDF, f"{visit_id}-atlas-{paper}.pdf")


@router.get("/{visit_id}/field-map.html", responses=documented(HTML, 404, 422, 503),
            dependencies=[may("visits.read", own=True)])  # fmt: skip
def get_visit_field_map(
    request: Request, service: Running, visitor: Asking, visit_id: Identity, language: Language = "zh"
) -> Response:
    """Return the field map of a visit, one page that opens with no network."""
    papers = _papers(request, service, visitor, visit_id, language)
    try:
        page = papers.field_map()
    except MissingClientError as error:
        raise ProblemError("client.missing", *str(error).split(" / ", 1)) from error
    return _file(page.encode(), f"{media_types.HTML}; charset=utf-8", f"{visit_id}-field-map.html")


@router.get("/{visit_id}/checklist.xlsx", responses=documented(XLSX, 404, 422, 503),
            dependencies=[may("visits.read", own=True)])  # fmt: skip
def get_visit_checklist(service: Running, visitor: Asking, visit_id: Identity, language: Language = "zh") -> Response:
    """Return the checklist of a visit as a workbook, with what was answered already."""
    visit = known(service, visitor, visit_id)
    if visit.plan is None:
        raise not_found(f"踏勘 {visit_id} 未排定", f"visit {visit_id} is not planned")
    return _file(visit_checklist(visit, language), media_types.XLSX, f"{visit_id}-checklist.xlsx")


def address_of(request: Request, service: Service) -> str:
    """Return the address under which phones reach the service: a name it is known by, else that of the request.

    Empty where it is served to this machine alone.
    """
    host, scheme = request.url.netloc, request.url.scheme
    if is_loopback(request.url.hostname or ""):
        names = sorted(service.settings.host_names)
        host, scheme = (names[0], "https") if names else ("", "")
    return f"{scheme}://{host}" if host else ""


def _papers(request: Request, service: Service, visitor: Asking, visit_id: str, language: str) -> Papers:
    visit = known(service, visitor, visit_id)
    visitor.require("pipes.read")  # every line around the stops is drawn
    return Papers(service, visit, service.today(), language, address_of(request, service))


def _file(content: bytes, media: str, name: str) -> Response:
    # Saved, never shown in place: a page of data must not run under the address of the service.
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, headers=headers, media_type=media)
