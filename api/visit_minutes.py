"""Make the minutes of a visit from its events, its pictures, what was measured and the county around; issue them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from api.db import geometries, visit_minutes, visit_pictures
from api.db.visit_minutes import StoredMinutes
from api.errors import ProblemError
from api.minutes_cases import enter, shortened, steps_of
from api.route_stages import difference_of, stages_of
from api.visit_cases import came_to
from api.visit_papers import Papers
from api.visit_pictures import smaller
from maps.figures import MM_PER_INCH, PHOTO_DPI
from maps.visit_minutes import minutes_docx, minutes_pdf
from maps.visit_minutes_content import MeasuredRoute, MinutesHead, Photo, VisitMinutes
from maps.visit_minutes_stops import PHOTO_MM
from survey.calendar import local
from survey.cases.citing import cites
from survey.cases.commands import Command
from survey.cases.words import SILENT_CLAUSE
from survey.visits.checklists import lines_of
from survey.visits.keeping.commands import IssueMinutes
from survey.visits.keeping.events import OUTCOMES, ItemAnswered

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from api.dependencies import Service
    from api.minutes_cases import Step
    from geo.crs import Grid
    from maps.visit_minutes_content import Task
    from survey.cases.records import Actor
    from survey.policies import Policy
    from survey.visits.keeping import Visit

LANGUAGES = ("zh", "en")
PHOTO_PIXELS = round(max(PHOTO_MM) * PHOTO_DPI / MM_PER_INCH)
SIGNATURE_PIXELS = 4_000
"""A wider one is shrunk as photos are; ink stays as it is drawn."""
STAGES = ("joint_survey", "survey_schedule")
"""Stages of a policy that a joint survey belongs to, the nearest first."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody says beside the record: the paper's own number, who does what is open, which cases are entered."""

    number: str = ""
    tasks: Mapping[str, Task] | None = None
    push: bool = True
    expected: int | None = None


def issues_of(service: Service, visit: Visit) -> list[StoredMinutes]:
    """Return the issues of a visit's minutes, the first one first."""
    return visit_minutes.of_visit(service.store, visit.id, LANGUAGES[0])


def minutes_of(service: Service, visit: Visit, asked: Asked, now: datetime, steps: Sequence[Step] = ()) -> VisitMinutes:
    """Return what the next issue of a visit's minutes is made of; a draft as long as ``asked`` has no number.

    Raises
    ------
    ProblemError
        The visit was never planned.
    """
    issued = issues_of(service, visit)
    on = local(now).date()
    papers = Papers(service, visit, on)
    layers = {name: frame for name, frame in papers.layers.items() if len(frame)}
    head = _head(service, asked.number, issued, on)
    return VisitMinutes(
        head=head, visit=visit, pictures=_pictures(service, visit), layers=layers, lines=_lines(service, visit),
        tasks=asked.tasks or {}, steps=tuple(step.step for step in steps if not step.why_zh),
        late=_late(service, visit, issued[-1].upto) if issued else frozenset(), grid=_system(service.grid()),
    )  # fmt: skip


def in_short(visit: Visit, number: str) -> str:
    """Return the minutes as a case keeps them: a line for each item, no longer than a case takes."""
    if visit.plan is None:
        return ""
    lines = [f"联合踏勘纪要 {number}：{visit.plan.title}", f"到场：{came_to(visit)}"]
    for line in lines_of(visit.plan):
        said = [_said(given.answer) for given in visit.standing(line.item.id)]
        dispute = "（说法不一）" if line.item.id in visit.disputed else ""
        lines.append(f"{line.number} {line.item.do_zh}：{'；'.join(said) or '未填写'}{dispute}")
    return shortened("\n".join(lines), "minutes")


def _said(answer: Any) -> str:  # noqa: ANN401 - an answer of the visit
    value = "" if answer.value is None else f" {answer.value:g} {answer.unit}".rstrip()
    return OUTCOMES[answer.outcome][0] + value + (f"，{answer.note}" if answer.note else "")


@dataclass(frozen=True, slots=True)
class Issued:
    """An issue that is made and not kept yet."""

    service: Service
    visit: Visit
    asked: Asked
    actor: Actor
    key: str
    number: str
    text: str
    issue: int
    files: Mapping[str, Mapping[str, bytes]]

    def keep(self, now: datetime) -> tuple[Visit, list[Step]]:
        """Keep the files, issue the minutes, enter the steps in the cases; in the transaction that is open.

        Raises
        ------
        ProblemError
            409 where something came in since the files were made.
        survey.cases.refusals.RefusedError
            The visit was not held, or the role may not issue minutes.
        """
        service, visit = self.service, self.visit
        if service.visits().visit(visit.id).seq != visit.seq:
            raise ProblemError("minutes.changed")
        minutes_id = f"{visit.id}-{self.issue}"
        command = Command(self.key, self.actor, IssueMinutes(minutes_id), self.asked.expected)
        after = service.visits().act(visit.id, command, now)
        work = service.at_work()
        steps = enter(work, visit, self.actor, self.text, now, self.key) if work is not None and self.asked.push else []
        told = {"number": self.number, "steps": [step.as_dict() | {"due": _iso(step.step.due)} for step in steps]}
        for language, files in self.files.items():
            kept = StoredMinutes(
                minutes_id, language, visit.id, self.issue, visit.seq, told, self.actor.name, now, "", ""
            )
            visit_minutes.keep(service.store, kept, files)
        return after, steps


def issue(service: Service, visit: Visit, asked: Asked, actor: Actor, key: str, now: datetime) -> Issued:
    """Prepare an issue of the minutes outside of the transaction that keeps it: many photos take seconds."""
    number = asked.number or f"{visit.id}-{len(issues_of(service, visit)) + 1}"
    work = service.at_work()
    text = in_short(visit, number)
    steps = steps_of(work, visit, actor, text, now) if work is not None and asked.push else []
    made = minutes_of(service, visit, replace(asked, number=number), now, steps)
    files = {one: {"pdf": minutes_pdf(made, one), "docx": minutes_docx(made, one)} for one in LANGUAGES}
    return Issued(service, visit, asked, actor, key, number, text, made.head.issue, files)


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else local(moment).isoformat()


def _head(service: Service, number: str, issued: Sequence[StoredMinutes], on: date) -> MinutesHead:
    county, work = service.store.county, service.at_work()
    name = "" if county is None else county.name_zh
    head = MinutesHead(
        county=name, authority=name, issued=on, number=number, issue=len(issued) + 1,
        earlier=str(issued[-1].told["number"]) if issued else "",
    )  # fmt: skip
    if work is None:
        return head
    policy = work.policy
    [cite, *_] = cites(policy, [f"stage:{key}" for key in STAGES], on)
    silent = cite.clause == SILENT_CLAUSE
    return replace(
        head, county=policy.county_zh, authority=_lead(policy, on) or policy.county_zh,
        document="" if silent else cite.document, clause="" if silent else cite.clause,
    )  # fmt: skip


def _system(grid: Grid) -> str:
    """Return the name of a grid in short: its datum and central meridian."""
    datum = grid.name.partition(" / ")[0]
    return f"{datum} {grid.central_meridian:g}°E" if grid.is_gauss_kruger else grid.name


def _lead(policy: Policy, on: date) -> str:
    """Return who leads the survey by the document; empty where it names no office."""
    stages = [stage for key in STAGES for stage in policy.stages if stage.key == key and stage.in_force(on)]
    keys = next((stage.lead for stage in stages if stage.lead), ())
    return "、".join(one.name_zh for one in policy.departments if one.key in keys and one.kind != "utility")


def _pictures(service: Service, visit: Visit) -> dict[str, Photo]:
    """Return the pictures that the minutes show, in no more pixels than they print; one after another."""
    signed = {one.picture for one in visit.signatures}
    wanted = signed | {name for given in visit.answers.values() for name in given.answer.photos}
    found = {}
    for picture in visit_pictures.listed(service.store, visit.id):
        if picture.id in wanted:
            content = visit_pictures.content(service.store, visit.id, picture.id)
            if picture.id not in signed or picture.width > SIGNATURE_PIXELS:
                content = _shown(content)
            found[picture.id] = Photo(content, picture.taken_at, picture.x, picture.y, picture.accuracy_m)
    return found


def _shown(content: bytes) -> bytes:
    """Return a picture as small as it prints; empty where it cannot be shown: one photo must not keep the minutes."""
    try:
        return smaller(content, PHOTO_PIXELS)
    except ProblemError:
        return b""


def _lines(service: Service, visit: Visit) -> tuple[MeasuredRoute, ...]:
    """Return the lines that were measured on a visit, each beside the plan of its route."""
    lines = geometries.of_visit(service.store, visit.id)
    rows = {row.id: row for row in service.store.rows("routes", [one.route for one in lines if one.route])}
    found = []
    for line in lines:
        if line.revision is not None:
            continue
        base = MeasuredRoute(
            line.route, line.id, line.geometry, line.accuracy_m, note=line.note, by=line.who, at=line.at
        )
        if line.route in rows:
            stages = stages_of(service, rows[line.route])
            base = replace(
                base, plan=stages.planned.geometry, difference=difference_of(service, stages.planned, line),
                judged=stages.of_line == line.id,
            )  # fmt: skip
        found.append(base)
    return tuple(found)


def _late(service: Service, visit: Visit, upto: int) -> frozenset[str]:
    """Return the ids of the answers that came in after an event."""
    events = service.visits().visits.events(visit.id, upto)
    return frozenset(one.body.answer.id for one in events if isinstance(one.body, ItemAnswered))
