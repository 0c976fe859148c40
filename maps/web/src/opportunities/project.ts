/** An agreed chance as one project: who leads, and what may be done once for all parts of its case. */

import type { CaseApproval, CasePossible, CaseShape, CaseTask, ChanceMember, LeadShape, ProjectCommandKind } from '../api/types';
import { dataOf, type Entries } from '../cases/fields';
import { able, type Looking } from '../cases/worklist';

/** The plan of a part in the trench of its project, as what is entered for it; nothing where the part has no line there, or several. */
export function planIn(chance: { readonly members: readonly ChanceMember[] } | null, part: string): Entries {
  const [own, ...others] = (chance?.members ?? []).filter(({ utility }) => utility === part);
  if (!own || others.length > 0) return {};
  return own.operator ? { route: own.route, operator: own.operator } : { route: own.route };
}

/** The kinds that the server carries out in all parts at once. */
const SHARED: ReadonlySet<string> = new Set<ProjectCommandKind>([
  'apply_approvals',
  'return_approval',
  'decide_approval',
  'sign_commitment',
  'decide_commitment',
  'start_construction',
  'finish_construction',
  'file_acceptance',
  'accept_works',
  'reject_works',
]);

const isShared = (kind: string): kind is ProjectCommandKind => SHARED.has(kind);

/** Something that is done once for all; `utilities` are the parts that are ready for it, none where it is the whole case's. */
export interface SharedAct extends CasePossible {
  readonly kind: ProjectCommandKind;
  readonly utilities: readonly string[];
}

/** Metres of a party in the shared trench. */
export const metresOf = ({ routes }: LeadShape, members: readonly ChanceMember[]): number =>
  members.filter(({ route }) => routes.includes(route)).reduce((sum, { from_m, to_m }) => sum + to_m - from_m, 0);

/** What who looks may do once for all parts, each kind once, in the order in which the server offers them. */
export function sharedActs(theCase: CaseShape, looking: Looking): SharedAct[] {
  const acts = new Map<string, SharedAct>();
  for (const { kind, utility, zh, en } of able(theCase.possible, looking)) {
    if (!isShared(kind)) continue;
    const utilities = acts.get(kind)?.utilities ?? [];
    acts.set(kind, { kind, utility: '', zh, en, utilities: utility ? [...utilities, utility] : utilities });
  }
  return [...acts.values()];
}

/** Those may be given at any time, and lead a project nowhere. */
const ASIDE: ReadonlySet<string> = new Set(['note', 'name_manager', 'recount', 'withdraw', 'inspect']);

/** What who looks may do in the case itself, part by part, where there is nothing to do once for all. */
export const actsInCase = (theCase: CaseShape, looking: Looking): CasePossible[] => {
  const acts = able(theCase.possible, looking).filter(({ kind }) => !isShared(kind) && !ASIDE.has(kind));
  return [...new Map(acts.map((one) => [one.kind, one])).values()];
};

/** The parts that an act is carried out in, as one to choose for: each permission that any of them waits for is there once. */
export function asOnePart(theCase: CaseShape, { utilities }: SharedAct): CaseTask | null {
  const parts = theCase.tasks.filter(({ utility }) => utilities.includes(utility));
  const [first] = parts;
  if (!first) return null;
  const open = parts.flatMap(({ approvals }) => approvals).filter(({ status }) => status === 'applied');
  return { ...first, approvals: [...new Map(open.map((one): [string, CaseApproval] => [one.approval, one])).values()] };
}

/** The fields of an act for all: part, revision and partners follow from the parts, and are the server's to fill in. */
export const sharedData = (kind: ProjectCommandKind, entries: Entries): Record<string, unknown> => (kind === 'file_acceptance' ? {} : dataOf(kind, entries, null, null));
