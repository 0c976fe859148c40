import { describe, expect, it } from 'vitest';
import { average, type Fix } from '../src/onsite/gnss';
import { atChainage, lengthOf, locate, stake, stakeOf, wayTo } from '../src/onsite/stakeout';
import { distance, type Point } from '../src/geometry/points';

/** Numbers that look random and are the same each time. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return state / 4294967296;
  };
}

const fix = (x: number, y: number, accuracyM: number, time: number): Fix => ({ at: [x, y], accuracyM, time });

describe('averaging positions', () => {
  it('gives nothing of nothing', () => expect(average([])).toBeNull());

  it('never claims to be better than the receiver says', () => {
    const many = Array.from({ length: 60 }, (_, i) => fix(500000, 3650000, 3, i));
    expect(average(many)).toMatchObject({ at: [500000, 3650000], accuracyM: 3, used: 60, left: 0 });
  });

  it('tells the scatter where it is more than what was claimed', () => {
    const scattered = Array.from({ length: 40 }, (_, i) => fix(i % 2 ? 4 : -4, 0, 1, i));
    expect(average(scattered)!.accuracyM).toBeCloseTo(8, 1);
  });

  it('leaves out what lies apart and counts a repeated position once', () => {
    const told = average([fix(0, 0, 3, 1), fix(0.2, 0, 3, 2), fix(0.1, 0.1, 3, 3), fix(80, 60, 5, 4), fix(0.1, 0.1, 3, 3)])!;
    expect([told.used, told.left]).toEqual([3, 1]);
    expect(told.at).toEqual([0.1, 0.033]);
  });

  it('leans towards the surer ones', () => {
    const told = average([fix(0, 0, 1, 1), fix(1, 0, 10, 2)])!;
    expect(told.at[0]).toBeLessThan(0.02);
  });

  it('moves with the positions', () => {
    const random = seeded(7);
    for (let round = 0; round < 200; round += 1) {
      const fixes = Array.from({ length: 1 + Math.floor(random() * 20) }, (_, i) => fix(random() * 6, random() * 6, 1 + random() * 5, i));
      const moved = fixes.map((one) => ({ ...one, at: [one.at[0] + 579000, one.at[1] + 3658000] as Point }));
      const [a, b] = [average(fixes)!, average(moved)!];
      expect(distance([a.at[0] + 579000, a.at[1] + 3658000], b.at)).toBeLessThan(0.002);
      expect(b.used).toBe(a.used);
    }
  });
});

describe('staking out', () => {
  const bent: Point[][] = [[[0, 0], [0, 100], [50, 100]]];

  it('tells distance and bearing from grid north', () => {
    expect(wayTo([10, 10], [13, 6])).toMatchObject({ metres: 5, east: 3, north: -4 });
    expect(wayTo([0, 0], [5, 5]).bearing).toBeCloseTo(45);
    expect(wayTo([0, 0], [-5, 0]).bearing).toBeCloseTo(270);
  });

  it('has right positive in the direction of the line', () => {
    expect(locate(bent, [2, 30])).toMatchObject({ chainage: 30, offset: 2 });
    expect(locate(bent, [-2, 30])).toMatchObject({ chainage: 30, offset: -2 });
    expect(locate(bent, [20, 97])).toMatchObject({ chainage: 120, offset: 3 });
  });

  it('goes on beyond both ends', () => {
    expect(locate(bent, [1, -4])).toMatchObject({ chainage: -4, offset: 1 });
    expect(locate(bent, [60, 103])).toMatchObject({ chainage: 160, offset: -3 });
  });

  it('measures beside a bend to the bend', () => {
    const { chainage, offset } = locate(bent, [-3, 104])!;
    expect(chainage).toBeCloseTo(100);
    expect(offset).toBeCloseTo(-5);
  });

  it('keeps one chainage over several parts, and knows no line without length', () => {
    expect(locate([[[0, 0], [10, 0]], [[20, 0], [30, 0]]], [25, 1])).toMatchObject({ chainage: 15, offset: -1 });
    expect(locate([], [0, 0])).toBeNull();
    expect(locate([[[1, 1], [1, 1]]], [0, 0])).toBeNull();
    expect(atChainage([], 5)).toBeNull();
  });

  it('comes back to where it was from chainage and offset, and is nearest', () => {
    const random = seeded(3);
    for (let round = 0; round < 60; round += 1) {
      const line = Array.from({ length: 2 + Math.floor(random() * 6) }, (_, i): Point => [i * 40 + random() * 20, random() * 60]);
      const chainage = random() * lengthOf([line]);
      const at = atChainage([line], chainage)!;
      expect(locate([line], at)!.chainage).toBeCloseTo(chainage, 6);
      const place: Point = [random() * 300, random() * 100];
      const found = locate([line], place)!;
      // Dense samples of the line are an oracle of their own.
      const nearest = Math.min(...Array.from({ length: 301 }, (_, i) => distance(place, atChainage([line], (i / 300) * lengthOf([line]))!)));
      if (found.chainage >= 0 && found.chainage <= lengthOf([line])) expect(Math.abs(found.offset)).toBeLessThanOrEqual(nearest + 1e-6);
    }
  });

  it('writes and reads the numbers of stakes', () => {
    expect([0, 123.456, 1000, 12345.999, -2.1].map(stake)).toEqual(['K0+000.00', 'K0+123.46', 'K1+000.00', 'K12+346.00', 'K0-002.10']);
    expect(['K0+123.45', 'k１＋2', '57.5', '57.5 米', 'K0-002.10', '', 'abc', '1+2+3'].map(stakeOf)).toEqual([123.45, 1002, 57.5, 57.5, -2.1, null, null, null]);
  });
});
