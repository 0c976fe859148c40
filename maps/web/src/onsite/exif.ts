/**
 * What a photo tells of itself (Exif 2.3: TIFF directories): when, where and which way up. Everything else in it, such as the
 * number of the camera, is nobody's and is left out by `pictures`.
 */

import type { Point } from '../geometry/points';
import { ascii, joined, viewOf, type Bytes } from '../format/bytes';

export interface Told {
  /** ISO with a zone; null: the photo does not say. A photo without a zone is of Beijing time. */
  readonly takenAt: string | null;
  readonly lonLat: Point | null;
  /** Metres; null where the camera does not say how sure its place is. */
  readonly accuracyM: number | null;
  /** 1 to 8 as in Exif; 1: as stored. */
  readonly orientation: number;
}

export const NOTHING_TOLD: Told = { takenAt: null, lonLat: null, accuracyM: null, orientation: 1 };

const TAG = {
  orientation: 0x0112, exif: 0x8769, gps: 0x8825, taken: 0x9003, zone: 0x9011,
  latitudeRef: 1, latitude: 2, longitudeRef: 3, longitude: 4, error: 31,
} as const;
/** Bytes of one value by type: byte, ascii, short, long, rational … double. */
const SIZES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8];
const BEIJING = '+08:00';

type Values = string | readonly number[];
type Directory = ReadonlyMap<number, Values>;

class Tiff {
  #view: DataView;
  #little: boolean;

  constructor(private readonly bytes: Uint8Array) {
    this.#view = viewOf(bytes);
    this.#little = ascii(bytes, 0, 2) === 'II';
  }

  get first(): number {
    return this.#view.getUint32(4, this.#little);
  }

  /** The entries of a directory; what lies outside the data is left out. */
  directory(at: number): Directory {
    const found = new Map<number, Values>();
    if (at < 8 || at + 2 > this.bytes.length) return found;
    const count = this.#view.getUint16(at, this.#little);
    for (let entry = at + 2; entry + 12 <= Math.min(this.bytes.length, at + 2 + 12 * count); entry += 12) {
      const values = this.#values(entry);
      if (values) found.set(this.#view.getUint16(entry, this.#little), values);
    }
    return found;
  }

  #values(entry: number): Values | null {
    const type = this.#view.getUint16(entry + 2, this.#little);
    const count = this.#view.getUint32(entry + 4, this.#little);
    const size = (SIZES[type] ?? 0) * count;
    const at = size <= 4 ? entry + 8 : this.#view.getUint32(entry + 8, this.#little);
    if (size === 0 || count > 64 || at + size > this.bytes.length) return null;
    if (type === 2) return ascii(this.bytes, at, count).replace(/\0[^]*$/, '').trim();
    return Array.from({ length: count }, (_, i) => this.#number(type, at + i * (SIZES[type] ?? 1)));
  }

  #number(type: number, at: number): number {
    if (type === 3) return this.#view.getUint16(at, this.#little);
    if (type === 4) return this.#view.getUint32(at, this.#little);
    if (type === 5) return this.#view.getUint32(at, this.#little) / this.#view.getUint32(at + 4, this.#little);
    return this.#view.getUint8(at);
  }
}

const numbers = (values: Values | undefined): readonly number[] => (Array.isArray(values) ? (values as readonly number[]) : []);
const words = (values: Values | undefined): string => (typeof values === 'string' ? values : '');

function momentOf(exif: Directory): string | null {
  const match = /^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)$/.exec(words(exif.get(TAG.taken)));
  if (!match) return null;
  const zone = words(exif.get(TAG.zone));
  const told = `${match[1]}-${match[2]}-${match[3]}T${match[4]}${/^[+-]\d\d:\d\d$/.test(zone) ? zone : BEIJING}`;
  return Number.isNaN(Date.parse(told)) ? null : told;
}

function degreesOf(values: Values | undefined, reference: string): number | null {
  const [degrees = NaN, minutes = NaN, seconds = NaN] = numbers(values);
  const whole = degrees + minutes / 60 + seconds / 3600;
  return Number.isFinite(whole) && reference ? whole * ('SW'.includes(reference) ? -1 : 1) : null;
}

function placeOf(gps: Directory): Point | null {
  const latitude = degreesOf(gps.get(TAG.latitude), words(gps.get(TAG.latitudeRef)));
  const longitude = degreesOf(gps.get(TAG.longitude), words(gps.get(TAG.longitudeRef)));
  if (latitude === null || longitude === null || Math.abs(latitude) > 90 || Math.abs(longitude) > 180) return null;
  // Cameras that search for satellites write nought and nought.
  return latitude === 0 && longitude === 0 ? null : [longitude, latitude];
}

/** What the TIFF data of a photo tell; nothing where they are damaged. */
export function toldBy(data: Uint8Array): Told {
  if (data.length < 8 || !['II', 'MM'].includes(ascii(data, 0, 2))) return NOTHING_TOLD;
  const tiff = new Tiff(data);
  const main = tiff.directory(tiff.first);
  const gps = tiff.directory(numbers(main.get(TAG.gps))[0] ?? 0);
  const [orientation = 1] = numbers(main.get(TAG.orientation));
  const [error = NaN] = numbers(gps.get(TAG.error));
  return {
    takenAt: momentOf(tiff.directory(numbers(main.get(TAG.exif))[0] ?? 0)),
    lonLat: placeOf(gps),
    accuracyM: Number.isFinite(error) && error > 0 ? error : null,
    orientation: orientation >= 1 && orientation <= 8 ? orientation : 1,
  };
}

/** TIFF data that tell nothing but which way up the photo is. */
export function orientationAlone(orientation: number): Bytes {
  const head = [0x4d, 0x4d, 0, 0x2a, 0, 0, 0, 8, 0, 1];
  const entry = [TAG.orientation >> 8, TAG.orientation & 0xff, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0];
  return joined([Uint8Array.from(head), Uint8Array.from(entry), new Uint8Array(4)]);
}
