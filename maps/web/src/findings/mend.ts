/** The nearest mend of a finding: in words, and done to the draft. */

import type { MendShape, PlacedFinding } from '../api/types';
import { coversAfter } from '../editing/covers';
import { partsOf, type DraftShape } from '../editing/draft';
import { toMillimetre } from '../geometry/points';
import type { Translate } from '../i18n/dictionary';

/** Whether one click does it: the others send a person out, or ask for what nobody knows. */
export const isDoable = (mend: MendShape): boolean => Boolean(mend.geometry) || Object.keys(mend.properties).length > 0;

/** Whether the mend of a finding changes this route. */
export const mends = (finding: PlacedFinding, route: string | null): boolean => {
  const { mend } = finding;
  if (!mend || !isDoable(mend)) return false;
  // A line that was never saved is known by no id: then the mend is its own, unless it names a saved one.
  return route === null ? mend.subject === '' || mend.subject === finding.a : mend.subject === route;
};

/** What the button does, short: “向左平移 0.35 m”. */
export function mendWords({ kind, value, zh, en, properties }: MendShape, t: Translate, chinese: boolean): string {
  if (value === null) return chinese ? zh : en;
  const size = Math.abs(value);
  if (kind === 'offset') return t(value >= 0 ? 'mend_left' : 'mend_right', { m: size.toFixed(2) });
  if (kind === 'date') return t(value >= 0 ? 'mend_later' : 'mend_earlier', { n: Math.round(size) });
  if (kind === 'depth') return t(properties['covers_m'] ? 'mend_covers' : 'mend_cover', { m: size.toFixed(2) });
  return chinese ? zh : en;
}

/** The draft after the mend; its line to the millimetre. */
export function mended(shape: DraftShape, mend: MendShape): DraftShape {
  const parts = mend.geometry ? partsOf(mend.geometry).map((line) => line.map(toMillimetre)) : shape.parts;
  const covers = shape.properties.covers_m;
  const moved = mend.geometry && covers ? { covers_m: coversAfter(covers, shape.parts, parts) } : {};
  return { ...shape, mode: 'edit', parts, properties: { ...shape.properties, ...moved, ...mend.properties } };
}
