import { describe, expect, it } from 'vitest';
import { ProblemError, UnreachableError, faultyVertices, sentencesOf } from '../src/api/problem';
import { barShape, coordinate, figure, plusMinus, scaleBar, scaleNumber, withUnit } from '../src/format/numbers';
import { words } from '../src/i18n/dictionary';
import { en } from '../src/i18n/en';
import { zh } from '../src/i18n/zh';

describe('dictionaries', () => {
  it('fill the same blanks in both languages', () => {
    const blanks = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!).sort();
    for (const key of Object.keys(zh) as (keyof typeof zh)[]) expect([key, blanks(en[key])]).toEqual([key, blanks(zh[key])]);
  });

  it('fill them in', () => expect(words('zh')('routes_count', { n: 3 })).toBe('3 条'));

  it('say one of a thing as one', () => {
    const t = words('en');
    expect([0.5, 1, 1.5, 0].map((n) => t('clock_left', { n }))).toEqual([
      '0.5 working day left', '1 working day left', '1.5 working days left', '0 working days left',
    ]);
    expect(t('case_operator_breaches', { who: 'Water', n: 1 })).toBe('Water has 1 breach that is not mended');
    expect(t('case_operator_breaches', { who: 'Water', n: 2 })).toBe('Water has 2 breaches that are not mended');
  });
});

describe('figures', () => {
  it('never separate thousands', () => {
    expect(coordinate(3658614.471)).toBe('3658614.471');
    expect(figure(12345.678)).toBe('12345.7');
    expect(figure(199.999)).toBe('200.00');
    expect(figure(null)).toBe('—');
    expect(withUnit(20, 'm2')).toBe('20.00 m²');
  });

  it('never round an uncertainty to nothing', () => {
    expect(plusMinus(0.001)).toBe('±0.01');
    expect(plusMinus(0)).toBe('');
  });

  it('keep limit and band inside the bar', () => {
    const far = barShape(1000, 5, 15);
    expect(far.limit).toBeGreaterThan(0);
    expect(far.bandTo).toBeLessThanOrEqual(100);
    expect(barShape(15, 0, 15).value).toBeCloseTo(barShape(15, 0, 15).limit);
    expect(barShape(0, 0, 0).value).toBe(0);
  });

  it('choose a round scale', () => {
    expect(scaleBar(1, 110)).toEqual({ metres: 100, pixels: 100, label: '100 m' });
    expect(scaleBar(20, 110).label).toBe('2 km');
    expect(scaleNumber(0.2645833)).toBe(1000);
  });
});

describe('troubles', () => {
  it('are told with their place and their mend', () => {
    const error = new ProblemError({
      status: 422,
      errors: [{ code: 'coordinate.degrees', zh: '坐标像经纬度', en: 'looks like degrees', mend_zh: '换成米', vertex: 2, value: '111.8,33' }],
    });
    expect(sentencesOf(error, 'zh')).toEqual(['第 3 个顶点 · 111.8,33：坐标像经纬度——换成米']);
    expect(sentencesOf(error, 'en')[0]).toContain('vertex 3');
    expect(faultyVertices(error)).toEqual([2]);
  });

  it('say what to do when nothing answers', () => {
    expect(sentencesOf(new UnreachableError(false), 'zh')[0]).toContain('检查网络');
    expect(sentencesOf(new ProblemError({ status: 500, detail: 'stack' }), 'zh')[0]).not.toContain('stack');
  });
});
