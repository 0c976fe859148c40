/** What is entered in a county's form: blanks, groups that are open, how far it is filled, faults in the order of the paper. */

import type { FaultShape, FormFieldShape, FormGroupShape, FormShape } from '../api/types';

export type Entry = string | number | boolean | readonly string[];
export type Values = Readonly<Record<string, Entry>>;

/** The field of a form that says who applies, by the key that all counties' forms give it. */
export const APPLICANT = 'basic.applicant';
const UTILITIES = 'filing.utilities';
/** Words in the label of a text that takes several lines. */
const LONG_LABELS = ['备注', '用气设备'];

export const isBlank = (entry: Entry | undefined): boolean =>
  entry === undefined || entry === false || (typeof entry === 'string' ? entry.trim() === '' : Array.isArray(entry) && entry.length === 0);

/** The values with another entry; a blank one is left out. */
export function entered(values: Values, key: string, entry: Entry): Values {
  const { [key]: _, ...others } = values;
  return isBlank(entry) ? others : { ...others, [key]: entry };
}

/** Options chosen after one was ticked or unticked, in the form's order. */
export function toggled(field: FormFieldShape, entry: Entry | undefined, option: string, on: boolean): string[] {
  const chosen = new Set(Array.isArray(entry) ? (entry as readonly string[]) : isBlank(entry) ? [] : [String(entry)]);
  if (on) chosen.add(option);
  else chosen.delete(option);
  return field.options.map(({ zh }) => zh).filter((zh) => chosen.has(zh));
}

export const isChosen = (entry: Entry | undefined, option: string): boolean =>
  Array.isArray(entry) ? entry.includes(option) : entry === option;

export type Look = 'line' | 'long' | 'day' | 'one' | 'several' | 'printed' | 'signature';

/** How a field is shown. */
export function lookOf(field: FormFieldShape): Look {
  if (field.type === 'signature') return 'signature';
  if (!field.filled_in) return 'printed';
  if (field.type === 'choice') return 'one';
  if (field.options.length > 0) return 'several';
  if (field.type === 'date') return 'day';
  return field.type === 'text' && LONG_LABELS.some((word) => field.zh.includes(word)) ? 'long' : 'line';
}

/** The box that says that a group is wanted; null where the form has none. */
export const tickOf = (group: FormGroupShape): FormFieldShape | null => group.fields.find((field) => field.type === 'tick') ?? null;

/** A group with a box is open once it is ticked, and stays so while it holds entries: nothing that counts is hidden. */
export function isOpen(group: FormGroupShape, values: Values): boolean {
  const tick = tickOf(group);
  return tick === null || group.fields.some((field) => !isBlank(values[field.key]));
}

export interface Progress {
  readonly filled: number;
  readonly fields: number;
  readonly required: number;
  readonly requiredFilled: number;
}

/** How far a form is filled; `needed` are the fields it cannot do without, of which `faulty` ones are not right yet. */
export function progressOf(form: FormShape, values: Values, needed: ReadonlySet<string>, faulty: ReadonlySet<string>): Progress {
  const fields = form.groups.flatMap((group) => group.fields).filter((field) => field.filled_in);
  const filled = fields.filter((field) => !isBlank(values[field.key]));
  const right = [...needed].filter((field) => !faulty.has(field));
  return { filled: filled.length, fields: fields.length, required: needed.size, requiredFilled: right.length };
}

/** Whether the form itself asks who applies. */
export const asksApplicant = (form: FormShape): boolean => form.groups.some((group) => group.fields.some(({ key }) => key === APPLICANT));

/** The first box by which a form asks which utilities are wanted; null where it leaves that to the case. */
export function firstUtilityBox(form: FormShape): FormFieldShape | null {
  if (!form.asks_utilities) return null;
  const fields = form.groups.flatMap((group) => group.fields);
  return fields.find((field) => field.type === 'tick') ?? fields.find((field) => lookOf(field) === 'several') ?? null;
}

/** Faults where one mends them: that no utility is wanted belongs to the boxes of the form, where it has some. */
export function placed(form: FormShape, faults: readonly FaultShape[]): FaultShape[] {
  const box = firstUtilityBox(form);
  return faults.map((fault) => (box && fault.field === UTILITIES ? { ...fault, field: box.key } : fault));
}

/** A name in quotation marks of its own, without them, for a sentence that quotes it. */
export const unquoted = (name: string): string => name.replace(/^[“"](.*)[”"]$/, '$1');

/** The faults of each field by its key. */
export function byField(faults: readonly FaultShape[]): ReadonlyMap<string, readonly FaultShape[]> {
  const found = new Map<string, FaultShape[]>();
  for (const fault of faults) found.set(fault.field ?? '', [...(found.get(fault.field ?? '') ?? []), fault]);
  return found;
}

/** The fields that have a fault. */
export const fieldsOf = (faults: readonly FaultShape[]): Set<string> => new Set(byField(faults).keys());

/** Faults as one meets them going down the paper; those beside the form come first. */
export function inOrder(form: FormShape, faults: readonly FaultShape[]): FaultShape[] {
  const keys = form.groups.flatMap((group) => group.fields.map((field) => field.key));
  return [...faults].sort((one, other) => keys.indexOf(one.field ?? '') - keys.indexOf(other.field ?? ''));
}

/**
 * The values after the server has kept them: a private number that it took for right is shown masked from now on; one that
 * was changed meanwhile, or is wrong, stays before the eyes of who types it.
 */
export function masked(form: FormShape, now: Values, sent: Values, kept: Values, wrong: readonly FaultShape[]): Values {
  const faulty = new Set(wrong.map((fault) => fault.field));
  const hidden = form.groups
    .flatMap((group) => group.fields)
    .filter(({ key, private: isPrivate }) => isPrivate && kept[key] !== undefined && now[key] === sent[key] && !faulty.has(key));
  return { ...now, ...Object.fromEntries(hidden.map(({ key }) => [key, kept[key]!])) };
}
