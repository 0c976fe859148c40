import { describe, expect, it } from 'vitest';
import { signOf } from '../src/cases/stretches';

describe('the sign of a stretch', () => {
  it('goes on after Z as the columns of a sheet do', () => {
    expect([0, 1, 25, 26, 27, 51, 52, 701, 702].map(signOf)).toEqual(['A', 'B', 'Z', 'AA', 'AB', 'AZ', 'BA', 'ZZ', 'AAA']);
  });

  it('is never given twice', () => {
    const signs = Array.from({ length: 2000 }, (_, i) => signOf(i));
    expect(new Set(signs).size).toBe(signs.length);
  });
});
