import * as client from '../api/client';
import type { Assessment } from '../api/types';
import { inOrder } from '../findings/order';
import type { Focus } from './assessment.svelte';
import type { RouteFeature } from './routes.svelte';
import { session } from './session.svelte';
import { settings } from './settings.svelte';

const BLINK_MS = 220;
/** An even number: the last one leaves it lit. */
const BLINKS = 6;

/** The line of a case's task as it is stored now: what it crosses, what it lies beside, what is in its way. */
class Review {
  feature = $state.raw<RouteFeature | null>(null);
  /** What the server says of it under the policy of the case, to those who may ask; mends are not asked for. */
  answer = $state.raw<Assessment | null>(null);
  trouble = $state.raw<unknown>(null);
  focus = $state.raw<Focus>(null);
  /** The stretch whose row and tag are marked, by its place in the answer. */
  chosen = $state<number | null>(null);
  findings = $derived(inOrder(this.answer?.findings ?? []));
  #under = new AbortController();
  #blinking: ReturnType<typeof setInterval> | undefined;

  async look(route: string, policy: string): Promise<void> {
    this.close();
    const { signal } = this.#under;
    try {
      const { feature } = await client.route(route, settings.crs);
      if (signal.aborted) return;
      this.feature = feature;
      if (!session.can('assess')) return;
      const answer = await client.assess(feature, settings.crs, signal, { moving: true, policy });
      if (!signal.aborted) this.answer = answer;
    } catch (error) {
      if (!signal.aborted) this.trouble = error;
    }
  }

  close(): void {
    this.#under.abort();
    this.#under = new AbortController();
    clearInterval(this.#blinking);
    this.feature = null;
    this.answer = null;
    this.trouble = null;
    this.focus = null;
    this.chosen = null;
  }

  light(focus: Focus): void {
    clearInterval(this.#blinking);
    this.focus = focus ?? this.#ofChosen();
  }

  /** Mark a stretch and let it flash, from its row or from its tag. */
  choose(index: number): void {
    this.chosen = index;
    this.light(null);
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    let left = BLINKS;
    this.#blinking = setInterval(() => {
      left -= 1;
      this.focus = left % 2 === 0 ? this.#ofChosen() : null;
      if (left === 0) clearInterval(this.#blinking);
    }, BLINK_MS);
  }

  #ofChosen = (): Focus => (this.chosen === null ? null : { kind: 'passages', indices: [this.chosen] });
}

export const review = new Review();
