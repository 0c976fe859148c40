import { describe, expect, it } from 'vitest';
import { parseTyped, toDegrees, toHalfWidth, toRadians, type TypedContext } from '../src/geometry/typed';

const context: TypedContext = {
  last: [579000, 3658000],
  sense: 'cad',
  bounds: [575000, 3655000, 581000, 3661000],
};

describe('typed coordinates', () => {
  it('takes an absolute coordinate to the millimetre', () => {
    expect(parseTyped('579391.587,3658614.471', context)).toEqual({ kind: 'point', at: [579391.587, 3658614.471], relative: false });
  });

  it.each(['579391.587 3658614.471', '５７９３９１．５８７，３６５８６１４．４７１', '579391。587、3658614。471', ' 579391.587 ， 3658614.471 '])(
    'takes it in the form %s',
    (text) => expect(parseTyped(text, context)).toMatchObject({ kind: 'point', at: [579391.587, 3658614.471] }),
  );

  it.each(['@50.5<90', '＠５０．５＜９０', '@50.5∠90°', '@50.5《90', '50.5<90'])('takes distance and angle in the form %s', (text) => {
    const entry = parseTyped(text, context);
    expect(entry.kind).toBe('point');
    if (entry.kind !== 'point') return;
    expect(entry.at[0]).toBeCloseTo(579000, 9);
    expect(entry.at[1]).toBeCloseTo(3658050.5, 9);
  });

  it('turns the angle clockwise from north when it is an azimuth', () => {
    const entry = parseTyped('@50.5<90', { ...context, sense: 'azimuth' });
    expect(entry.kind === 'point' && entry.at[0]).toBeCloseTo(579050.5, 9);
  });

  it('takes a relative step', () => {
    expect(parseTyped('@12,-3.5', context)).toEqual({ kind: 'point', at: [579012, 3657996.5], relative: true });
  });

  it('takes a lone length and a lone angle as locks', () => {
    expect(parseTyped('50.5', context)).toEqual({ kind: 'length', metres: 50.5 });
    expect(parseTyped('<90', context)).toEqual({ kind: 'angle', radians: Math.PI / 2 });
  });

  it.each([
    ['3658614.471,579391.587', 'swapped'],
    ['111.85,33.05', 'degrees'],
    ['33.05,111.85', 'degrees'],
    ['679391.587,3658614.471', 'far'],
    ['@0,0', 'zero'],
    ['579391.587;', 'syntax'],
    ['-5', 'syntax'],
    ['1,2,3', 'syntax'],
    ['甲', 'syntax'],
  ])('refuses %s: %s', (text, reason) => {
    expect(parseTyped(text, context)).toEqual({ kind: 'error', reason });
  });

  it('needs a last point for a relative entry', () => {
    expect(parseTyped('@1<2', { ...context, last: null })).toEqual({ kind: 'error', reason: 'no_last' });
  });

  it('knows nothing typed', () => expect(parseTyped('  ', context)).toEqual({ kind: 'empty' }));

  it('turns degrees and back in both senses', () => {
    for (const sense of ['cad', 'azimuth'] as const) {
      for (const degrees of [0, 30, 90, 270, 359.5]) expect(toDegrees(toRadians(degrees, sense), sense)).toBeCloseTo(degrees, 9);
    }
  });

  it('makes every sign half width', () => expect(toHalfWidth('＠１２．５＜−９０°')).toBe('@12.5<-90'));
});
