import type { VisitItem, VisitStop } from '../api/types';
import { readingOf } from '../access/rights';
import { lacks, type Lack } from '../onsite/abilities';
import { answered, answersTo, type ShownAnswer } from '../onsite/answers';
import { drain, type Ending } from '../onsite/outbox';
import { keptPage } from '../onsite/pageKeeping';
import { carrierOf, freshVisit } from '../onsite/sending';
import type { Entry, Maker, Pack, PackLayers } from '../onsite/shapes';
import { NotKeptError, Store, type Entered } from '../onsite/store';
import { FINDINGS, fetchPack, samePlan, type Progress } from '../onsite/taking';
import { session } from './session.svelte';

/** One window at a time sends; the others wait, for what they have was not there when it began. */
const LOCK = 'cotrench-onsite-sending';
const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 60_000;

export type Sheet = 'stops' | 'item' | 'stake' | 'measure' | 'line' | 'sign' | 'queue';
/** `waits`: the next start of the browser works without a network too once the worker stands. */
export type Readiness = 'none' | 'getting' | 'ready' | 'failed';

const store = new Store();
const carrier = carrierOf(store);

/** A visit on this device: what was taken along, what was entered, what is on its way. */
class OnSite {
  id = $state<string | null>(null);
  packs = $state.raw<readonly Pack[]>([]);
  pack = $state.raw<Pack | null>(null);
  layers = $state.raw<PackLayers | null>(null);
  entries = $state.raw<readonly Entry[]>([]);
  sheet = $state<Sheet>('stops');
  item = $state<string | null>(null);
  lacks = $state.raw<readonly Lack[]>([]);
  opened = $state(false);
  outdated = $state(false);
  cancelled = $state(false);
  /** How the last round of sending ended; null: none yet. */
  ending = $state<Ending | null>(null);
  sending = $state(false);
  taking = $state.raw<Progress | null>(null);
  failure = $state.raw<unknown>(null);
  worker = $state<Readiness>('none');
  /** Whether the browser promised not to clear the device's store by itself; null: it cannot say. */
  lasting = $state<boolean | null>(null);
  online = $state(navigator.onLine);
  #pause = FIRST_PAUSE_MS;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #again = false;

  own = $derived(this.entries.filter(({ visit }) => visit === this.id));
  waiting = $derived(this.entries.filter(({ state }) => state === 'waiting'));
  refused = $derived(this.entries.filter(({ state }) => state === 'refused'));
  /** What waits for the person who entered it: sent by this one it would be this one's word. */
  held = $derived(this.waiting.filter((entry) => !this.#mayCarry(entry)));
  stops = $derived<readonly VisitStop[]>(this.pack?.visit.stops ?? []);
  chosen = $derived<{ stop: VisitStop; item: VisitItem } | null>(this.#find(this.item));

  get store(): Store {
    return store;
  }

  /** Who enters: who is signed in, else who took the visit along. */
  get maker(): Maker {
    const { person } = session;
    if (person) return { id: person.id, name: person.name, organisation: person.organisation_name };
    return this.pack?.by ?? { id: null, name: '', organisation: '' };
  }

  #find(id: string | null): { stop: VisitStop; item: VisitItem } | null {
    for (const stop of this.stops) {
      const item = stop.items.find((one) => one.id === id);
      if (item) return { stop, item };
    }
    return null;
  }

  answersTo(item: VisitItem): ShownAnswer[] {
    return answersTo(item.id, item.answers, this.own);
  }

  answered(stop: VisitStop): number {
    return answered(stop, this.own);
  }

  #mayCarry({ by }: Entry): boolean {
    return by.id === null || session.person === null || by.id === session.person.id;
  }

  // -------------------------------------------------------------------------------------------------------- beginning

  /** Open what is on the device, whether a network is there or not. */
  async open(id: string | null): Promise<void> {
    this.id = id;
    this.lacks = lacks({ isSecureContext: globalThis.isSecureContext, indexedDB: globalThis.indexedDB, navigator });
    try {
      this.packs = await store.packs();
      this.entries = await store.entries();
      this.pack = id ? await store.pack(id) : null;
      this.layers = this.pack ? await store.layers(this.pack.id) : null;
    } catch (error) {
      this.failure = error;
    }
    this.opened = true;
    if (this.pack || this.packs.length > 0 || this.entries.length > 0) void this.#keepPage();
    await this.#meet();
    void this.send();
    await this.#lookAgain();
  }

  /** Whether the office has planned the visit otherwise since it was taken along. */
  async #lookAgain(): Promise<void> {
    const fresh = this.pack && (await freshVisit(this.pack.id, this.pack.crs));
    if (!fresh || !this.pack) return;
    this.cancelled = fresh.state === 'cancelled';
    this.outdated = !samePlan(this.pack.visit, fresh);
  }

  /** Who is signed in; without a network nobody knows, and nobody is asked: it is the queue that asks to sign in. */
  async #meet(): Promise<void> {
    try {
      await session.follow();
    } catch {
      // Told by the queue: what was entered waits.
    }
  }

  /** Have the browser keep the page itself, and not clear the store when room gets short. */
  async #keepPage(): Promise<void> {
    this.lasting = (await navigator.storage?.persist?.()) ?? null;
    if (this.lacks.includes('insecure') || this.lacks.includes('no_worker') || !import.meta.env.PROD) return;
    if (this.worker === 'getting') return;
    this.worker = 'getting';
    this.worker = (await keptPage()) ? 'ready' : 'failed';
  }

  /** Take the visit along, or what has changed of it since; what was entered is not touched. */
  async take(): Promise<void> {
    if (!this.id || this.taking) return;
    this.failure = null;
    this.taking = { layer: '', done: 0, of: 1 };
    try {
      if (session.mode === null) await session.follow();
      const readable = (layer: string): boolean => session.can(layer === FINDINGS ? 'findings.read' : readingOf(layer));
      const fetched = await fetchPack(this.id, readable, this.maker, () => new Date(), (told) => (this.taking = told), new AbortController().signal);
      await this.#withRoom(() => store.putPack(fetched.pack, fetched.layers));
      this.layers = await store.layers(this.id);
      this.pack = fetched.pack;
      this.outdated = false;
      this.packs = await store.packs();
      await this.#keepPage();
    } catch (error) {
      this.failure = error;
    } finally {
      this.taking = null;
    }
  }

  /** Take the visit off the device; what is not on the server yet stays. */
  async drop(id: string): Promise<void> {
    await this.#change(async () => {
      await store.dropPack(id);
      this.packs = await store.packs();
      if (this.pack?.id === id) this.pack = null;
    });
  }

  // --------------------------------------------------------------------------------------------------------- entering

  async #reread(): Promise<void> {
    this.entries = await store.entries();
  }

  /** Change what lies on the device; that it refuses is told. */
  async #change(work: () => Promise<unknown>): Promise<void> {
    this.failure = null;
    try {
      await work();
      await this.#reread();
    } catch (error) {
      this.failure = error;
    }
  }

  /** Keep what was entered; false: the device did not keep it, and why is in `failure`. Sending begins by itself. */
  async keep(entered: readonly Entered[], draft?: { readonly key: string; readonly left: unknown }): Promise<boolean> {
    this.failure = null;
    try {
      await this.#withRoom(() => store.keep(this.id!, entered, this.maker, new Date(), draft));
      await this.#reread();
    } catch (error) {
      this.failure = error instanceof NotKeptError ? error : new NotKeptError('blocked', { cause: error });
      return false;
    }
    void this.send();
    return true;
  }

  /** Photos that the server has make room for what it has not. */
  async #withRoom<T>(put: () => Promise<T>): Promise<T> {
    try {
      return await put();
    } catch (error) {
      if (!(error instanceof NotKeptError) || error.reason !== 'full' || (await store.freeSent()) === 0) throw error;
      return put();
    }
  }

  // ---------------------------------------------------------------------------------------------------------- sending

  /** Send what waits, if nobody does already; asked for meanwhile, it goes round once more. */
  async send(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.sending) {
      this.#again = true;
      return;
    }
    if (this.waiting.length === 0) return;
    this.sending = true;
    try {
      do {
        this.#again = false;
        this.ending = await this.#alone(() => this.#round());
        await this.#reread();
      } while (this.#again);
    } catch (error) {
      this.failure = error;
    } finally {
      this.sending = false;
    }
    this.#later();
  }

  async #alone(work: () => Promise<Ending>): Promise<Ending> {
    // Without HTTPS there is no lock; two windows that send the same are no harm, ids count it once.
    return navigator.locks ? await navigator.locks.request(LOCK, work) : work();
  }

  async #round(): Promise<Ending> {
    try {
      // Whoever has signed in by now is the one in whose name things are sent.
      await session.follow();
    } catch {
      return 'unreachable';
    }
    const shelf = {
      waiting: async () => (await store.entries()).filter((entry) => entry.state === 'waiting' && this.#mayCarry(entry)),
      settle: async (...settled: Parameters<Store['settle']>) => {
        await store.settle(...settled);
        await this.#reread();
      },
    };
    return drain(shelf, carrier);
  }

  /** No answer: again after a while, more seldom each time, while somebody looks. */
  #later(): void {
    if (this.ending !== 'unreachable' && this.ending !== 'failing') {
      this.#pause = FIRST_PAUSE_MS;
      return;
    }
    if (document.visibilityState === 'hidden') return;
    this.#timer = setTimeout(() => void this.send(), this.#pause);
    this.#pause = Math.min(2 * this.#pause, LONGEST_PAUSE_MS);
  }

  /** The network or the window came back. */
  came(): void {
    this.online = navigator.onLine;
    this.#reread().catch((error: unknown) => (this.failure = error));
    if (this.worker === 'failed') void this.#keepPage();
    this.#pause = FIRST_PAUSE_MS;
    if (document.visibilityState === 'visible') void this.send();
  }

  /** Sign in, then send. */
  async signIn(): Promise<void> {
    if (await session.ask('wanted')) await this.send();
  }

  /** Try again what was refused. */
  async retry(...entries: readonly Entry[]): Promise<void> {
    await this.#change(async () => {
      for (const { id } of entries) await store.settle(id, 'waiting', null);
    });
    await this.send();
  }

  /** Carry in what another person entered on this device, in one's own name. */
  async handOver(): Promise<void> {
    await this.#change(async () => {
      for (const { id } of this.held) await store.handOver(id, this.maker);
    });
    await this.send();
  }

  async discard(entry: Entry): Promise<void> {
    await this.#change(() => store.discard(entry.id));
  }

  async bring(entries: readonly Entry[], pictures: Parameters<Store['bring']>[1]): Promise<number> {
    const me = this.maker;
    const carried = me.id === null ? entries : entries.map((entry) => ({ ...entry, by: { ...entry.by, id: me.id } }));
    const fresh = await this.#withRoom(() => store.bring(carried, pictures));
    await this.#reread();
    void this.send();
    return fresh;
  }
}

export const onsite = new OnSite();
