/** Figures as surveyors write them: no thousands separators in coordinates, metres to the centimetre. */

export const coordinate = (value: number): string => value.toFixed(3);

/** Metres or square metres: centimetres below 1 km, else decimetres. */
export function figure(value: number | null | undefined, digits = 2): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '—';
  return value.toFixed(Math.abs(value) >= 10_000 ? 1 : digits);
}

const UNIT_SIGNS: Record<string, string> = { m: 'm', m2: 'm²', sqm: 'm²', year: 'a', years: 'a', kv: 'kV' };

export const unitSign = (unit: string | null | undefined): string => (unit ? (UNIT_SIGNS[unit.toLowerCase()] ?? unit) : '');

export function withUnit(value: number | null | undefined, unit: string | null | undefined): string {
  const sign = unitSign(unit);
  return `${figure(value)}${sign ? ` ${sign}` : ''}`;
}

/** An uncertainty is told with one digit more than nothing: 0.004 → 0.01. */
export function plusMinus(uncertainty: number | null | undefined): string {
  if (!uncertainty || uncertainty <= 0) return '';
  return `±${Math.max(uncertainty, 0.01).toFixed(2)}`;
}

export function lonLat(lon: number, lat: number): string {
  return `${lon.toFixed(6)}, ${lat.toFixed(6)}`;
}

/** A round length whose bar is at most `widest` pixels: 1, 2 or 5 times a power of ten. */
export function scaleBar(resolution: number, widest: number): { metres: number; pixels: number; label: string } {
  const room = resolution * widest;
  const power = 10 ** Math.floor(Math.log10(room));
  const metres = [5, 2, 1].map((step) => step * power).find((length) => length <= room) ?? power;
  const label = metres >= 1000 ? `${metres / 1000} km` : metres >= 1 ? `${metres} m` : `${Math.round(metres * 100)} cm`;
  return { metres, pixels: metres / resolution, label };
}

/** A pixel of the style sheet is 1/96 inch. */
const METRES_A_PIXEL = 0.0254 / 96;

export function scaleNumber(resolution: number): number {
  const scale = resolution / METRES_A_PIXEL;
  const step = 10 ** Math.max(0, Math.floor(Math.log10(scale)) - 1);
  return Math.round(scale / step) * step;
}

/** Where measured value, uncertainty band and limit stand on a bar, in percent of its width. */
export interface BarShape {
  readonly value: number;
  readonly bandFrom: number;
  readonly bandTo: number;
  readonly limit: number;
}

export function barShape(measured: number, uncertainty: number, limit: number): BarShape {
  const full = Math.max(limit * 1.35, (measured + uncertainty) * 1.08, 1e-9);
  const percent = (value: number): number => Math.min(100, Math.max(0, (value / full) * 100));
  return {
    value: percent(measured),
    bandFrom: percent(measured - uncertainty),
    bandTo: percent(measured + uncertainty),
    limit: percent(limit),
  };
}
