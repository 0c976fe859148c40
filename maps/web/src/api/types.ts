/** The shapes the API answers with: kept in this one place, named as the API names them. */

import type { Point } from '../geometry/points';

export interface GridShape {
  code: string;
  name: string;
  /** None where the grid is no Gauss–Krüger grid. */
  central_meridian: number | null;
  false_easting: number | null;
  ellipsoid: { a: number; f: number };
  gauss_kruger: boolean;
}

export interface UtilityShape {
  key: string;
  zh: string;
  en: string;
  code: string;
  colour: string;
  /** Whether the county's document speaks of it: no other can be applied for. */
  served: boolean;
}

export interface County {
  id: string;
  name_zh: string;
  name_en: string;
  grid: GridShape;
  policy: string | null;
  bbox_grid: [number, number, number, number] | null;
  bbox_lonlat: [number, number, number, number] | null;
  defaults: Record<string, unknown>;
  utilities: UtilityShape[];
  loopback_only: boolean;
  /** Pictures under the layers; null where there is no service, or it is not for this one. */
  tiles: TileServiceShape | null;
}

export interface TileServiceShape {
  url: string;
  attribution: string;
  projection: 'EPSG:3857' | 'EPSG:4490';
  max_zoom: number;
}

export interface PrintPaperShape {
  paper: 'a4' | 'a3' | 'a2' | 'a1' | 'a0';
  orientation: 'landscape' | 'portrait';
  /** What the map has of the paper inside its frame. */
  map_width_mm: number;
  map_height_mm: number;
}

export interface PrintChoices {
  papers: PrintPaperShape[];
  scales: number[];
  layers: string[];
  most_sheets: number;
}

/** Either `bbox` or `selection`, ids by layer, says where. */
export interface PrintRequest {
  layers: string[];
  bbox?: number[] | null;
  bbox_crs?: string | null;
  selection?: Record<string, string[]> | null;
  title?: string | null;
  paper?: PrintPaperShape['paper'] | null;
  orientation?: PrintPaperShape['orientation'] | null;
  scale?: number | 'fit' | null;
  findings?: boolean | null;
  language?: 'zh' | 'en' | null;
  note?: string | null;
}

export interface LayerSymbol {
  key: string;
  zh: string;
  en: string;
  geometry: string;
  fill?: string;
  stroke?: string;
  width: number;
  dash?: number[];
  opacity?: number;
  by?: string;
  max_resolution: number | null;
  visible: boolean;
  /** `named_to`: metres a pixel up to which the name of such a road is read. */
  classes?: Record<string, { zh: string; en: string; fill: string; casing: string; named_to: number }>;
  /** What is written on it: up to how many metres a pixel; of two names that meet the weightier stays. */
  names?: { weight: number; max_resolution: number; colour: string; size: number };
}

/** Vector tiles in the county's grid: where they are counted from, the pixel of each zoom, how many features a layer has. */
export interface VectorTiles {
  readonly path: string;
  readonly origin: Point;
  readonly zooms: readonly { readonly zoom: number; readonly pixelM: number }[];
  readonly features: Readonly<Record<string, number>>;
}

export interface Symbols {
  paper: string;
  ink: string;
  /** Of the way and the stops of a visit; not in what a phone took along before it was told. */
  visit?: string;
  utilities: Record<string, { zh: string; en: string; code: string; standard: string; screen: string; dash: number[] }>;
  layers: LayerSymbol[];
  passages: Record<string, { zh: string; en: string; stroke: string; width: number }>;
  verdicts: Record<string, { zh: string; en: string; colour: string }>;
}

export type Geometry =
  | { type: 'LineString'; coordinates: Point[] }
  | { type: 'MultiLineString'; coordinates: Point[][] }
  | { type: 'Point'; coordinates: Point }
  | { type: 'MultiPoint'; coordinates: Point[] }
  | { type: 'Polygon'; coordinates: Point[][] }
  | { type: 'MultiPolygon'; coordinates: Point[][][] }
  | { type: 'GeometryCollection'; geometries: Geometry[] };

export interface Feature<P = Record<string, unknown>> {
  type: 'Feature';
  id?: string | number;
  geometry: Geometry | null;
  properties: P;
}

export interface FeatureCollection {
  type: 'FeatureCollection';
  features: Feature[];
  links?: { rel: string; href: string }[];
  numberMatched?: number;
  numberReturned?: number;
}

export interface RouteProperties {
  utility: string;
  operator?: string | null;
  name?: string | null;
  start?: string | null;
  end?: string | null;
  diameter_mm?: number | null;
  laying?: string | null;
  material?: string | null;
  subtype?: string | null;
  pressure_mpa?: number | null;
  voltage_kv?: number | null;
  cover_m?: number | null;
  /** One cover for each vertex, blank-separated; where it is there, it goes before `cover_m`. */
  covers_m?: string | null;
  method?: string | null;
  accuracy_m?: number | null;
  drawn_by?: string | null;
  remark?: string | null;
  revision?: number;
  [other: string]: unknown;
}

export interface PipeProperties {
  id: string;
  utility?: string | null;
  subtype?: string | null;
  name?: string | null;
  operator?: string | null;
  diameter_mm?: number | null;
  cover_m?: number | null;
  covers_m?: string | null;
  material?: string | null;
  pressure_mpa?: number | null;
  voltage_kv?: number | null;
  quality?: string | null;
  accuracy_m?: number | null;
  built?: string | number | null;
}

/** A line of a cross-section to be laid: the columns of a route. */
export interface SectionLineShape {
  id?: string;
  utility: string;
  subtype?: string | null;
  diameter_mm?: number | null;
  pressure_mpa?: number | null;
  voltage_kv?: number | null;
  laying?: string | null;
  material?: string | null;
  cover_m?: number | null;
  name?: string | null;
}

export interface SectionRequest {
  lines?: SectionLineShape[];
  routes?: string[];
  soil?: string;
  under?: 'carriageway' | 'footway';
  stepped?: boolean;
  red_line_m?: number;
  max_width_m?: number;
  language?: 'zh' | 'en';
}

/** A line in its place: metres from the edge of the trench at the ground, on the red line's side. */
export interface LaidLineShape {
  id: string;
  name: string;
  utility: string;
  kind_zh: string;
  kind_en: string;
  x_m: number;
  radius_m: number;
  cover_m: number;
  floor_m: number;
  cover_evidence_zh?: string | null;
  cover_evidence_en?: string | null;
  cover_unverified?: boolean;
}

/** What holds the width or the depth of a section. */
export interface SectionBound {
  kind: string;
  a: string;
  b: string | null;
  metres: number;
  zh: string;
  en: string;
  unverified: boolean;
  rules: { standard: string; clause: string }[];
}

export interface SectionShape {
  kind: 'single' | 'stepped';
  feasible: boolean;
  unverified: boolean;
  lines: LaidLineShape[];
  top_width_m: number | null;
  bottom_width_m: number | null;
  depth_m: number | null;
  bounds: SectionBound[];
  obstacles: { kind: string; ids: string[]; zh: string; en: string }[];
  earth: { shared_m3: number | null; separate_m3: number; saved_m3: number | null };
  notes: { zh: string; en: string }[];
}

/** A paper that a section is printed on, lying. */
export type SectionPaper = 'a4' | 'a3';

export interface SectionAnswer {
  section: SectionShape;
  svg: string;
}

export interface Quantity {
  value: number;
  uncertainty: number;
  unit: string;
  note_zh?: string;
  note_en?: string;
}

export type Outcome = 'passes' | 'fails' | 'within_uncertainty' | 'unknown' | 'silent' | 'not_applicable';

/** Where the document can be read in two ways: which is taken, and what the other would give. */
export interface ReadingTaken {
  taken_zh: string;
  taken_en: string;
  other_zh: string;
  other_en: string;
  other_measured?: number | string | null;
  other_outcome?: Outcome | null;
  evidence?: string | null;
  evidence_en?: string | null;
}

/** What another document says follows where a rule is not kept. */
export interface Consequence {
  verdict: string;
  zh: string;
  en: string;
  document: string;
  clause: string;
  quote: string;
  evidence: string;
  evidence_en: string;
}

export interface TraceLine {
  rule: string;
  kind: string;
  subject_zh: string;
  subject_en: string;
  outcome: Outcome;
  measured: number | string | null;
  uncertainty: number | null;
  limit: number | string | string[] | null;
  op: string | null;
  unit: string | null;
  margin: number | null;
  document: string | null;
  clause: string | null;
  quote: string | null;
  /** How the value was read, in Chinese; `evidence_en` says the same in English. */
  evidence: string | null;
  evidence_en: string | null;
  sentence_zh: string;
  sentence_en: string;
  reading: ReadingTaken | null;
  /** All of them, where a rule can be read in several ways. */
  readings?: ReadingTaken[];
  counted: number[];
  consequence: Consequence | null;
}

export interface Passage {
  kind: 'crossing' | 'along' | 'green';
  owner: string;
  name: string | null;
  class: string | null;
  assumed: boolean;
  from_m: number;
  to_m: number;
  length_m: number;
  skew_deg: number | null;
  delivered: string | null;
  overhauled: string | null;
  geometry: Geometry | null;
}

export interface Partner {
  route: string;
  utility: string | null;
  operator: string | null;
  from_m: number;
  to_m: number;
  length_m: number;
  gap_min_m: number;
  gap_mean_m: number;
  gap_max_m: number;
  same_direction: boolean;
  window_start: string | null;
  window_end: string | null;
  geometry: Geometry | null;
}

export interface Trench {
  routes: string[];
  utilities: string[];
  length_m: number;
  saved_m: number;
  width_m: number;
  geometry: Geometry | null;
}

export interface Quantities {
  length_m: Quantity;
  crossing_m: Quantity;
  crossing_max_m: Quantity;
  along_m: Quantity;
  green_m2: Quantity;
  crossings: number;
}

export type Severity = 'grave' | 'serious' | 'notice';
export type FindingOutcome = 'fails' | 'must_expose' | 'unknown' | 'passes';

/** The nearest change after which a finding is gone; `geometry` and `properties` are what one click applies. */
export interface MendShape {
  kind: 'offset' | 'depth' | 'date' | 'expose' | 'ask';
  subject: string;
  value: number | null;
  unit: string;
  zh: string;
  en: string;
  properties: Record<string, unknown>;
  moves: boolean;
  geometry?: Geometry | null;
}

/** Who has let a finding stand, and why; `stale` once its facts have changed since. */
export interface Acceptance {
  reason: string | null;
  who: string;
  at: string;
  stale: boolean;
}

/** An attribute that nobody states, what was taken for it, and why. */
export interface AssumedFact {
  attribute: string;
  taken: string;
  why_zh: string;
  why_en: string;
}

/** One thing found at one place: `survey.findings.Finding.as_dict()` with its geometry. */
export interface PlacedFinding {
  id: string;
  facts: string;
  kind: string;
  kind_zh: string;
  kind_en: string;
  outcome: FindingOutcome;
  outcome_zh: string;
  outcome_en: string;
  severity: Severity;
  severity_zh: string;
  severity_en: string;
  a: string;
  b: string | null;
  a_layer: string;
  b_layer: string | null;
  measured: number | null;
  limit: number | null;
  unit: string;
  margin: number | null;
  uncertainty: number | null;
  rule: string;
  document: string;
  clause: string;
  status: string;
  unverified: boolean;
  assumed: readonly AssumedFact[];
  evidence_zh: string;
  evidence_en: string;
  sentence_zh: string;
  sentence_en: string;
  from_m: number | null;
  to_m: number | null;
  mend: MendShape | null;
  geometry: Geometry | null;
  acceptance?: Acceptance | null;
}

/** A finding of the county, as a feature: its properties are the rest of `PlacedFinding`. */
export interface FindingFeature {
  type: 'Feature';
  id: string;
  geometry: Geometry | null;
  properties: Omit<PlacedFinding, 'geometry'>;
}

export interface FindingCollection {
  type: 'FeatureCollection';
  features: FindingFeature[];
  numberMatched: number;
  links: { rel: string; href: string }[];
}

export interface PolicyNamed {
  id: string;
  county_zh: string;
  document: string;
  title: string;
  on: string;
}

export interface Verdict {
  verdict: string;
  label_zh: string;
  label_en: string;
  margin_m: number | null;
  sentence_zh: string;
  sentence_en: string;
  decisive: string[];
}

export interface Assessment {
  grid: string;
  crs: string;
  policy: PolicyNamed | null;
  quantities: Quantities;
  /** None where the county has no policy. */
  verdict: Verdict | null;
  trace: TraceLine[];
  passages: Passage[];
  partners: Partner[];
  trenches: Trench[];
  /** What the line is in the way of, and what is in its way; an older server says nothing of it. */
  findings?: PlacedFinding[];
  joined: string[];
  /** What was judged, where several routes are one work; `quantities` are those of the drawn one alone. */
  work?: { quantities: Quantities } | null;
  notes: { code: string; zh: string; en: string }[];
  took_ms: number;
}

/** One fault of a bad input: `geo.faults.Fault.as_dict()`. */
export interface FaultShape {
  code: string;
  zh?: string;
  en?: string;
  mend_zh?: string;
  mend_en?: string;
  feature?: string | number;
  vertex?: number;
  field?: string;
  value?: unknown;
}

export interface Problem {
  type?: string;
  title?: string;
  title_en?: string;
  status: number;
  detail?: string;
  detail_en?: string;
  code?: string;
  errors?: FaultShape[];
  current?: Feature;
  /** How far something is that is still being made. */
  percent?: number;
}

// ----------------------------------------------------------------------------------------------------------- session

export type Mode = 'desk' | 'demo' | 'accounts';
/** What may be done, and to what; an action that is missing may not be done. */
export type Rights = Readonly<Record<string, 'all' | 'own'>>;

export interface Person {
  id: string;
  name: string;
  organisation: string;
  organisation_name: string;
  utility: string;
  department: string;
  roles: string[];
}

/** An account of the sample county that anybody may sign in with. */
export interface ReadyMade {
  role: Role;
  name: string;
  password: string;
  shown: string;
}

export interface SessionShape {
  mode: Mode;
  person: Person | null;
  may: Rights;
  ready_made: ReadyMade[];
}

// ------------------------------------------------------------------------------------------------------------- cases

export type Role = 'applicant' | 'surveyor' | 'utility' | 'coordinator' | 'approver' | 'supervisor' | 'admin' | 'guest';
export type ClockColour = 'red' | 'amber' | 'green' | 'grey';

export interface CaseCite {
  rule: string;
  document: string;
  clause: string;
}

export interface CaseClock {
  id: string;
  zh: string;
  en: string;
  utility: string;
  status: 'running' | 'paused';
  start: string;
  due: string | null;
  /** Half working days left; null where the document gives no time. */
  half_days: number | null;
  overdue: boolean;
  colour: ClockColour;
  until_zh: string;
  until_en: string;
  provisional: boolean;
  cites: CaseCite[];
  sentence_zh: string;
  sentence_en: string;
}

export interface CasePossible {
  kind: string;
  utility: string;
  zh: string;
  en: string;
}

export interface CaseApproval {
  approval: string;
  item_zh: string;
  item_en: string;
  status: string;
  status_zh: string;
  status_en: string;
  department: string;
  /** Those that the document lets decide it; none where it names none. */
  departments: string[];
  opinion: string;
  decided_by: string;
  cites: CaseCite[];
}

/** A verdict as the case keeps it, of the revision that was measured. */
export interface CaseJudgement {
  revision: number;
  decisive: string[];
  trace: TraceLine[];
  quantities: Record<string, { value: number; uncertainty: number }>;
}

export interface CaseTask {
  utility: string;
  zh: string;
  en: string;
  operator: string;
  status: string;
  status_zh: string;
  status_en: string;
  route: string;
  revision: number;
  verdict: string | null;
  commitment: string;
  commitment_zh: string;
  commitment_en: string;
  approvals: CaseApproval[];
  judgement: CaseJudgement | null;
  /** What was found of the line that was committed to; null before a commitment. */
  committed: CaseJudgement | null;
  /** What was measured of the line that was laid, by quantity; empty before that. */
  as_built: Record<string, { value: number; uncertainty: number }>;
  breaches: { rule: string; quantity: string; measured: number; uncertainty: number; limit: number }[];
  /** Whether acceptance was applied for, and the works not rejected since. */
  acceptance_filed: boolean;
  /** Of its operator, in any case; null for who may not see its standing. */
  operator_breaches: number | null;
  operator_suspended: boolean | null;
}

interface CaseHead {
  id: string;
  seq: number;
  phase: string;
  phase_zh: string;
  phase_en: string;
  applicant: string;
  project: string;
  manager: string;
  colour: ClockColour;
  clocks: CaseClock[];
  possible: Partial<Record<Role, CasePossible[]>>;
}

export interface CaseRow extends CaseHead {
  utilities: { utility: string; zh: string; en: string }[];
  /** Companies that serve a part of it. */
  operators: string[];
  /** Departments that still owe a decision; empty where the document names none. */
  asked: { department: string; department_zh: string; department_en: string; utility: string; kind: string; zh: string; en: string }[];
  /** What it waits for from whom the list is for. */
  waits: CasePossible[];
  breaches: number;
  overdue: number;
  last: CaseLast | null;
}

/** What was done last, by whom; what only the clock did is left out. */
export interface CaseLast {
  seq: number;
  at: string;
  who: string;
  role: string;
  kind: string;
  zh: string;
  en: string;
}

/** Of all pages: cases that fit, and of those how many wait for whom the list is for. */
export interface CaseCounts {
  matched: number;
  waiting: number;
  overdue: number;
  breached: number;
}

export interface CasePaper {
  kind: string;
  utility: string;
  approval: string;
  zh: string;
  en: string;
  href: string;
}

export interface CaseShape extends CaseHead {
  policy: string;
  document: string;
  form: Record<string, unknown>;
  manager_phone: string;
  reason: string;
  tasks: CaseTask[];
  papers: CasePaper[];
  /** What a note may record; of one utility where the milestone is its own. */
  notable: { event: string; utility: string; zh: string; en: string }[];
  facts_to_state: { fact: string; zh: string; en: string }[];
}

export interface CaseEvent {
  seq: number;
  at: string;
  who: string;
  role: string;
  kind: string;
  zh: string;
  en: string;
  cites: CaseCite[];
  /** Whether the clock brought it about. */
  clock: boolean;
  data: Record<string, unknown>;
}

export interface CaseList {
  cases: CaseRow[];
  counts: CaseCounts;
  links: { rel: string; href: string }[];
}

export interface CaseCommand {
  kind: string;
  /** Name and department are the account's where somebody has signed in. */
  actor: { name?: string; role: Role; department?: string };
  data: Record<string, unknown>;
  expected?: number;
  geometry?: Geometry;
  crs?: string;
  accuracy_m?: number;
}

/** A quantity that was laid beyond its limit. */
export interface BeyondShape {
  quantity: string;
  zh: string;
  en: string;
  measured: number;
  uncertainty: number;
  limit: number;
  beyond: number;
  unit: string;
  rule: string;
  clause: string;
}

/** A breach that is not mended; `mend_by` is null where no date was set. */
export interface OpenBreach {
  case: string;
  applicant: string;
  utility: string;
  zh: string;
  en: string;
  route: string;
  ordered: boolean;
  mend_by: string | null;
  overdue: boolean;
  beyond: BeyondShape[];
}

export interface StepTaken {
  at: string;
  who: string;
  zh: string;
  en: string;
  reason: string;
  case: string;
}

/** What may follow a breach; `in_document` false: 文件未规定. */
export interface LadderStep {
  measure: string;
  zh: string;
  en: string;
  in_document: boolean;
  cites: CaseCite[];
  taken: StepTaken[];
}

export interface OperatorStanding {
  operator: string;
  document: string;
  seq: number;
  suspended: boolean;
  /** When the months of a suspension are over: midnight after its last day. */
  ends: string | null;
  breaches: number;
  open: OpenBreach[];
  ladder: LadderStep[];
  possible: Partial<Record<Role, { kind: string; zh: string; en: string }[]>>;
}

export interface Department {
  key: string;
  kind: string;
  name_zh: string;
  name_en: string;
}

/** One field of a county's form as printed; notes, clauses and signatures are not filled in. */
export interface FormFieldShape {
  key: string;
  zh: string;
  en: string;
  type: string;
  unit_zh: string;
  unit_en: string;
  options: { zh: string; en: string }[];
  required: boolean;
  check: string;
  private: boolean;
  filled_in: boolean;
  text_zh: string;
  text_en: string;
  least: number | null;
  most: number | null;
  most_characters: number;
}

export interface FormGroupShape {
  key: string;
  zh: string;
  en: string;
  optional: boolean;
  utility: string;
  fields: FormFieldShape[];
}

/** The form of a county; without groups where the document names it and does not attach it. */
export interface FormShape {
  policy: string;
  county_zh: string;
  county_en: string;
  document: string;
  clause: string;
  title: string;
  form: string;
  name_zh: string;
  name_en: string;
  attached: boolean;
  asks_utilities: boolean;
  channels: { key: string; zh: string; en: string }[];
  groups: FormGroupShape[];
}

/** What a case asks beside the form. */
export interface FilingShape {
  channel: string;
  agent: string;
  applicant: string;
  address: string;
  utilities: string[];
}

export interface FormChecked {
  wrong: FaultShape[];
  missing: FaultShape[];
  complete: boolean;
}

export interface DraftRow {
  id: string;
  revision: number;
  policy: string;
  form: string;
  county_zh: string;
  county_en: string;
  name_zh: string;
  name_en: string;
  applicant: string;
  changed_at: string;
}

/** `values` as typed, identity numbers masked. */
export interface DraftShape extends DraftRow, FormChecked {
  filing: FilingShape;
  values: Record<string, string | number | boolean | string[]>;
}

/** A field of a county's form, as its document calls it. */
export interface FormFieldNamed {
  key: string;
  label_zh: string;
  label_en: string;
  unit: string;
}

export interface FigureRow {
  scope: 'county' | 'utility' | 'department' | 'stage' | 'decision';
  stage_zh: string | null;
  stage_en: string | null;
  clause: string | null;
  utility: string | null;
  utility_zh: string | null;
  utility_en: string | null;
  department_zh: string | null;
  department_en: string | null;
  limit_half_days: number | null;
  limit_zh: string | null;
  limit_en: string | null;
  ended: number | null;
  running: number | null;
  overdue: number | null;
  limited: number | null;
  overdue_share: number | null;
  used_median: number | null;
  used_p90: number | null;
  used_maximum: number | null;
  longest_open: number | null;
  cases: number | null;
  judged: number | null;
  decided: number | null;
  decided_of_judged: number | null;
  begun: number | null;
  together: number | null;
  together_share: number | null;
}

export interface FiguresAnswer {
  policy: string;
  now: string;
  rows: FigureRow[];
}

export type MeetingState = 'meets' | 'shift' | 'never' | 'unknown';
export type TalkState = 'new' | 'proposed' | 'agreed' | 'declined' | 'expired' | 'withdrawn' | 'done';

export interface SaidShape {
  zh: string;
  en: string;
}

/** The stretch of one route that lies in a shared trench, by chainages. */
export interface ChanceMember {
  route: string;
  name: string | null;
  utility: string;
  operator: string | null;
  method: string | null;
  from_m: number;
  to_m: number;
  start: string | null;
  end: string | null;
}

/** When the parties could dig together: as planned, after the smallest shift, never, or nobody can tell. */
export interface MeetingShape {
  state: MeetingState;
  needed_days: number;
  overlap_days: number;
  first: string | null;
  last: string | null;
  shifts: { route: string; days: number }[];
  unknown: string[];
  too_wide: string[];
}

export interface VolumeShape {
  shared_m3: number;
  separate_m3: number;
  saved_m3: number;
}

export interface SurfaceShape {
  kind: string;
  shared_m2: number;
  separate_m2: number;
  saved_m2: number;
}

export interface ClosureShape {
  shared_days: number;
  separate_days: number;
  saved_days: number;
}

/** Yuan from low to high; null where nothing has a price. */
export interface MoneyRange {
  low: number | null;
  high: number | null;
}

export interface MoneyItemShape {
  name: string;
  quantity: number;
  unit: string;
  low: number;
  high: number;
  status: string;
  source_zh: string;
  source_en: string;
}

export interface MoneyShape extends MoneyRange {
  items: MoneyItemShape[];
  unpriced: string[];
  zh: string;
  en: string;
}

export interface SavingsInShort {
  volume: VolumeShape | null;
  closure: ClosureShape;
  money: MoneyRange;
}

export interface SavingsShape extends SavingsInShort {
  surfaces: SurfaceShape[];
  money: MoneyShape;
}

/** Who answers for its routes; `operator` is empty where a route does not state it. */
export interface PartyShape {
  key: string;
  operator: string;
  utilities: string[];
  routes: string[];
  mine: boolean;
  yes: boolean | null;
  reason: string;
  by: string;
  at: string | null;
}

export interface OpportunityRow {
  id: string;
  kind: 'run' | 'crossing';
  members: ChanceMember[];
  length_m: number;
  shared_m: number;
  saved_m: number;
  width_m: number;
  feasible: boolean;
  savings: SavingsInShort;
  meeting: MeetingShape;
  protected: 'blocked' | 'urgent' | null;
  streets: { road: string; name: string; metres: number }[];
  score: number;
  geometry: { type: 'LineString'; coordinates: Point[] } | { type: 'MultiLineString'; coordinates: Point[][] };
  state: TalkState;
  state_zh: string;
  state_en: string;
  /** Number of the last event; 0: nobody has proposed it. */
  seq: number;
  due: string | null;
  parties: PartyShape[];
  waiting: string[];
  /** Whether it waits for an answer of who asks. */
  waits: boolean;
}

/** Names of operators that may be one company, and why. */
export interface SpellingShape {
  names: string[];
  zh: string;
  en: string;
}

export interface OpportunityList {
  opportunities: OpportunityRow[];
  counts: { matched: number; states: Record<TalkState, number>; waiting: number; saved_m: number; money: MoneyRange };
  links: { rel: string; href: string }[];
  on: string;
  change: number;
  left_out: FaultShape[];
  spellings: SpellingShape[];
}

export interface SectionInShort {
  feasible: boolean;
  kind: string;
  under: 'carriageway' | 'footway';
  top_width_m: number | null;
  depth_m: number | null;
  obstacles: SaidShape[];
  unverified: boolean;
}

export interface ProtectionShape {
  road: string;
  name: string;
  state: 'blocked' | 'urgent';
  why: 'delivered' | 'overhauled';
  first: string;
  last: string;
  zh: string;
  en: string;
}

/** Something that who asks may do now; `party` is empty where it is the whole chance's. */
export interface PossibleAnswer {
  kind: 'propose' | 'answer' | 'ask_again' | 'withdraw_chance' | 'begin_project' | 'finish';
  party: string;
  zh: string;
  en: string;
}

export interface OpportunityShape extends OpportunityRow {
  gone: false;
  savings: SavingsShape;
  section: SectionInShort;
  protections: ProtectionShape[];
  notes: SaidShape[];
  /** The case of the project that it has become; empty: none. */
  case: string;
  /** Key of the party that leads the project. */
  lead: string;
  rounds: number;
  remind_at: string | null;
  cause: string;
  cause_zh: string;
  cause_en: string;
  reason: string;
  possible: Partial<Record<Role, PossibleAnswer[]>>;
}

/** The one application for digging that covers all parties; each metre of the trench counts once in `length_m`. */
export interface ExcavationShape {
  applicant: string;
  covers: string[];
  routes: string[];
  length_m: number;
  separate_m: number;
  width_m: number | null;
  depth_m: number | null;
  surfaces: SurfaceShape[];
  first: string;
  last: string;
  closure_days: number;
  protections: SaidShape[];
}

/** Whether all may commit jointly, and why. */
export interface JointCommitmentShape extends SaidShape {
  offered: boolean;
  verdict: string;
  decisive: string[];
}

export interface LeadShape {
  key: string;
  operator: string;
  utilities: string[];
  routes: string[];
}

/** A chance as one project; `case` is empty while it has not begun. */
export interface JointProjectShape extends SaidShape {
  opportunity: string;
  case: string;
  lead: LeadShape;
  parties: LeadShape[];
  section: SectionInShort;
  excavation: ExcavationShape;
  commitment: JointCommitmentShape;
  steps: SaidShape[];
  cites: CaseCite[];
}

export type ProjectCommandKind =
  | 'apply_approvals'
  | 'return_approval'
  | 'decide_approval'
  | 'sign_commitment'
  | 'decide_commitment'
  | 'start_construction'
  | 'finish_construction'
  | 'file_acceptance'
  | 'accept_works'
  | 'reject_works';

/** A command on all parts of a project's case at once, of a company on its own. */
export interface ProjectCommand {
  kind: ProjectCommandKind;
  /** Left out where somebody has signed in, or the role alone. */
  actor?: CaseCommand['actor'];
  data: Record<string, unknown>;
}

/** Something that has happened to a chance; `data` is what this kind of event carries. */
export interface OpportunityEvent {
  seq: number;
  at: string;
  who: string;
  role: string;
  kind: string;
  zh: string;
  en: string;
  /** Why it was opened again or withdrawn; empty: it was not. */
  cause_zh: string;
  cause_en: string;
  /** Whether the clock brought it about. */
  clock: boolean;
  data: Record<string, unknown>;
}

/** The plans have changed and it is no chance any more; what was said of it stays. */
export interface OpportunityGone {
  id: string;
  gone: true;
  state: TalkState;
}

export interface WhatIfTotals {
  meets: number;
  saved_m: number;
  closure_days: number;
  money: MoneyRange;
}

/** A chance as it would be, and how its windows and its score are now. */
export interface OpportunityIf extends OpportunityRow {
  was_meeting: MeetingShape;
  was_score: number;
}

export interface OpportunitiesIf {
  opportunities: OpportunityIf[];
  then: WhatIfTotals;
  now: WhatIfTotals;
}

export interface ShareShape {
  party: string;
  shapley: string;
  proportional: string;
  alone: string;
  by_place: string[];
  above_alone: boolean;
  proportional_above_alone: boolean;
}

export interface TurnShape {
  party: string;
  before: string[];
  added: string;
  orders: number;
}

/** Who pays what of a shared trench; yuan as texts, to the cent. */
export interface CostSplitShape {
  total: string;
  saved: string;
  zh: string;
  en: string;
  shares: ShareShape[];
  turns: TurnShape[];
}

export interface ProgrammeFigures {
  saved_m: number;
  closed_weeks: number;
  reopenings: number;
  moved_weeks: number;
  points: number;
  clashes: number;
}

export interface ProgrammeTotals {
  works: number;
  planned: ProgrammeFigures;
  joint: ProgrammeFigures;
  bound: number;
  gap: number;
  stopped: boolean;
}

export interface ProgrammeProgress {
  points: number;
  bound: number;
  gap: number;
  spent_s: number;
  seconds: number;
  /** By the clock, of `asked_s`; a slow machine may take more of them. */
  elapsed_s: number;
  asked_s: number;
  ended: number;
  components: number;
}

export interface ProgrammeRequest {
  name?: string;
  window?: { start: string; end: string };
  crews?: number;
  winter?: string;
  holidays?: boolean;
  fixed?: Record<string, string>;
  seconds?: number;
}

export interface ProgrammeRow {
  id: string;
  name: string;
  who: string;
  mine: boolean;
  state: 'running' | 'done' | 'failed' | 'interrupted';
  stopping: boolean;
  asked: Record<string, unknown>;
  created_at: string;
  ended_at: string | null;
  progress: ProgrammeProgress | null;
  totals: ProgrammeTotals | null;
  errors: FaultShape[];
}

/** A row of the Gantt chart; days are included at both ends. */
export interface ProgrammeWork {
  id: string;
  name: string | null;
  utility: string;
  crew: string | null;
  window_start: string;
  window_end: string;
  planned_start: string;
  planned_end: string;
  start: string;
  end: string;
  weeks: number;
  moved_weeks: number;
  fixed: boolean;
  roads: string[];
  joint_with: string[];
  saved_m: number;
  why_zh: string;
  why_en: string;
}

export interface JointDigShape {
  trenches: string[];
  works: string[];
  start: string;
  end: string;
  saved_m: number;
  why_zh: string;
  why_en: string;
}

export interface LeftOutShape {
  trenches: string[];
  works: string[];
  lost_m: number;
  reason: 'windows' | 'protected' | 'breaks' | 'fixed' | 'crew' | 'closures' | 'cost';
  why_zh: string;
  why_en: string;
}

export interface StreetShape {
  street: string;
  planned_closed_weeks: number;
  planned_times: number;
  joint_closed_weeks: number;
  joint_times: number;
}

export interface NotPlanned {
  id: string;
  zh: string;
  en: string;
  mend_zh: string | null;
  mend_en: string | null;
}

export interface ProgrammeResult {
  totals: ProgrammeTotals;
  works: ProgrammeWork[];
  joint: JointDigShape[];
  left_out: LeftOutShape[];
  streets: StreetShape[];
  not_planned: NotPlanned[];
}

export interface ProgrammeShape extends ProgrammeRow {
  result: ProgrammeResult | null;
}

export interface ProgrammeComparison {
  first: ProgrammeFigures;
  second: ProgrammeFigures;
  saved_m: number;
  moved: { work: string; first: string; second: string; weeks: number }[];
  won: { trenches: string[]; works: string[] }[];
  lost: { trenches: string[]; works: string[] }[];
}

export type VisitState = 'new' | 'planned' | 'invited' | 'held' | 'minuted' | 'cancelled';
export type TravelMode = 'any' | 'walk' | 'drive';
export type AnswerOutcome = 'ok' | 'not_ok' | 'value' | 'open';

/** What is asked of the planning of a visit; places are in the grid that `crs` names. */
export interface PlanAsked {
  title?: string;
  /** Of the places: that of the grid, as `settings.crs` has it. */
  crs?: string;
  cases?: string[];
  routes?: string[];
  sites?: string[];
  /** Cases that are visited although nothing has to be seen there. */
  keep?: string[];
  /** All cases that wait for the survey. */
  due?: boolean;
  day?: string;
  after?: string;
  start?: Point;
  end?: Point;
  mode?: TravelMode;
  /** Minutes by the id of a stop, or by tool. */
  minutes?: Record<string, number>;
  add?: AddedPlace[];
  /** Calendars (iCalendar texts) by the key of the attendee. */
  calendars?: Record<string, string>;
  /** Ids of stops, as somebody has put them. */
  order?: string[];
}

export interface AddedPlace {
  x: number;
  y: number;
  name: string;
  note: string;
  /** Whose place it is; else it is seen for its own sake. */
  case?: string;
}

export interface VisitAttendee {
  key: string;
  role: Role;
  name: string;
  why_zh: string[];
  why_en: string[];
}

export interface AnswerShape {
  id: string;
  outcome: AnswerOutcome;
  taken_at: string;
  value: number | null;
  uncertainty: number | null;
  unit: string;
  photos: string[];
  note: string;
  place: Point | null;
  accuracy_m: number | null;
  replaces: string;
  by: string;
  at: string;
  planned: boolean;
  late: boolean;
  /** Whether a later answer corrects it. */
  corrected: boolean;
}

export interface VisitItem {
  /** As people read it: of the stop and within it (`3-2`). */
  number: string;
  id: string;
  kind: string;
  kind_zh: string;
  kind_en: string;
  tool: string;
  tool_zh: string;
  tool_en: string;
  do_zh: string;
  do_en: string;
  subjects: { layer: string; id: string }[];
  case: string;
  place: Point;
  measured: number | null;
  limit: number | null;
  uncertainty: number | null;
  unit: string;
  document: string;
  clause: string;
  unverified: boolean;
  findings: string[];
  answers: AnswerShape[];
}

export interface VisitStop {
  number: number;
  id: string;
  name: string;
  place: Point;
  road: string;
  road_name: string;
  /** Metres from the road to the work in a straight line; null: there are no roads. */
  gap_m: number | null;
  minutes: number;
  arrives: string;
  begins: string;
  leaves: string;
  day: string;
  /** Seconds on the way to it. */
  way_s: number;
  /** Of the stay; several where no half day holds it. */
  parts: VisitPart[];
  items: VisitItem[];
  attendees: VisitAttendee[];
}

export interface VisitPart {
  day: string;
  begins: string;
  leaves: string;
}

export interface VisitDay {
  on: string;
  sets_out: string;
  back: string;
  /** The holidays of that year are not announced yet. */
  provisional: boolean;
  /** Ids, also of one that was begun the day before. */
  stops: string[];
  /** To each stop and back; null where nobody has to move. */
  ways: (Geometry | null)[];
  legs: (VisitLeg | null)[];
}

export interface VisitLeg {
  mode: string;
  seconds: number;
  metres: number;
  /** Metres in a straight line where no road is known. */
  gap_m: number;
}

export interface VisitPlan {
  title: string;
  cases: string[];
  stops: VisitStop[];
  days: VisitDay[];
  attendees: VisitAttendee[];
  start: Point | null;
  end: Point | null;
  asked: PlanAsked;
}

/** A plan with what it costs. */
export interface VisitPlanTold extends VisitPlan {
  travel_s: number;
  waiting_s: number;
  /** Whether no order has less travel. */
  proven: boolean;
  /** Of the order with least travel, where another one was asked for. */
  least_travel_s: number;
}

export interface VisitLeftOut {
  id: string;
  zh: string;
  en: string;
}

export interface VisitProposal {
  plan: VisitPlanTold | null;
  left_out: VisitLeftOut[];
  /** Without whose appointments it would be possible in time. */
  blockers: { key: string; name: string }[];
  /** The first time that is possible, where none is as it was asked. */
  nearest: { sets_out: string; back: string; days: string[] } | null;
  due: { at: string; case: string; clause: string; document: string } | null;
  faults: FaultShape[];
  /** What came of it, in a sentence. */
  zh: string;
  en: string;
}

export interface VisitPossible {
  kind: string;
  zh: string;
  en: string;
}

export interface VisitRow {
  id: string;
  title: string;
  state: VisitState;
  state_zh: string;
  state_en: string;
  days: string[];
  stops: number;
  items: number;
  answered: number;
  disputed: number;
  cases: string[];
  /** Of the calendars that were sent last; -1: none yet. */
  sequence: number;
  /** What it waits for from who asks. */
  waits: VisitPossible[];
}

export interface VisitList {
  visits: VisitRow[];
  counts: Record<VisitState | 'all' | 'matched' | 'waiting', number>;
  links: { rel: string; href: string }[];
}

export interface VisitPresent {
  name: string;
  organisation: string;
  /** Of the attendee; empty for one who was not called. */
  key: string;
}

export interface VisitShape extends VisitPlan {
  id: string;
  state: VisitState;
  state_zh: string;
  state_en: string;
  seq: number;
  sequence: number;
  invited: string[];
  present: VisitPresent[];
  signatures: { who: VisitPresent; picture: string; at: string }[];
  /** Items whose answers do not agree. */
  disputed: string[];
  waits: VisitPossible[];
  /** Answers to items that the plan has no more. */
  unplanned: { item: string; answers: AnswerShape[] }[];
  /** `late`: answers that came after them. */
  minutes: { document: string; upto: number; late: number } | null;
  reason: string;
  /** What who asks may do now. */
  possible: VisitPossible[];
  papers: VisitPaper[];
  /** Of a command that was to be entered in the cases as well. */
  entered?: VisitEntered[] | null;
}

/** Whether a step was entered in a case, or why it was not. */
export interface VisitEntered {
  case: string;
  kind: string;
  entered: boolean;
  zh: string;
  en: string;
}

/** What issuing minutes brings about in a case, the time that it ends and its clause. */
export interface MinutesStep {
  case: string;
  zh: string;
  en: string;
  allowed: string;
  due: string | null;
  document: string;
  clause: string;
  possible: boolean;
  why_zh: string;
  why_en: string;
}

export interface MinutesFile {
  kind: string;
  language: string;
  href: string;
}

export interface MinutesIssue {
  id: string;
  issue: number;
  number: string;
  by: string;
  at: string;
  steps: MinutesStep[];
  files: MinutesFile[];
}

export interface MinutesDraft {
  kind: string;
  href: string;
}

export interface VisitMinutesShape {
  may_issue: boolean;
  /** Answers that came in since the last issue. */
  late: number;
  issued: MinutesIssue[];
  draft: MinutesDraft[];
  /** What issuing them now would bring about. */
  steps: MinutesStep[];
}

export interface VisitMinutesAsked {
  number?: string;
  /** By the id of the item that is open. */
  tasks?: Record<string, { who?: string; by?: string }>;
  push?: boolean;
  expected?: number;
}

export interface VisitPaper {
  kind: string;
  href: string;
  media: string;
  zh: string;
  en: string;
}

export interface VisitPicture {
  id: string;
  sha256: string;
  bytes: number;
  width: number;
  height: number;
  taken_at: string | null;
  x: number | null;
  y: number | null;
  accuracy_m: number | null;
}

/** A point of a measured line, in the CRS of its body or answer. */
export interface MeasuredPoint {
  x: number;
  y: number;
  accuracy_m?: number | null;
  taken_at?: string | null;
}

/** Where a route was at one stage, as it is kept. */
export interface MeasuredLine {
  id: string;
  stage: 'planned' | 'surveyed' | 'built';
  route: string | null;
  /** The revision of the route that has this geometry; null: only measured. */
  revision: number | null;
  of_line: string | null;
  visit: string | null;
  case: string | null;
  geometry: Geometry;
  length_m: number;
  accuracy_m: number | null;
  points: readonly MeasuredPoint[];
  note: string;
  by: string;
  at: string;
}

/** The newest line of a stage of a route. */
export interface RouteStage extends MeasuredLine {
  zh: string;
  en: string;
  judged: boolean;
}

/** A line that was measured for a route. */
export interface RouteLine extends MeasuredLine {
  judged: boolean;
}

/** A stretch of one line that lies farther from the other than the tolerance; chainages in metres. */
export interface RouteParting {
  from_m: number;
  to_m: number;
  foot_from_m: number;
  foot_to_m: number;
  greatest_m: number;
  at_m: number;
  side: 'left' | 'right' | 'beyond';
}

/** How the newest lines of two stages lie to each other. */
export interface RouteDifference {
  earlier: 'planned' | 'surveyed' | 'built';
  later: 'planned' | 'surveyed' | 'built';
  earlier_m: number;
  later_m: number;
  greatest_m: number;
  at: readonly [number, number];
  mean_m: number;
  tolerance_m: number;
  /** Where the later line leaves the earlier one. */
  away: readonly RouteParting[];
  /** Where the earlier line has nothing of the later one beside it. */
  left_out: readonly RouteParting[];
}

/** Of which stage the route is that is judged now. */
export interface RouteJudged {
  stage: 'planned' | 'surveyed' | 'built';
  line: string | null;
  zh: string;
  en: string;
}

/** A route as planned, surveyed and laid. */
export interface RouteGeometries {
  route: string;
  revision: number;
  judged: RouteJudged;
  stages: readonly RouteStage[];
  lines: readonly RouteLine[];
  differences: readonly RouteDifference[];
}

/** Which measured line becomes the geometry of its route. */
export interface LineTakenOver {
  line: string;
  moved?: boolean;
}
