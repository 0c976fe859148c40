/** The device's own store: visits taken along, what was entered, what is half entered. Nothing is said to be kept before it is here. */

import type { Problem } from '../api/types';
import { unpacked, type Packed } from './gzip';
import { PACK_VERSION, type Content, type Entry, type EntryState, type Maker, type Pack, type PackLayers } from './shapes';

const NAME = 'cotrench-onsite';
const VERSION = 1;
const STORES = ['packs', 'layers', 'entries', 'pictures', 'drafts'] as const;
const BY_ORDER = 'order';
type StoreName = (typeof STORES)[number];

/** The device has no room, or gives the page no store; what was to be kept is not kept. */
export class NotKeptError extends Error {
  constructor(readonly reason: 'full' | 'blocked', options?: ErrorOptions) {
    super(reason, options);
    this.name = 'NotKeptError';
  }
}

const asNotKept = (error: unknown): NotKeptError =>
  new NotKeptError(error instanceof DOMException && error.name === 'QuotaExceededError' ? 'full' : 'blocked', { cause: error });

function asked<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function opened(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      for (const name of STORES) {
        if (request.result.objectStoreNames.contains(name)) continue;
        const made = request.result.createObjectStore(name);
        if (name === 'entries') made.createIndex(BY_ORDER, BY_ORDER);
      }
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new DOMException('blocked', 'InvalidStateError'));
  });
}

export interface PictureBytes {
  readonly type: string;
  readonly bytes: ArrayBuffer;
}

export type Draft = Content & { readonly id: string };

/** What is entered together is kept together or not at all. */
export interface Entered {
  readonly content: Draft;
  readonly picture?: PictureBytes;
}

export class Store {
  #database: Promise<IDBDatabase> | null = null;

  async #open(): Promise<IDBDatabase> {
    this.#database ??= opened();
    try {
      const database = await this.#database;
      database.onclose = () => (this.#database = null);
      // A newer page of this service wants to change the store: let it, and open again when asked next.
      database.onversionchange = () => {
        database.close();
        this.#database = null;
      };
      return database;
    } catch (error) {
      this.#database = null;
      throw asNotKept(error);
    }
  }

  async #begun(names: readonly StoreName[], mode: IDBTransactionMode): Promise<IDBTransaction> {
    const begin = async (): Promise<IDBTransaction> => (await this.#open()).transaction(names, mode, { durability: 'strict' });
    try {
      return await begin();
    } catch (error) {
      // A phone may close the store of a page that lay behind others, and say nothing.
      if (!(error instanceof DOMException) || error.name !== 'InvalidStateError') throw error;
      this.#database = null;
      return begin();
    }
  }

  /** Run `work` in one transaction; comes back once it is on the disk. */
  async #run<T>(names: readonly StoreName[], mode: IDBTransactionMode, work: (of: (name: StoreName) => IDBObjectStore) => T | Promise<T>): Promise<T> {
    const transaction = await this.#begun(names, mode);
    const ended = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(asNotKept(transaction.error));
    });
    const worked = (async () => work((name) => transaction.objectStore(name)))();
    // All of it or nothing: what was put before the fault must not stay.
    worked.catch(() => transaction.abort());
    return (await Promise.all([ended, worked]))[1];
  }

  // ------------------------------------------------------------------------------------------------ visits taken along

  /** A visit and its layers, in place of what was taken along of it before. */
  async putPack(pack: Pack, layers: Packed): Promise<void> {
    await this.#run(['packs', 'layers'], 'readwrite', (of) => {
      of('packs').put(pack, pack.id);
      of('layers').put(layers, pack.id);
    });
  }

  async packs(): Promise<Pack[]> {
    const all = await this.#run(['packs'], 'readonly', (of) => asked<Pack[]>(of('packs').getAll()));
    return all.filter(({ version }) => version === PACK_VERSION);
  }

  /** Null: not on this device, or of a version that this page does not read. */
  async pack(id: string): Promise<Pack | null> {
    const pack = await this.#run(['packs'], 'readonly', (of) => asked<Pack | undefined>(of('packs').get(id)));
    return pack?.version === PACK_VERSION ? pack : null;
  }

  async layers(id: string): Promise<PackLayers> {
    const stored = await this.#run(['layers'], 'readonly', (of) => asked<Packed | undefined>(of('layers').get(id)));
    return stored ? unpacked<PackLayers>(stored) : { features: {}, findings: [] };
  }

  /** Take a visit off the device. What of it is not on the server yet stays. */
  async dropPack(id: string): Promise<void> {
    const gone = (await this.entries()).filter((entry) => entry.visit === id && entry.state === 'sent');
    await this.#run(['packs', 'layers', 'entries', 'pictures'], 'readwrite', (of) => {
      of('packs').delete(id);
      of('layers').delete(id);
      for (const entry of gone) {
        of('entries').delete(entry.id);
        of('pictures').delete(entry.id);
      }
    });
  }

  // ------------------------------------------------------------------------------------------------- what was entered

  /** All of them in the order of entering, without the bytes of pictures. */
  entries(): Promise<Entry[]> {
    return this.#run(['entries'], 'readonly', (of) => asked<Entry[]>(of('entries').index(BY_ORDER).getAll()));
  }

  /** Keep what was entered at once, together with what is left of the draft it came from (null: nothing). */
  async keep(visit: string, entered: readonly Entered[], by: Maker, now: Date, draft?: { readonly key: string; readonly left: unknown }): Promise<Entry[]> {
    return this.#run(['entries', 'pictures', 'drafts'], 'readwrite', async (of) => {
      const last = await asked(of('entries').index(BY_ORDER).openKeyCursor(null, 'prev'));
      const first = Math.max(now.getTime(), Number(last?.key ?? 0) + 1);
      const made = entered.map(({ content }, i): Entry => ({
        ...content, visit, order: first + i, madeAt: now.toISOString(), by, state: 'waiting', refusal: null,
      }));
      made.forEach((entry, i) => {
        of('entries').put(entry, entry.id);
        const picture = entered[i]!.picture;
        if (picture) of('pictures').put(picture, entry.id);
      });
      if (draft?.left === null) of('drafts').delete(draft.key);
      else if (draft) of('drafts').put(draft.left, draft.key);
      return made;
    });
  }

  /** Take entries of a file in; those that are here already stay as they are. How many are new. */
  async bring(entries: readonly Entry[], pictures: ReadonlyMap<string, PictureBytes>): Promise<number> {
    return this.#run(['entries', 'pictures'], 'readwrite', async (of) => {
      const known = new Set(await asked(of('entries').getAllKeys()));
      const fresh = entries.filter(({ id }) => !known.has(id));
      for (const entry of fresh) {
        of('entries').put(entry, entry.id);
        const picture = pictures.get(entry.id);
        if (picture) of('pictures').put(picture, entry.id);
      }
      return fresh.length;
    });
  }

  async #change(id: string, change: (entry: Entry) => Entry): Promise<void> {
    await this.#run(['entries'], 'readwrite', async (of) => {
      const entry = await asked<Entry | undefined>(of('entries').get(id));
      if (entry) of('entries').put(change(entry), id);
    });
  }

  settle(id: string, state: EntryState, refusal: Problem | null): Promise<void> {
    return this.#change(id, (entry) => ({ ...entry, state, refusal }));
  }

  /** Send in the name of another one: who carries it in. */
  handOver(id: string, by: Maker): Promise<void> {
    return this.#change(id, (entry) => ({ ...entry, by }));
  }

  /** Only what was refused, and only because somebody said so. */
  async discard(id: string): Promise<void> {
    await this.#run(['entries', 'pictures'], 'readwrite', (of) => {
      of('entries').delete(id);
      of('pictures').delete(id);
    });
  }

  async picture(id: string): Promise<PictureBytes | null> {
    return (await this.#run(['pictures'], 'readonly', (of) => asked<PictureBytes | undefined>(of('pictures').get(id)))) ?? null;
  }

  /** Make room: pictures that are on the server need not be here too. How many there were. */
  async freeSent(): Promise<number> {
    const sent = (await this.entries()).filter(({ kind, state }) => kind === 'picture' && state === 'sent');
    return this.#run(['pictures'], 'readwrite', async (of) => {
      const here = new Set(await asked(of('pictures').getAllKeys()));
      const gone = sent.filter(({ id }) => here.has(id));
      for (const { id } of gone) of('pictures').delete(id);
      return gone.length;
    });
  }

  // -------------------------------------------------------------------------------------------- what is half entered

  async putDraft(key: string, value: unknown): Promise<void> {
    await this.#run(['drafts'], 'readwrite', (of) => void of('drafts').put(value, key));
  }

  async draft<T>(key: string): Promise<T | null> {
    return (await this.#run(['drafts'], 'readonly', (of) => asked<T | undefined>(of('drafts').get(key)))) ?? null;
  }

  async dropDraft(key: string): Promise<void> {
    await this.#run(['drafts'], 'readwrite', (of) => void of('drafts').delete(key));
  }
}
