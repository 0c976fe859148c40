/** What each command on a case asks for, and the request it becomes. */

import type { CaseShape, CaseTask } from '../api/types';
import type { Word } from '../i18n/dictionary';

export type FieldKind = 'text' | 'long' | 'moment' | 'choice' | 'utilities';

export interface Field {
  readonly name: string;
  readonly word: Word;
  readonly kind: FieldKind;
  readonly required: boolean;
  /** Of a choice. */
  readonly options?: readonly (readonly [string, string, string])[];
  readonly value?: string;
}

export type Entries = Readonly<Record<string, string>>;

const field = (name: string, word: Word, kind: FieldKind = 'text', required = true): Field => ({ name, word, kind, required });
const REASON = field('reason', 'case_reason', 'long');
const OPTIONAL = (name: string, word: Word, kind: FieldKind = 'text'): Field => field(name, word, kind, false);

const FIELDS: Readonly<Record<string, readonly Field[]>> = {
  open_project: [field('project', 'case_project'), OPTIONAL('applicant', 'case_applicant')],
  push_demand: [field('demands', 'case_utilities', 'utilities')],
  file_application: [
    field('applicant', 'case_applicant'),
    { ...field('channel', 'case_channel', 'choice'), value: 'online', options: [['online', '线上', 'online'], ['window', '线下窗口', 'at the window'], ['agent', '代办', 'by an agent']] },
    OPTIONAL('agent', 'case_agent'),
    field('utilities', 'case_utilities', 'utilities'),
    OPTIONAL('address', 'case_address'),
  ],
  accept: [OPTIONAL('manager', 'case_manager'), OPTIONAL('manager_phone', 'case_phone')],
  return_application: [REASON],
  refuse_application: [REASON],
  name_manager: [field('name', 'case_manager'), OPTIONAL('phone', 'case_phone')],
  ask_papers: [field('papers', 'case_papers_asked', 'long')],
  supply_papers: [field('papers', 'case_papers_asked', 'long')],
  send_design: [OPTIONAL('by', 'case_by', 'moment')],
  answer_design: [field('opinion', 'case_opinion', 'long')],
  schedule_survey: [field('moment', 'case_moment', 'moment')],
  record_survey: [field('minutes', 'case_minutes', 'long')],
  fix_plan: [field('route', 'case_route'), OPTIONAL('operator', 'case_operator')],
  sign_commitment: [field('signatory', 'case_signatory')],
  decide_approval: [
    field('approval', 'case_approval', 'choice'),
    { ...field('granted', 'case_decision', 'choice'), value: 'yes', options: [['yes', '批准', 'grant'], ['no', '不予批准', 'refuse']] },
    OPTIONAL('opinion', 'case_opinion', 'long'),
  ],
  return_approval: [field('approval', 'case_approval', 'choice'), REASON],
  inspect: [field('note', 'case_note', 'long')],
  order_rectify: [REASON, OPTIONAL('by', 'case_by', 'moment')],
  reject_works: [REASON],
  record_as_built: [field('line', 'case_as_built'), OPTIONAL('accuracy_m', 'case_accuracy')],
  agree_connection: [field('moment', 'case_moment', 'moment')],
  rate: [{ ...field('score', 'case_score', 'choice'), value: '5', options: [5, 4, 3, 2, 1].map((n) => [String(n), '★'.repeat(n), '★'.repeat(n)] as const) }, OPTIONAL('comment', 'case_comment', 'long')],
  withdraw: [REASON],
  note: [field('event', 'case_event', 'choice'), OPTIONAL('moment', 'case_event_moment', 'moment'), OPTIONAL('text', 'case_event_text', 'long')],
  state_facts: [field('facts', 'case_fact', 'choice')],
};

/** The clock is left to the clock. */
export const isOffered = (kind: string): boolean => kind !== 'tick';

/** A milestone that a utility reaches for itself is chosen together with the utility. */
function milestonesOf(theCase: CaseShape): (readonly [string, string, string])[] {
  return theCase.notable.map(({ event, utility, zh, en }) => {
    const task = theCase.tasks.find((one) => one.utility === utility);
    return [utility ? `${event} ${utility}` : event, task ? `${zh}（${task.zh}）` : zh, task ? `${en} (${task.en})` : en] as const;
  });
}

const chosen = (one: Field, options: readonly (readonly [string, string, string])[]): Field => ({ ...one, value: options[0]?.[0] ?? '', options });

/** Only somebody's moving in is noted ahead of its day. */
const isAskedFor = (kind: string, one: Field, theCase: CaseShape | null): boolean =>
  kind !== 'note' || one.name !== 'moment' || (theCase?.notable ?? []).some(({ event }) => event === 'moved_in');

export function fieldsOf(kind: string, task: CaseTask | null, theCase: CaseShape | null = null): Field[] {
  return (FIELDS[kind] ?? []).filter((one) => isAskedFor(kind, one, theCase)).map((one) => {
    if (one.name === 'event' && theCase) return chosen(one, milestonesOf(theCase));
    if (one.name === 'facts' && theCase) return chosen(one, theCase.facts_to_state.map(({ fact, zh, en }) => [fact, zh, en] as const));
    if (one.name === 'approval' && task) {
      const open = task.approvals.filter((approval) => approval.status === 'applied');
      return { ...one, value: open[0]?.approval ?? '', options: open.map((approval) => [approval.approval, approval.item_zh, approval.item_en] as const) };
    }
    if (one.name === 'operator' && task) return { ...one, value: task.operator };
    if ((one.name === 'route' || one.name === 'line') && task) return { ...one, value: task.route };
    return one;
  });
}

const lines = (text: string): string[] => text.split(/[\n；;]/).map((part) => part.trim()).filter(Boolean);

/** A moment of the page is Beijing's: the county's clock, whatever that of the computer says. */
const moment = (text: string): string => `${text}:00+08:00`;

/** The fields of a command from what was entered; empty ones are left out. `company`: acts for its own parts alone; empty: for all. */
export function dataOf(kind: string, entries: Entries, theCase: CaseShape | null, task: CaseTask | null, company = ''): Record<string, unknown> {
  const data: Record<string, unknown> = {};
  for (const one of FIELDS[kind] ?? []) {
    const text = (entries[one.name] ?? '').trim();
    if (!text || ['line', 'accuracy_m', 'address'].includes(one.name)) continue;
    if (one.kind === 'moment') data[one.name] = moment(text);
    else if (one.kind === 'utilities') data[one.name] = text.split(' ').map((utility) => ({ utility }));
    else if (one.name === 'event') [data['event'], data['utility']] = [text.split(' ')[0], text.split(' ')[1] ?? ''];
    else if (one.name === 'facts') data[one.name] = [text];
    else if (one.name === 'papers') data[one.name] = lines(text);
    else if (one.name === 'granted') data[one.name] = text === 'yes';
    else if (one.name === 'score') data[one.name] = Number(text);
    else data[one.name] = text;
  }
  if (kind === 'file_application' && entries['address']?.trim()) data['form'] = { 'basic.address': entries['address'].trim() };
  if (kind === 'file_acceptance') {
    const finished = (theCase?.tasks ?? []).filter((one) => one.status === 'built' && !one.acceptance_filed);
    const own = finished.filter((one) => !company || !one.operator || one.operator === company);
    data['utilities'] = own.map((one) => one.utility);
    // All together is the applicant's choice, or the window's for it: a company files each for itself.
    if (company) data['together'] = false;
  }
  if (kind === 'sign_commitment' && task) data['revision'] = task.revision;
  if (task) data['utility'] = task.utility;
  return data;
}

/** What must still be entered. */
export function missing(kind: string, entries: Entries): Word | null {
  for (const one of FIELDS[kind] ?? []) if (one.required && !(entries[one.name] ?? '').trim()) return one.word;
  return null;
}
