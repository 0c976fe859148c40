/** What a surveyor types: `579391.587,3658614.471`, `@dx,dy`, `@50.5<90`, `50.5` (lock), `<90` (lock); full width too. */

import { along, type Point } from './points';

/** `cad`: counter-clockwise from east, as in CAD; `azimuth`: clockwise from grid north. */
export type AngleSense = 'cad' | 'azimuth';

export interface TypedContext {
  /** The last point of the line; null when there is none yet. */
  readonly last: Point | null;
  readonly sense: AngleSense;
  /** Box of the county in the grid: what lies far outside was mistyped. Null: anything goes. */
  readonly bounds: readonly [number, number, number, number] | null;
}

export type TypedEntry =
  | { kind: 'point'; at: Point; relative: boolean }
  | { kind: 'length'; metres: number }
  | { kind: 'angle'; radians: number }
  | { kind: 'empty' }
  | { kind: 'error'; reason: TypedError };

export type TypedError = 'syntax' | 'no_last' | 'degrees' | 'swapped' | 'far' | 'zero';

/** A point farther than this from the county's box is a slip of the finger, not a route. */
const FAR_M = 50_000;
const NUMBER = '([-+]?(?:\\d+\\.?\\d*|\\.\\d+))';
const PAIR = new RegExp(`^(@?)${NUMBER}(?:\\s*,\\s*|\\s+)${NUMBER}$`);
const POLAR = new RegExp(`^@?${NUMBER}\\s*<\\s*${NUMBER}$`);
const LENGTH = new RegExp(`^${NUMBER}$`);
const ANGLE = new RegExp(`^<\\s*${NUMBER}$`);

/** Full-width signs, the Chinese stop and comma, the book-title bracket some input methods give for `<`, the degree sign. */
export function toHalfWidth(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[。．]/g, '.')
    .replace(/[、，;；]/g, ',')
    .replace(/[《〈∠]/g, '<')
    .replace(/[−–—]/g, '-')
    .replace(/[°º]/g, '')
    .trim();
}

export function toRadians(degrees: number, sense: AngleSense): number {
  return ((sense === 'cad' ? degrees : 90 - degrees) * Math.PI) / 180;
}

export function toDegrees(radians: number, sense: AngleSense): number {
  const degrees = (radians * 180) / Math.PI;
  return (((sense === 'cad' ? degrees : 90 - degrees) % 360) + 360) % 360;
}

function within(x: number, y: number, box: readonly number[] | null, margin: number): boolean {
  if (!box) return true;
  return x >= box[0]! - margin && x <= box[2]! + margin && y >= box[1]! - margin && y <= box[3]! + margin;
}

function placed(at: Point, relative: boolean, context: TypedContext): TypedEntry {
  const [x, y] = at;
  if (within(x, y, context.bounds, FAR_M)) return { kind: 'point', at, relative };
  if (within(y, x, context.bounds, FAR_M)) return { kind: 'error', reason: 'swapped' };
  const geographic = Math.abs(x) <= 180 && Math.abs(y) <= 180;
  return { kind: 'error', reason: geographic && !relative ? 'degrees' : 'far' };
}

function relativeTo(last: Point | null, dx: number, dy: number, context: TypedContext): TypedEntry {
  if (!last) return { kind: 'error', reason: 'no_last' };
  if (dx === 0 && dy === 0) return { kind: 'error', reason: 'zero' };
  return placed([last[0] + dx, last[1] + dy], true, context);
}

export function parseTyped(text: string, context: TypedContext): TypedEntry {
  const entry = toHalfWidth(text);
  if (entry === '') return { kind: 'empty' };
  const polar = POLAR.exec(entry);
  if (polar) {
    const metres = Number(polar[1]);
    const end = along([0, 0], toRadians(Number(polar[2]), context.sense), metres);
    return relativeTo(context.last, end[0], end[1], context);
  }
  const pair = PAIR.exec(entry);
  if (pair) {
    const [a, b] = [Number(pair[2]), Number(pair[3])];
    return pair[1] ? relativeTo(context.last, a, b, context) : placed([a, b], false, context);
  }
  const angle = ANGLE.exec(entry);
  if (angle) return { kind: 'angle', radians: toRadians(Number(angle[1]), context.sense) };
  const length = LENGTH.exec(entry);
  if (length && Number(length[1]) > 0) return { kind: 'length', metres: Number(length[1]) };
  return { kind: 'error', reason: 'syntax' };
}
