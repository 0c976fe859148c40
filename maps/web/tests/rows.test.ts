import { describe, expect, it } from 'vitest';
import { rowsShown, scrolledTo, topOf, walkedTo, type RowsView } from '../src/findings/rows';

const view = (change: Partial<RowsView> = {}): RowsView => ({ count: 10_000, row: 90, open: null, top: 0, height: 600, ...change });

describe('rows of a long list', () => {
  it('are few, wherever the list is scrolled', () => {
    for (const top of [0, 1, 44_444, 899_400, 5_000_000]) {
      const { from, to, above, total } = rowsShown(view({ top }));
      expect(to - from).toBeLessThan(20);
      expect(above).toBe(from * 90);
      expect(total).toBe(900_000);
      // What is in sight is in the page.
      const seen = Math.min(top, total - 600);
      expect(from * 90).toBeLessThanOrEqual(seen);
      expect(to * 90).toBeGreaterThanOrEqual(seen + 600);
    }
  });

  it('make room for the one that is open', () => {
    const open = { index: 10, extra: 300 };
    expect(topOf({ row: 90, open }, 10)).toBe(900);
    expect(topOf({ row: 90, open }, 11)).toBe(1290);
    for (let top = 0; top < 3000; top += 37) {
      const opened = view({ open, top });
      const { from, to } = rowsShown(opened);
      expect(topOf(opened, from)).toBeLessThanOrEqual(top);
      expect(topOf(opened, to)).toBeGreaterThanOrEqual(top + 600);
    }
  });

  it('are none of none', () => expect(rowsShown(view({ count: 0 }))).toEqual({ from: 0, to: 0, above: 0, total: 0 }));

  it('are walked with keys, and never beyond the ends', () => {
    const steps = ['ArrowDown', 'ArrowUp', 'PageDown', 'PageUp', 'Home', 'End'].map((key) => walkedTo(view(), key, 3));
    expect(steps).toEqual([4, 2, 8, 0, 0, 9999]);
    expect([walkedTo(view(), 'ArrowDown', 9999), walkedTo(view(), 'ArrowUp', 0), walkedTo(view(), 'Enter', 3)]).toEqual([9999, 0, null]);
  });

  it('come into sight with the least scrolling', () => {
    expect(scrolledTo(view({ top: 900 }), 5)).toBe(450);
    expect(scrolledTo(view({ top: 900 }), 12)).toBe(900);
    expect(scrolledTo(view({ top: 0 }), 20)).toBe(21 * 90 - 600);
  });
});
