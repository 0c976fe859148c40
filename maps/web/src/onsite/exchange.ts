/** Everything entered on site as one file, and back: the way out where the network or the phone fails. */

import type { Entry } from './shapes';
import type { PictureBytes } from './store';

const FORMAT = 'cotrench-onsite';
const VERSION = 1;
/** Bytes turned into text at once: a call takes only so many arguments. */
const AT_ONCE = 0x6000;

export class ExchangeError extends Error {
  constructor(readonly reason: 'format' | 'version' | 'entry') {
    super(reason);
    this.name = 'ExchangeError';
  }
}

interface Exchanged {
  readonly format: typeof FORMAT;
  readonly version: number;
  readonly written_at: string;
  readonly entries: readonly Entry[];
  /** Base64 by the id of the entry. */
  readonly pictures: Readonly<Record<string, { readonly type: string; readonly base64: string }>>;
}

function asBase64(bytes: ArrayBuffer): string {
  const all = new Uint8Array(bytes);
  let text = '';
  for (let at = 0; at < all.length; at += AT_ONCE) text += String.fromCharCode(...all.subarray(at, at + AT_ONCE));
  return btoa(text);
}

const fromBase64 = (text: string): ArrayBuffer => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer;

/** The parts of the file; the pictures are asked for one by one, since a phone cannot hold all of them as text. */
export async function written(entries: readonly Entry[], picture: (id: string) => Promise<PictureBytes | null>, now: Date): Promise<Blob> {
  const parts: BlobPart[] = [`{"format":"${FORMAT}","version":${VERSION},"written_at":"${now.toISOString()}","entries":`, JSON.stringify(entries), ',"pictures":{'];
  let first = true;
  for (const { id, kind } of entries) {
    const bytes = kind === 'picture' ? await picture(id) : null;
    if (!bytes) continue;
    parts.push(new Blob([`${first ? '' : ','}${JSON.stringify(id)}:`, JSON.stringify({ type: bytes.type, base64: asBase64(bytes.bytes) })]));
    first = false;
  }
  return new Blob([...parts, '}}'], { type: 'application/json' });
}

const KINDS: ReadonlySet<string> = new Set<Entry['kind']>(['answer_item', 'sign_visit', 'picture', 'surveyed']);

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

function isEntry(value: unknown): value is Entry {
  if (!isObject(value)) return false;
  const { id, visit, kind, data, order, by } = value;
  return [id, visit, kind].every((one) => typeof one === 'string') && KINDS.has(String(kind)) && isObject(data) && isObject(by) && typeof order === 'number';
}

function bytesOf(pictures: Exchanged['pictures']): Map<string, PictureBytes> {
  try {
    return new Map(Object.entries(pictures).map(([id, { type, base64 }]) => [id, { type, bytes: fromBase64(base64) }]));
  } catch {
    throw new ExchangeError('entry');
  }
}

/**
 * What a file brings; all of it waits to be sent, also what its device had sent, since ids count it once.
 * @throws ExchangeError
 */
export function read(text: string): { entries: Entry[]; pictures: Map<string, PictureBytes> } {
  let file: Partial<Exchanged> | null;
  try {
    file = JSON.parse(text) as Partial<Exchanged> | null;
  } catch {
    throw new ExchangeError('format');
  }
  if (file?.format !== FORMAT || !Array.isArray(file.entries)) throw new ExchangeError('format');
  if (file.version !== VERSION) throw new ExchangeError('version');
  if (!file.entries.every(isEntry)) throw new ExchangeError('entry');
  const pictures = bytesOf(file.pictures ?? {});
  // Without its bytes a picture cannot be sent: it is on the server already.
  const whole = file.entries.filter(({ kind, id }) => kind !== 'picture' || pictures.has(id));
  return { entries: whole.map((entry) => ({ ...entry, state: 'waiting' as const, refusal: null })), pictures };
}
