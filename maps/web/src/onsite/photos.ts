/** From the camera to what is kept: the picture alone, with when and where as data. */

import type { Point } from '../geometry/points';
import type { Fix } from './gnss';
import { cleaned, MOST_BYTES, PictureError, type Cleaned } from './pictures';
import { NOTHING_TOLD } from './exif';
import type { PictureFacts } from './shapes';
import type { PictureBytes } from './store';

/** A position counts as that of a photo if it is no older or younger than this. */
const SAME_MOMENT_MS = 60_000;
const QUALITY = 0.92;
/** Sides of a photo are made so much smaller at a time. */
const STEP = 0.8;

async function recoded(source: Blob, scale: number): Promise<Cleaned['bytes']> {
  const bitmap = await createImageBitmap(source);
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  canvas.getContext('2d')!.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', QUALITY));
  if (!blob) throw new PictureError('format');
  return new Uint8Array(await blob.arrayBuffer());
}

/** The picture alone; what no server reads but the browser can draw (HEIC on an iPhone) becomes JPEG. */
async function alone(file: Blob): Promise<Cleaned> {
  try {
    return cleaned(new Uint8Array(await file.arrayBuffer()));
  } catch (error) {
    if (!(error instanceof PictureError) || error.reason === 'cut') throw error;
    const bytes = await recoded(file, 1).catch(() => null);
    if (!bytes) throw error;
    return { bytes, type: 'image/jpeg', told: NOTHING_TOLD };
  }
}

/** Small enough for the server. */
async function bounded(picture: Cleaned): Promise<{ bytes: Cleaned['bytes']; type: string; smaller: boolean }> {
  let { bytes, type } = picture as { bytes: Cleaned['bytes']; type: string };
  for (let scale = 1; bytes.length > MOST_BYTES; scale *= STEP) {
    bytes = await recoded(new Blob([picture.bytes], { type: picture.type }), scale);
    type = 'image/jpeg';
  }
  return { bytes, type, smaller: bytes !== picture.bytes };
}

/**
 * What is kept of a photo. Its own place goes before that of the device, which counts only if it is of the same minute.
 * @throws PictureError
 */
export async function photoOf(file: File, here: Fix | null, toGrid: (lonLat: Point) => Point | null): Promise<{ facts: PictureFacts; picture: PictureBytes }> {
  const picture = await alone(file);
  const { told } = picture;
  const { bytes, type, smaller } = await bounded(picture);
  const takenAt = told.takenAt ?? new Date(file.lastModified).toISOString();
  const own = told.lonLat && toGrid(told.lonLat);
  const near = here && Math.abs(here.time - Date.parse(takenAt)) < SAME_MOMENT_MS ? here : null;
  const [x, y] = own ?? near?.at ?? [null, null];
  const accuracy = own ? told.accuracyM : (near?.accuracyM ?? null);
  const facts: PictureFacts = { type, bytes: bytes.length, taken_at: takenAt, x: rounded(x), y: rounded(y), accuracy_m: rounded(accuracy), smaller, what: 'photo' };
  return { facts, picture: { type, bytes: bytes.buffer } };
}

const rounded = (metres: number | null): number | null => (metres === null ? null : Math.round(metres * 1000) / 1000);
