import { History, type Command } from '../editing/history';
import { notices } from './notices.svelte';

/** The one stack of the page, and what its two buttons say. */
class Steps {
  undoLabel = $state<string | null>(null);
  redoLabel = $state<string | null>(null);
  #history = this.#begun();

  #begun(): History {
    const made: History = new History(() => {
      this.undoLabel = made.undoLabel;
      this.redoLabel = made.redoLabel;
    });
    return made;
  }

  push(command: Command): void {
    this.#history.push(command);
  }

  /** What another person did is not undone by this one. */
  forget(): void {
    this.#history = this.#begun();
    this.undoLabel = null;
    this.redoLabel = null;
  }

  settle(): void {
    this.#history.settle();
  }

  async move(way: 'undo' | 'redo'): Promise<void> {
    try {
      await this.#history[way]();
    } catch (error) {
      notices.trouble(error);
    }
  }
}

export const steps = new Steps();
