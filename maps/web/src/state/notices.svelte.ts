import { sentencesOf } from '../api/problem';
import { language } from '../i18n/language.svelte';

export interface Notice {
  readonly id: number;
  readonly kind: 'done' | 'trouble';
  readonly lines: readonly string[];
}

const DONE_MS = 3500;
let lastId = 0;

class Notices {
  list = $state.raw<readonly Notice[]>([]);

  /** Good news leaves by itself; trouble stays until it is read and closed, or `DONE_MS` × 4 passed. */
  say(kind: Notice['kind'], ...lines: string[]): void {
    lastId += 1;
    const id = lastId;
    const others = this.list.filter((notice) => notice.lines.join() !== lines.join());
    this.list = [...others.slice(-2), { id, kind, lines }];
    setTimeout(() => this.close(id), kind === 'done' ? DONE_MS : DONE_MS * 4);
  }

  trouble(error: unknown): void {
    this.say('trouble', ...sentencesOf(error, language.now).slice(0, 6));
  }

  /** Somebody else works at the page: what was said to the one before is none of this one's. */
  forget(): void {
    this.list = [];
  }

  close(id: number): void {
    this.list = this.list.filter((notice) => notice.id !== id);
  }
}

export const notices = new Notices();
