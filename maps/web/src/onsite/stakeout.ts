/** From where one stands to where a point of a line is: distance, bearing, chainage and offset. */

import type { Parts } from '../editing/parts';
import { azimuth, distance, foot, lineLength, type Point } from '../geometry/points';

export interface Located {
  /** Metres along the line; below nought before its beginning, above its length past its end. Parts follow each other. */
  readonly chainage: number;
  /** Metres beside it, to the right of the way it goes; left is negative. */
  readonly offset: number;
  readonly foot: Point;
}

export interface Way {
  readonly metres: number;
  /** Degrees from grid north, clockwise. */
  readonly bearing: number;
  readonly east: number;
  readonly north: number;
}

export const wayTo = (from: Point, to: Point): Way => ({
  metres: distance(from, to),
  bearing: azimuth(from, to),
  east: to[0] - from[0],
  north: to[1] - from[1],
});

const right = (a: Point, b: Point, at: Point): number =>
  ((b[1] - a[1]) * (at[0] - a[0]) - (b[0] - a[0]) * (at[1] - a[1])) / distance(a, b);

interface Stretch {
  readonly a: Point;
  readonly b: Point;
  readonly from: number;
  readonly metres: number;
  readonly first: boolean;
  readonly last: boolean;
}

function stretches(parts: Parts): Stretch[] {
  const found: Omit<Stretch, 'first' | 'last'>[] = [];
  let from = 0;
  for (const line of parts) {
    for (let i = 1; i < line.length; i += 1) {
      const [a, b] = [line[i - 1]!, line[i]!];
      const metres = distance(a, b);
      if (metres > 0) found.push({ a, b, from, metres });
      from += metres;
    }
  }
  return found.map((one, i) => ({ ...one, first: i === 0, last: i === found.length - 1 }));
}

/** Where on a stretch a place is nearest: the first and the last one go on beyond the ends of the line. */
function onStretch({ a, b, from, metres, first, last }: Stretch, at: Point): Located & { away: number } {
  const { t } = foot(at, a, b)!;
  const held = Math.min(1, Math.max(0, t));
  const place: Point = [a[0] + (b[0] - a[0]) * held, a[1] + (b[1] - a[1]) * held];
  const away = distance(place, at);
  const beyond = (t < 0 && first) || (t > 1 && last);
  const side = right(a, b, at);
  // Beside a bend one is as far off as the bend is, on the side of the stretch.
  return { chainage: from + (beyond ? t : held) * metres, offset: beyond ? side : Math.sign(side) * away, foot: place, away };
}

/** Where a place is along a line and beside it; null where the line has no length. */
export function locate(parts: Parts, at: Point): Located | null {
  let best: (Located & { away: number }) | null = null;
  for (const stretch of stretches(parts)) {
    const found = onStretch(stretch, at);
    if (!best || found.away < best.away) best = found;
  }
  return best && { chainage: best.chainage, offset: best.offset, foot: best.foot };
}

/** The place at a chainage and beside it (right positive); null where the line has no length. */
export function atChainage(parts: Parts, chainage: number, offset = 0): Point | null {
  const all = stretches(parts);
  const on = all.find(({ from, metres }) => chainage <= from + metres) ?? all.at(-1);
  if (!on) return null;
  const t = (chainage - on.from) / on.metres;
  const [ux, uy] = [(on.b[0] - on.a[0]) / on.metres, (on.b[1] - on.a[1]) / on.metres];
  return [on.a[0] + t * ux * on.metres + offset * uy, on.a[1] + t * uy * on.metres - offset * ux];
}

export const lengthOf = (parts: Parts): number => parts.reduce((sum, line) => sum + lineLength(line), 0);

/** As stakes are numbered: `K0+123.45`; `K0-002.10` before the beginning. */
export function stake(chainage: number): string {
  const hundredths = Math.round(Math.abs(chainage) * 100);
  const kilometres = Math.floor(hundredths / 100_000);
  const rest = ((hundredths % 100_000) / 100).toFixed(2).padStart(6, '0');
  return `K${kilometres}${chainage < 0 && hundredths > 0 ? '-' : '+'}${rest}`;
}

/** A number of a stake, or plain metres, as people type them; null where it is none. */
export function stakeOf(text: string): number | null {
  const match = /^k?\s*(\d+)\s*([+-])\s*(\d{1,3}(?:\.\d*)?)$/i.exec(text.normalize('NFKC').trim());
  if (match) return (Number(match[1]) * 1000 + Number(match[3])) * (match[2] === '-' ? -1 : 1);
  const metres = text.normalize('NFKC').trim().replace(/\s*(m|米)$/i, '');
  return metres !== '' && Number.isFinite(Number(metres)) ? Number(metres) : null;
}
