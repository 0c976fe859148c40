/** Which empty fields of a route a finding had to make up for. */

import type { PlacedFinding, RouteProperties } from '../api/types';
import type { Word } from '../i18n/dictionary';

export type Assumable = 'pressure_mpa' | 'voltage_kv' | 'laying' | 'material' | 'diameter_mm' | 'subtype' | 'cover_m';

/** What the standards' evidence calls each of them, in Chinese, which every finding has. */
const CALLED: Readonly<Record<Assumable, readonly string[]>> = {
  pressure_mpa: ['压力'],
  voltage_kv: ['电压'],
  laying: ['敷设方式'],
  material: ['管材', '材质'],
  diameter_mm: ['管径'],
  subtype: ['介质', '类型', '用途'],
  cover_m: ['覆土', '埋深'],
};
const MISSING = ['未给出', '未填', '未知'];
const HINTS: Partial<Record<Assumable, Word>> = { diameter_mm: 'assumed_diameter', cover_m: 'assumed_cover' };

const isEmpty = (value: unknown): boolean => value === null || value === undefined || value === '';

/** For every empty field that a finding names as missing, what was done about it. */
export function assumedFields(properties: RouteProperties, findings: readonly PlacedFinding[]): Partial<Record<Assumable, Word>> {
  const said = findings.map(({ evidence_zh, sentence_zh }) => `${evidence_zh}；${sentence_zh}`).join('；');
  const recorded = new Set(findings.flatMap(({ assumed }) => assumed.map(({ attribute }) => attribute)));
  const names = (field: Assumable): boolean => recorded.has(field) || CALLED[field].some((word) => MISSING.some((missing) => said.includes(missing + word)));
  const found: Partial<Record<Assumable, Word>> = {};
  for (const field of Object.keys(CALLED) as Assumable[]) {
    const stated = field === 'cover_m' ? !isEmpty(properties.cover_m) || !isEmpty(properties.covers_m) : !isEmpty(properties[field]);
    if (!stated && names(field)) found[field] = HINTS[field] ?? 'assumed_strictest';
  }
  return found;
}
