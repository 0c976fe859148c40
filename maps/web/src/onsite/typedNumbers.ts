/** A measured value as it is typed or spoken into the field. */

/** Metres of a unit that may be said behind a number. */
const IN_METRES: Readonly<Record<string, number>> = { m: 1, 米: 1, cm: 0.01, 厘米: 0.01, 公分: 0.01, mm: 0.001, 毫米: 0.001 };

/**
 * The number in a text; null where it is none. Full-width figures are figures. A length said in another unit is turned into
 * metres where metres are asked for; any other unit must be the one that is asked for.
 */
export function numberTyped(text: string, unit: string): number | null {
  const match = /^([+-]?\d+(?:\.\d*)?|[+-]?\.\d+)\s*(\D*)$/.exec(text.normalize('NFKC').trim().replace(/[−–]/g, '-'));
  if (!match) return null;
  const [, figures = '', behind = ''] = match;
  const said = behind.trim().toLowerCase();
  if (said === '' || said === unit.toLowerCase()) return Number(figures);
  const factor = unit === 'm' ? IN_METRES[said] : undefined;
  return factor === undefined ? null : Number((Number(figures) * factor).toFixed(6));
}
