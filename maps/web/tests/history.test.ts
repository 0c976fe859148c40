import { describe, expect, it } from 'vitest';
import { History } from '../src/editing/history';

function counter(history: History): { value: number; add: (n: number, merge?: string) => void } {
  const state = {
    value: 0,
    add(n: number, merge?: string) {
      const [before, after] = [state.value, state.value + n];
      state.value = after;
      history.push({ label: `+${n}`, ...(merge ? { merge } : {}), undo: () => void (state.value = before), redo: () => void (state.value = after) });
    },
  };
  return state;
}

describe('history', () => {
  it('walks back and forth', async () => {
    const history = new History();
    const count = counter(history);
    count.add(1);
    count.add(2);
    await history.undo();
    expect(count.value).toBe(1);
    expect(history.redoLabel).toBe('+2');
    await history.redo();
    expect(count.value).toBe(3);
    await history.undo();
    await history.undo();
    expect(await history.undo()).toBe(false);
    expect(count.value).toBe(0);
  });

  it('forgets what was undone when something new is done', async () => {
    const history = new History();
    const count = counter(history);
    count.add(1);
    await history.undo();
    count.add(5);
    expect(history.redoLabel).toBeNull();
  });

  it('counts typing in one field as one step, until it settles', async () => {
    const history = new History();
    const count = counter(history);
    count.add(1, 'name');
    count.add(1, 'name');
    history.settle();
    count.add(1, 'name');
    await history.undo();
    expect(count.value).toBe(2);
    await history.undo();
    expect(count.value).toBe(0);
  });

  it('takes every click, also while the server is being asked', async () => {
    const history = new History();
    const count = counter(history);
    count.add(1);
    let answer = (): void => undefined;
    history.push({ label: 'save', undo: () => new Promise<void>((done) => (answer = done)), redo: () => undefined });
    const [first, second] = [history.undo(), history.undo()];
    await Promise.resolve();
    expect(count.value).toBe(1);
    answer();
    expect(await Promise.all([first, second])).toEqual([true, true]);
    expect(count.value).toBe(0);
  });

  it('keeps the order when something is done while the server is being asked', async () => {
    const history = new History();
    let answer = (): void => undefined;
    history.push({ label: 'save', undo: () => undefined, redo: () => new Promise<void>((done) => (answer = done)) });
    await history.undo();
    const again = history.redo();
    await Promise.resolve();
    history.push({ label: 'point', undo: () => undefined, redo: () => undefined });
    answer();
    await again;
    expect([history.undoLabel, history.redoLabel]).toEqual(['point', null]);
    await history.undo();
    expect([history.undoLabel, history.redoLabel]).toEqual(['save', 'point']);
  });

  it('keeps a step that the server refused to take back', async () => {
    const history = new History();
    history.push({ label: 'save', undo: () => Promise.reject(new Error('offline')), redo: () => undefined });
    await expect(history.undo()).rejects.toThrow('offline');
    expect(history.undoLabel).toBe('save');
  });
});
