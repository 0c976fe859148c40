/** Photos without what they tell beside the picture: JPEG, PNG and WebP are taken apart, and only what draws is kept. */

import { ascii, joined, viewOf, type Bytes } from '../format/bytes';
import { NOTHING_TOLD, orientationAlone, toldBy, type Told } from './exif';

export type PictureType = 'image/jpeg' | 'image/png' | 'image/webp';

export interface Cleaned {
  readonly bytes: Bytes;
  readonly type: PictureType;
  /** What the photo told, now data and no longer in the bytes. */
  readonly told: Told;
}

/** `format`: none of the three; `cut`: the file ends before the picture does. */
export class PictureError extends Error {
  constructor(readonly reason: 'format' | 'cut') {
    super(reason);
    this.name = 'PictureError';
  }
}

/** Refused by the server beyond this. */
export const MOST_BYTES = 25_000_000;

const [SOI, EOI, SOS, APP0, APP1, APP2, APP14, APP15, COM] = [0xd8, 0xd9, 0xda, 0xe0, 0xe1, 0xe2, 0xee, 0xef, 0xfe] as const;
const EXIF = 'Exif\0\0';
/** Chunks of PNG that draw, tell the colours, the size of a pixel or an animation. */
const PNG_KEPT = new Set('IHDR PLTE IDAT IEND tRNS iCCP sRGB gAMA cHRM sBIT pHYs acTL fcTL fdAT'.split(' '));
const WEBP_KEPT = new Set(['VP8 ', 'VP8L', 'VP8X', 'ALPH', 'ANIM', 'ANMF', 'ICCP']);
/** Flags of VP8X that say Exif and XMP follow. */
const WEBP_TELLS = 0x08 | 0x04;

const isStandalone = (marker: number): boolean => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7);

/** Where the coded data that begin at `at` end: at the next marker that is no restart and no stuffed byte. */
function afterScan(bytes: Uint8Array, at: number): number {
  for (let i = at; i + 1 < bytes.length; i += 1) {
    if (bytes[i] === 0xff && bytes[i + 1] !== 0 && bytes[i + 1] !== 0xff && !isStandalone(bytes[i + 1]!)) return i;
  }
  throw new PictureError('cut');
}

function draws(marker: number, bytes: Uint8Array, at: number): boolean {
  if (marker === COM) return false;
  if (marker < APP0 || marker > APP15) return true;
  // Without Adobe's mark the colours of some photos turn; ICC says which colours they are.
  if (marker === APP0) return ascii(bytes, at + 4, 5) === 'JFIF\0';
  return marker === APP14 || (marker === APP2 && ascii(bytes, at + 4, 12) === 'ICC_PROFILE\0');
}

function cleanedJpeg(bytes: Uint8Array): Cleaned {
  const kept: Uint8Array[] = [];
  let told = NOTHING_TOLD;
  let at = 2;
  while (at + 4 <= bytes.length && bytes[at] === 0xff && bytes[at + 1] !== EOI) {
    const marker = bytes[at + 1]!;
    if (marker === 0xff || isStandalone(marker)) {
      at += marker === 0xff ? 1 : 2;
      continue;
    }
    let end = at + 2 + viewOf(bytes).getUint16(at + 2);
    if (end > bytes.length) break;
    if (marker === APP1 && ascii(bytes, at + 4, 6) === EXIF && told === NOTHING_TOLD) told = toldBy(bytes.subarray(at + 10, end));
    if (marker === SOS) end = afterScan(bytes, end);
    if (draws(marker, bytes, at)) kept.push(bytes.subarray(at, end));
    at = end;
  }
  // What follows the end belongs to the maker of the phone: previews with another Exif, films.
  if (bytes[at] !== 0xff || bytes[at + 1] !== EOI) throw new PictureError('cut');
  const upright = told.orientation === 1 ? [] : [segment(APP1, joined([new TextEncoder().encode(EXIF), orientationAlone(told.orientation)]))];
  // JFIF has to come first where there is one.
  const jfif = kept[0]?.[1] === APP0 ? kept.splice(0, 1) : [];
  return { bytes: joined([Uint8Array.of(0xff, SOI), ...jfif, ...upright, ...kept, Uint8Array.of(0xff, EOI)]), type: 'image/jpeg', told };
}

function segment(marker: number, body: Uint8Array): Bytes {
  const length = body.length + 2;
  return joined([Uint8Array.of(0xff, marker, length >> 8, length & 0xff), body]);
}

function cleanedPng(bytes: Uint8Array): Cleaned {
  const kept: Uint8Array[] = [bytes.subarray(0, 8)];
  let told = NOTHING_TOLD;
  let name = '';
  for (let at = 8; at + 12 <= bytes.length && name !== 'IEND'; ) {
    const end = at + 12 + viewOf(bytes).getUint32(at);
    name = ascii(bytes, at + 4, 4);
    if (end > bytes.length) throw new PictureError('cut');
    if (name === 'eXIf') told = toldBy(bytes.subarray(at + 8, end - 4));
    if (PNG_KEPT.has(name)) kept.push(bytes.subarray(at, end));
    at = end;
  }
  if (name !== 'IEND') throw new PictureError('cut');
  return { bytes: joined(kept), type: 'image/png', told };
}

function cleanedWebp(bytes: Uint8Array): Cleaned {
  const kept: Uint8Array[] = [];
  let told = NOTHING_TOLD;
  const whole = 8 + viewOf(bytes).getUint32(4, true);
  if (whole > bytes.length) throw new PictureError('cut');
  for (let at = 12; at + 8 <= whole; ) {
    const size = viewOf(bytes).getUint32(at + 4, true);
    const end = at + 8 + size + (size % 2);
    const name = ascii(bytes, at, 4);
    if (at + 8 + size > whole) throw new PictureError('cut');
    if (name === 'EXIF') told = toldBy(withoutName(bytes.subarray(at + 8, at + 8 + size)));
    if (WEBP_KEPT.has(name)) kept.push(name === 'VP8X' ? silent(bytes.subarray(at, end)) : bytes.subarray(at, end));
    at = end;
  }
  const body = joined(kept);
  const head = new Uint8Array(12);
  head.set(bytes.subarray(0, 12));
  viewOf(head).setUint32(4, body.length + 4, true);
  return { bytes: joined([head, body]), type: 'image/webp', told };
}

/** Some writers put the name of JPEG's segment before the data. */
const withoutName = (data: Uint8Array): Uint8Array => (ascii(data, 0, 6) === EXIF ? data.subarray(6) : data);

function silent(chunk: Uint8Array): Bytes {
  const copy = joined([chunk]);
  copy[8] = copy[8]! & ~WEBP_TELLS;
  return copy;
}

/**
 * A picture without anything but the picture; of Exif the way up stays, in JPEG.
 * @throws PictureError
 */
export function cleaned(bytes: Uint8Array): Cleaned {
  if (bytes[0] === 0xff && bytes[1] === SOI) return cleanedJpeg(bytes);
  if (ascii(bytes, 0, 8) === '\x89PNG\r\n\x1a\n') return cleanedPng(bytes);
  if (ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 4) === 'WEBP') return cleanedWebp(bytes);
  throw new PictureError('format');
}
