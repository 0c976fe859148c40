import { History, type Command } from '../editing/history';
import { notices } from './notices.svelte';

/** The one stack of the page, and what its two buttons say. */
class Steps {
  undoLabel = $state<string | null>(null);
  redoLabel = $state<string | null>(null);
  #history = new History(() => {
    this.undoLabel = this.#history.undoLabel;
    this.redoLabel = this.#history.redoLabel;
  });

  push(command: Command): void {
    this.#history.push(command);
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
