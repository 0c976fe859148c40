import * as client from '../api/programmes';
import type { ProgrammeComparison, ProgrammeRequest, ProgrammeRow, ProgrammeShape } from '../api/types';
import { notices } from './notices.svelte';

const EVERY_MS = 1000;
const LISTED_EVERY_MS = 5000;

/** Joint programmes: the list, the one that is looked at or being planned, and another one beside it. */
class Programmes {
  /** Whether the workspace shows programmes instead of chances. */
  open = $state(false);
  list = $state.raw<readonly ProgrammeRow[]>([]);
  chosen = $state.raw<ProgrammeShape | null>(null);
  beside = $state.raw<{ readonly id: string; readonly told: ProgrammeComparison } | null>(null);
  busy = $state(false);
  /** What was wrong with what was asked last. */
  refused = $state.raw<unknown>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;

  show(): void {
    this.open = true;
    void this.load();
  }

  hide(): void {
    this.open = false;
    this.close();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.chosen = null;
    this.beside = null;
    this.refused = null;
  }

  /** Back to the list, as it is by now. */
  back(): void {
    this.close();
    void this.load();
  }

  /** Somebody else has signed in: what was told to the one before is not shown to this one. */
  forget(): void {
    this.hide();
    this.list = [];
  }

  async load(): Promise<void> {
    try {
      this.list = await client.programmes();
      this.#watch();
    } catch (error) {
      notices.trouble(error);
    }
  }

  /** While one of the list is being planned, look again what has become of it. */
  #watch(): void {
    if (this.chosen || !this.open || !this.list.some(({ state }) => state === 'running')) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.load(), LISTED_EVERY_MS);
  }

  async look(id: string): Promise<void> {
    clearTimeout(this.#timer);
    try {
      this.chosen = await client.programme(id);
      this.beside = null;
      this.#follow();
    } catch (error) {
      notices.trouble(error);
    }
  }

  /** While it is being planned, look how far it is; an answer that fails is asked for again. */
  #follow(): void {
    clearTimeout(this.#timer);
    const before = this.chosen;
    if (before?.state !== 'running') return;
    this.#timer = setTimeout(() => {
      client
        .programme(before.id)
        .then((now) => {
          if (this.chosen !== before) return;
          this.chosen = now;
          if (now.state !== 'running') void this.load();
        })
        .catch(() => undefined)
        .finally(() => this.#follow());
    }, EVERY_MS);
  }

  async plan(request: ProgrammeRequest): Promise<void> {
    this.busy = true;
    this.refused = null;
    try {
      const { id } = await client.planProgramme(request);
      await this.look(id);
    } catch (error) {
      this.refused = error;
    } finally {
      this.busy = false;
    }
  }

  async stop(): Promise<void> {
    const { chosen } = this;
    if (!chosen) return;
    try {
      await client.stopProgramme(chosen.id);
      await this.look(chosen.id);
    } catch (error) {
      notices.trouble(error);
    }
  }

  async drop(id: string): Promise<void> {
    try {
      await client.dropProgramme(id);
      if (this.chosen?.id === id) this.close();
      await this.load();
    } catch (error) {
      notices.trouble(error);
    }
  }

  async compare(id: string): Promise<void> {
    this.beside = null;
    const { chosen } = this;
    if (!chosen || id === '') return;
    try {
      this.beside = { id, told: await client.compareProgrammes(chosen.id, id) };
    } catch (error) {
      notices.trouble(error);
    }
  }
}

export const programmes = new Programmes();
