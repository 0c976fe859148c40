/** Looks every few seconds whether others have acted, while the page is seen and somebody is there. */

const EVERY_MS = 5_000;
/** After so long without a key or a pointer nobody is taken to be there: a page left open must not keep a session alive. */
const THERE_MS = 10 * 60_000;

export class Watch {
  #timer: ReturnType<typeof setInterval> | undefined;
  #touched = 0;
  #looking = false;
  readonly #look: () => Promise<void>;

  constructor(look: () => Promise<void>) {
    this.#look = look;
  }

  start(): void {
    if (this.#timer !== undefined) return;
    this.#touch();
    for (const kind of ['pointerdown', 'keydown', 'wheel'] as const) addEventListener(kind, this.#touch, { passive: true });
    document.addEventListener('visibilitychange', this.#tick);
    this.#timer = setInterval(this.#tick, EVERY_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    for (const kind of ['pointerdown', 'keydown', 'wheel'] as const) removeEventListener(kind, this.#touch);
    document.removeEventListener('visibilitychange', this.#tick);
  }

  readonly #touch = (): void => {
    this.#touched = Date.now();
  };

  readonly #tick = (): void => {
    if (this.#looking || document.hidden || Date.now() - this.#touched > THERE_MS) return;
    this.#looking = true;
    // Whatever is in the way, it is for the next look: nobody asked for this one, and it must not interrupt.
    this.#look()
      .catch(() => undefined)
      .finally(() => {
        this.#looking = false;
      });
  };
}

/** Whether somebody is about to write: what was typed stands for what was seen then. */
export function isTyping(): boolean {
  const focused = document.activeElement;
  return focused instanceof HTMLTextAreaElement || focused instanceof HTMLSelectElement || (focused instanceof HTMLInputElement && focused.type !== 'checkbox');
}
