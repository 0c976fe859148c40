/** Undo and redo as a stack of domain commands; a command may talk to the server, so both ways may fail and then stay. */

export interface Command {
  /** Key of the words for it. */
  readonly label: string;
  /** Commands with the same key that follow each other count as one (typing in one field). */
  readonly merge?: string;
  readonly undo: () => void | Promise<void>;
  readonly redo: () => void | Promise<void>;
}

const DEPTH = 500;

export class History {
  #done: Command[] = [];
  #undone: Command[] = [];
  #busy = false;
  #changed: () => void;

  constructor(changed: () => void = () => undefined) {
    this.#changed = changed;
  }

  get undoLabel(): string | null {
    return this.#done.at(-1)?.label ?? null;
  }

  get redoLabel(): string | null {
    return this.#undone.at(-1)?.label ?? null;
  }

  /** Record what has just been done. */
  push(command: Command): void {
    const last = this.#done.at(-1);
    if (command.merge && last?.merge === command.merge && this.#undone.length === 0) {
      this.#done[this.#done.length - 1] = { ...command, undo: last.undo };
    } else {
      this.#done.push(command);
      if (this.#done.length > DEPTH) this.#done.shift();
    }
    this.#undone = [];
    this.#changed();
  }

  /** Stop merging: the next command stands alone. */
  settle(): void {
    const last = this.#done.pop();
    if (last) this.#done.push({ label: last.label, undo: last.undo, redo: last.redo });
  }

  undo(): Promise<boolean> {
    return this.#move('undo');
  }

  redo(): Promise<boolean> {
    return this.#move('redo');
  }

  clear(): void {
    this.#done = [];
    this.#undone = [];
    this.#changed();
  }

  async #move(way: 'undo' | 'redo'): Promise<boolean> {
    const [from, to] = way === 'undo' ? [this.#done, this.#undone] : [this.#undone, this.#done];
    const command = from.at(-1);
    if (!command || this.#busy) return false;
    this.#busy = true;
    try {
      await command[way]();
      from.pop();
      to.push(command);
      return true;
    } finally {
      this.#busy = false;
      this.#changed();
    }
  }
}
