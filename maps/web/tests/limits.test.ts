import { describe, expect, it } from 'vitest';
import type { CaseJudgement, TraceLine } from '../src/api/types';
import { boundsOf, laidOf, withinLimits } from '../src/cases/limits';

const line = (kind: string, outcome: string, limit: number | null = null): TraceLine =>
  ({ rule: `${kind}-${outcome}`, kind, outcome, limit, measured: 1 }) as TraceLine;

describe('whether a line stays within the limits', () => {
  it('waits for a verdict', () => expect(withinLimits(null)).toBe('waits'));

  it('is not said where nothing was held to a limit, however many rules it keeps', () => {
    expect(withinLimits([line('scope', 'passes'), line('exclusion', 'passes', 5), line('blank', 'silent'), line('threshold', 'not_applicable', 200)])).toBe('none');
  });

  it.each([
    [['passes', 'passes'], 'yes'],
    [['passes', 'within_uncertainty'], 'unsure'],
    [['within_uncertainty', 'unknown'], 'unknown'],
    [['unknown', 'within_uncertainty', 'fails'], 'no'],
  ])('%j is the gravest of them: %s', (outcomes, answer) => {
    expect(withinLimits(outcomes.map((outcome) => line('threshold', outcome, 200)))).toBe(answer);
  });

  it('is barred by an excluded road though every figure is kept', () => {
    expect(withinLimits([line('threshold', 'passes', 200), line('exclusion', 'fails', 5)])).toBe('barred');
  });

  it('shows no bar for a limit that does not apply', () => {
    expect(boundsOf([line('threshold', 'passes', 200), line('threshold', 'not_applicable', 15), line('blank', 'silent')])).toHaveLength(1);
  });
});

describe('what was laid', () => {
  const built = { green_m2: { value: 0, uncertainty: 0 }, length_m: { value: 230, uncertainty: 0.5 } };
  const committed = { quantities: { length_m: { value: 199.9, uncertainty: 0.03 } } } as unknown as CaseJudgement;

  it('is nothing before it was measured', () => expect(laidOf({ as_built: {}, committed, breaches: [] })).toEqual([]));

  it('stands beside what was committed to, and names the limit of what is beyond alone', () => {
    const breaches = [{ rule: 'TH2', quantity: 'length_m', measured: 230, uncertainty: 0.5, limit: 200 }];
    expect(laidOf({ as_built: built, committed, breaches })).toEqual([
      { word: 'length', unit: 'm', measured: 230, uncertainty: 0.5, committed: 199.9, limit: 200 },
      { word: 'green', unit: 'm2', measured: 0, uncertainty: 0, committed: null, limit: null },
    ]);
  });
});
