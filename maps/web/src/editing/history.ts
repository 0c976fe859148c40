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
  #last: Promise<boolean> = Promise.resolve(false);
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

  /** Moves wait for each other: a second click while the server is being asked is the next step, not a lost one. */
  #move(way: 'undo' | 'redo'): Promise<boolean> {
    const turn = this.#last.then(() => this.#step(way));
    this.#last = turn.catch(() => false);
    return turn;
  }

  async #step(way: 'undo' | 'redo'): Promise<boolean> {
    const [from, to] = way === 'undo' ? [this.#done, this.#undone] : [this.#undone, this.#done];
    const command = from.pop();
    if (!command) return false;
    // Something new may be done while the server is asked: it stands behind this step, and empties what can be redone.
    const [place, target] = [from.length, to.length];
    try {
      await command[way]();
      to.splice(target, 0, command);
      return true;
    } catch (error) {
      from.splice(place, 0, command);
      throw error;
    } finally {
      this.#changed();
    }
  }
}
