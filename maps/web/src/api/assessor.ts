/** While the mouse moves: one question under way, the newest waiting, everything between them forgotten. */

import { isAbort } from './problem';

/** An answer older than this is not waited for when a newer question stands in line. */
const STALE_MS = 1500;

export interface AssessorEvents<Q, A> {
  readonly ask: (question: Q, signal: AbortSignal) => Promise<A>;
  readonly answered: (answer: A, question: Q) => void;
  readonly failed: (error: unknown, question: Q) => void;
}

export class Assessor<Q, A> {
  #events: AssessorEvents<Q, A>;
  #current: AbortController | null = null;
  #askedAt = 0;
  #next: Q | null = null;
  #now: () => number;

  constructor(events: AssessorEvents<Q, A>, now: () => number = () => performance.now()) {
    this.#events = events;
    this.#now = now;
  }

  /** Whether a newer question stands in line. */
  get waiting(): boolean {
    return this.#next !== null;
  }

  request(question: Q): void {
    this.#next = question;
    if (this.#current && this.#now() - this.#askedAt > STALE_MS) this.#current.abort();
    if (!this.#current) void this.#run();
  }

  /** Forget everything: no answer to an old question arrives after this. */
  cancel(): void {
    this.#next = null;
    this.#current?.abort();
    this.#current = null;
  }

  async #run(): Promise<void> {
    while (this.#next !== null) {
      const question = this.#next;
      this.#next = null;
      const controller = new AbortController();
      this.#current = controller;
      this.#askedAt = this.#now();
      try {
        const answer = await this.#events.ask(question, controller.signal);
        if (controller.signal.aborted) continue;
        this.#events.answered(answer, question);
      } catch (error) {
        if (!controller.signal.aborted && !isAbort(error)) this.#events.failed(error, question);
      } finally {
        if (this.#current === controller) this.#current = null;
      }
      // A cancelled run whose place was taken by a newer one leaves the queue to it.
      if (this.#current) return;
    }
  }
}
