"""Describe chances to share a trench for OpenAPI: lists, one of them, what its parties say, what-if, cost split."""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003 - pydantic reads the annotations
from typing import Any, Literal

from pydantic import Field

from api.case_schemas import ActorShape  # noqa: TC001 - pydantic reads the annotations
from api.schemas import FaultShape, Geometry, Link, Shape

TalkState = Literal["new", "proposed", "agreed", "declined", "expired", "withdrawn", "done"]


class SaidShape(Shape):
    """A sentence in Chinese and English."""

    zh: str
    en: str


class ChanceMember(Shape):
    """The stretch of one route that lies in the trench, by chainages (metres), and when it is to be built."""

    route: str
    name: str | None = Field(description="What people call the route.")
    utility: str
    operator: str | None
    method: str | None
    from_m: float
    to_m: float
    start: date | None
    end: date | None


class ShiftShape(Shape):
    """Days by which a window would move: above 0 later."""

    route: str
    days: int


class MeetingShape(Shape):
    """When the parties could dig together: as planned, after the smallest shift, never, or nobody can tell."""

    state: Literal["meets", "shift", "never", "unknown"]
    needed_days: int
    overlap_days: int
    first: date | None
    last: date | None
    shifts: list[ShiftShape]
    unknown: list[str] = Field(description="Routes without dates.")
    too_wide: list[str] = Field(description="Routes whose window is too wide to plan on.")


class StreetNamed(Shape):
    """A street, and the metres inside its carriageway (0 beside it)."""

    road: str
    name: str
    metres: float


class VolumeShape(Shape):
    """Earth, cubic metres; `saved_m3` below 0: one trench for all digs more."""

    shared_m3: float
    separate_m3: float
    saved_m3: float


class SurfaceShape(Shape):
    """Surface of one kind, square metres."""

    kind: str
    shared_m2: float
    separate_m2: float
    saved_m2: float


class ClosureShape(Shape):
    """Days for which a lane is closed."""

    shared_days: float
    separate_days: float
    saved_days: float


class MoneyRange(Shape):
    """Yuan saved, from low to high; null where nothing has a price."""

    low: float | None
    high: float | None


class MoneyItemShape(Shape):
    """What one kind of saving is worth, and where its price comes from."""

    name: str
    quantity: float
    unit: str
    low: float
    high: float
    status: str
    source_zh: str
    source_en: str


class MoneyShape(MoneyRange):
    """The sum of the items with a price; `unpriced` names the others."""

    items: list[MoneyItemShape]
    unpriced: list[str]
    zh: str
    en: str


class SavingsInShort(Shape):
    """What is saved, without the items it is made of."""

    volume: VolumeShape | None
    closure: ClosureShape
    money: MoneyRange


class SavingsShape(Shape):
    """What is saved, item by item; no volume and no surfaces where no section is known."""

    volume: VolumeShape | None
    surfaces: list[SurfaceShape]
    closure: ClosureShape
    money: MoneyShape


class PartyShape(Shape):
    """Who answers: an operator with its routes, or (`operator` empty) a route whose operator is not stated."""

    key: str
    operator: str
    utilities: list[str]
    routes: list[str]
    mine: bool = Field(description="Whether who asks may answer for it.")
    yes: bool | None = Field(description="Its answer; null: none yet.")
    reason: str
    by: str = Field(description="Who gave the answer.")
    at: datetime | None


class Chance(Shape):
    """What lists and single chances tell; widths and lengths in metres."""

    id: str
    kind: Literal["run", "crossing"]
    members: list[ChanceMember]
    length_m: float = Field(description="Of all stretches together.")
    shared_m: float = Field(description="Of the trench.")
    saved_m: float = Field(description="What need not be dug.")
    width_m: float
    feasible: bool = Field(description="Whether a section can be built as planned.")
    meeting: MeetingShape
    protected: Literal["blocked", "urgent"] | None = Field(description="The gravest of the roads on it.")
    streets: list[StreetNamed]
    score: float
    geometry: Geometry
    state: TalkState
    state_zh: str
    state_en: str
    seq: int = Field(description="What a command gives as `expected`; 0: nobody has proposed it.")
    due: datetime | None = Field(description="Until when the parties may answer.")
    parties: list[PartyShape]
    waiting: list[str] = Field(description="Keys of the parties that owe an answer.")
    waits: bool = Field(description="Whether it waits for an answer of who asks.")


class OpportunityRow(Chance):
    """A chance in a list."""

    savings: SavingsInShort


class OpportunityCounts(Shape):
    """Of all pages: how many fit the filters, by state, how many wait for who asks, and what they save together."""

    matched: int
    states: dict[str, int]
    waiting: int
    saved_m: float
    money: MoneyRange


class SpellingShape(Shape):
    """Names of operators that may be one company, and why; nothing is merged."""

    names: list[str]
    zh: str
    en: str


class OpportunityList(Shape):
    """A page of chances."""

    opportunities: list[OpportunityRow]
    counts: OpportunityCounts
    links: list[Link]
    on: date
    change: int
    left_out: list[FaultShape] = Field(description="Stored routes that can have no chance, and why.")
    spellings: list[SpellingShape]


class SectionInShort(Shape):
    """The section that takes least earth; null where no place can be given. `…/section` has all of it."""

    feasible: bool
    kind: str
    under: Literal["carriageway", "footway"]
    top_width_m: float | None
    depth_m: float | None
    obstacles: list[SaidShape]
    unverified: bool


class ProtectionShape(Shape):
    """A road on the trench that must not be dug (`blocked`), or soon must not (`urgent`)."""

    road: str
    name: str
    state: Literal["blocked", "urgent"]
    why: Literal["delivered", "overhauled"]
    first: date
    last: date
    zh: str
    en: str


class PossibleAnswer(Shape):
    """Something that who asks may do now; `party` is empty where it is the whole chance's."""

    kind: Literal["propose", "answer", "ask_again", "withdraw_chance", "begin_project", "finish"]
    party: str
    zh: str
    en: str


class OpportunityShape(Chance):
    """A chance whole.

    `gone`: the plans have changed and it is no chance any more; what was a member of the trench is left out then, and
    what was said about it stays.
    """

    gone: bool
    savings: SavingsShape
    section: SectionInShort
    protections: list[ProtectionShape]
    notes: list[SaidShape]
    case: str = Field(description="The case of the project that it has become; empty: none.")
    lead: str = Field(description="Key of the party that leads the project.")
    rounds: int = Field(description="How often the parties were asked.")
    remind_at: datetime | None
    cause: str = Field(description="Why it was opened again or withdrawn: `asked changed gone`; empty: it was not.")
    cause_zh: str
    cause_en: str
    reason: str
    possible: dict[str, list[PossibleAnswer]] = Field(description="By role of who asks.")


class OpportunityEvent(Shape):
    """Something that has happened to a chance."""

    seq: int
    at: datetime
    who: str
    role: str
    kind: str
    zh: str
    en: str
    cause_zh: str = Field(description="Why it was opened again or withdrawn; empty: it was not.")
    cause_en: str
    clock: bool
    data: dict[str, Any]


class OpportunityEvents(Shape):
    """The events of a chance, the first one first."""

    events: list[OpportunityEvent]


class AnswerGiven(Shape):
    """The fields of a command: of `answer` all, of `ask_again` and `withdraw_chance` the reason, of others none."""

    party: str | None = Field(None, description="Key of the party; may be left out where only one is one's own.")
    yes: bool | None = None
    reason: str | None = Field(None, description="A no needs one.")
    lead: str | None = Field(None, description="`begin_project`: key of the party that leads.")


class OpportunityCommand(Shape):
    """A command on a chance."""

    kind: Literal["propose", "answer", "ask_again", "withdraw_chance", "begin_project", "finish"]
    actor: ActorShape | None = Field(None, description="Left out where somebody has signed in.")
    expected: int | None = Field(None, description="`seq` of the chance as it was seen.")
    data: AnswerGiven | None = None


class WindowTried(Shape):
    """First and last day of a window."""

    start: date
    end: date


class OpportunityWhatIf(Shape):
    """Other dates of some routes, by id; nothing is stored."""

    windows: dict[str, WindowTried]
    crs: str | None = Field(None, description="Of the answer's coordinates; CRS84 unless given.")


class WhatIfTotals(Shape):
    """Of the chances of these routes: how many have windows that meet, and what these save."""

    meets: int
    saved_m: float
    closure_days: float
    money: MoneyRange


class OpportunityIf(OpportunityRow):
    """A chance as it would be, and how its windows and its score are now."""

    was_meeting: MeetingShape
    was_score: float


class OpportunitiesIf(Shape):
    """The chances of the routes with other dates, the best first, and totals as they would be and are."""

    opportunities: list[OpportunityIf]
    then: WhatIfTotals
    now: WhatIfTotals


class ShareShape(Shape):
    """What one party pays, in yuan to the cent as texts."""

    party: str
    shapley: str
    proportional: str
    alone: str
    by_place: list[str] = Field(description="Mean of what it adds as the first, the second, … to join.")
    above_alone: bool
    proportional_above_alone: bool


class TurnShape(Shape):
    """What a party adds to a coalition that is there before it; `orders` of all orders in which that is so."""

    party: str
    before: list[str]
    added: str
    orders: int


class CostSplitShape(Shape):
    """The cost of the trench, who pays what of it by both ways, and the table that shows why."""

    total: str
    saved: str
    zh: str
    en: str
    shares: list[ShareShape]
    turns: list[TurnShape]
