"""Hand a request what it needs: the running service, and its body within bounds."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import orjson
from fastapi import Depends, Request

from api.case_book import CaseBook
from api.casework import Casework
from api.errors import ProblemError, refused
from api.opportunity_talks import Talks
from api.resident import NO_COUNTY, NO_POLICY
from api.tiles import Tiles
from api.visit_ground import CountyGround
from api.visits import Visits
from geo.crs import grid
from geo.faults import Fault
from survey.calendar import local
from survey.policies import load_policy

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import date

    from api.county_findings import CountyFindings
    from api.county_opportunities import CountyOpportunities
    from api.db.store import Store
    from api.identity.demo import ReadyMade
    from api.programmes import Programmes
    from api.resident import Resident
    from api.settings import Settings
    from geo.crs import Grid
    from survey.calendar import Calendar
    from survey.policies import Policy

JSON_TYPES = frozenset({"application/json", "application/geo+json", "application/merge-patch+json"})
ANYBODY = "local"  # who writes where nobody has signed in
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Service:
    """What runs behind the routes, from start to stop."""

    settings: Settings
    store: Store
    resident: Resident
    findings: CountyFindings
    opportunities: CountyOpportunities
    programmes: Programmes
    calendar: Calendar
    ready_made: tuple[ReadyMade, ...] | None = None
    """The accounts of the sample county that anybody may sign in with; None where the service is no demonstration."""
    book: CaseBook = field(default_factory=CaseBook)
    """The cases of the county in short."""
    ground: CountyGround = field(default_factory=CountyGround)
    """The roads of the county as visits travel on them."""
    calendars: dict[str, Calendar] = field(default_factory=dict)
    """The calendar of each policy, with its office hours; kept, since it remembers the half days that it counted."""
    tiles: Tiles = field(default_factory=Tiles)
    """The vector tiles that were made."""

    def now(self) -> datetime:
        """Return this moment; the one clock of the HTTP room."""
        return datetime.now(UTC)

    def today(self) -> date:
        """Return the county's day: by Beijing's clock."""
        return local(self.now()).date()

    def casework(self) -> Casework:
        """Return the cases of the county at work; refuse while there is no county, or it has no policy."""
        county = self.store.county
        if county is None:
            raise refused(NO_COUNTY)
        if county.policy is None:
            raise refused(NO_POLICY)
        policy = load_policy(county.policy)
        return Casework(self.store, policy, self._calendar_of(policy), self.book)

    def talks(self) -> Talks:
        """Return the talks about chances; without a policy time is counted by the office hours of the calendar."""
        county = self.store.county
        if county is None:
            raise refused(NO_COUNTY)
        if county.policy is None:
            return Talks(self.store, "", self.calendar)
        return Talks(self.store, county.policy, self._calendar_of(load_policy(county.policy)))

    def visits(self) -> Visits:
        """Return the joint visits of the county."""
        county = self.store.county
        if county is None:
            raise refused(NO_COUNTY)
        return Visits(self.store, county.policy or "")

    def _calendar_of(self, policy: Policy) -> Calendar:
        hours = policy.defaults.working_time
        return self.calendars.setdefault(policy.id, replace(self.calendar, working_time=hours))

    def at_work(self) -> Casework | None:
        """Return the cases at work; None while nothing can be at work, for want of a county or a policy."""
        county = self.store.county
        return None if county is None or county.policy is None else self.casework()

    def tick(self) -> None:
        """Let the clocks of all cases and chances work: warnings, alarms, silence, escalation, each once."""
        work = self.at_work()
        if work is not None:
            work.tick(self.now())
        if self.store.county is not None:
            self.talks().tick(self.now())

    def keep_book(self) -> None:
        """Keep in the store what cases are in short, for the next start."""
        work = self.at_work()
        if work is not None:
            self.book.keep(work)

    def prepare_tiles(self) -> None:
        """Make the overviews of tiles that take long, before somebody asks for them; soon where somebody waits."""
        self.tiles.prepare(self.store, self.settings.tick_seconds)

    def grid(self) -> Grid:
        """Return the county's grid; refuse while there is no county."""
        county = self.resident.stored or self.store.county
        if county is None:
            raise refused(NO_COUNTY)
        return grid(county.grid)


def service_of(request: Request) -> Service:
    """Return the service that the application has started."""
    running: Service = request.app.state.service
    return running


Running = Annotated[Service, Depends(service_of)]


def _body_reader(setting: str) -> Callable[[Request], Awaitable[bytes]]:
    """Return a dependency that reads a JSON body of at most the bytes that ``setting`` allows."""

    async def read(request: Request) -> bytes:
        limit: int = getattr(service_of(request).settings, setting)
        _check_kind(request)
        return await _read(request, limit)

    return read


def file_reader(limit: int) -> Callable[[Request], Awaitable[bytes]]:
    """Return a dependency that reads a file of at most ``limit`` bytes; what it is, the route finds out itself."""

    async def read(request: Request) -> bytes:
        return await _read(request, limit)

    return read


async def _read(request: Request, limit: int) -> bytes:
    announced = request.headers.get("content-length", "0")
    if announced.isdigit() and int(announced) > limit:
        raise _too_large(limit)
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise _too_large(limit)
        chunks.append(chunk)
    return b"".join(chunks)


Body = Annotated[bytes, Depends(_body_reader("body_limit"))]
LargeBody = Annotated[bytes, Depends(_body_reader("assessment_limit"))]


def _check_kind(request: Request) -> None:
    """Refuse a body that is not plain JSON; a body without a type is taken for JSON."""
    given = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    coding = request.headers.get("content-encoding", "identity").lower()
    if given not in JSON_TYPES or coding != "identity":
        said = given if given not in JSON_TYPES else coding
        zh = f"收到 {said}；请用 application/geo+json 或 application/json，不压缩"
        en = f"got {said}; send application/geo+json or application/json, not compressed"
        raise ProblemError("body.media_type", zh, en)


def _too_large(limit: int) -> ProblemError:
    zh, en = f"正文最多 {limit:,} 字节", f"a body has {limit:,} bytes at most"
    return ProblemError("body.too_large", zh, en, headers={"Connection": "close"})


def parse_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object of a body.

    Numbers are finite and nesting is bounded: ``NaN``, ``Infinity``, ``1e999`` and a depth over 1,024 are refused.

    >>> parse_object(b'{"a": 1}')
    {'a': 1}
    >>> parse_object(b'{"a": NaN}')
    Traceback (most recent call last):
    api.errors.ProblemError: unexpected character, expected a JSON value: line 1 column 7 (char 6)
    """
    try:
        value = orjson.loads(body.removeprefix(BOM))
    except orjson.JSONDecodeError as error:
        zh = f"第 {error.lineno} 行第 {error.colno} 列不是有效的 JSON"
        raise ProblemError("body.not_json", zh, str(error)) from None
    if not isinstance(value, dict):
        raise refused(
            Fault("body.not_object", "正文应为一个 JSON 对象", "the body must be a JSON object", "发送 GeoJSON 要素",
                  "send a GeoJSON feature", value=type(value).__name__)
        )  # fmt: skip
    return value
