import { describe, expect, it } from 'vitest';
import type { PrintPaperShape } from '../src/api/types';
import { fileName, frameOf, scaleSeen } from '../src/printing/frame';

const A3: PrintPaperShape = { paper: 'a3', orientation: 'landscape', map_width_mm: 271, map_height_mm: 257 };
const SCALES = [100, 500, 1000, 2000];

describe('the sheet on the ground', () => {
  it('is as wide as the paper times its scale, around the middle', () => {
    expect(frameOf(A3, 1000, [500, 400])).toEqual([500 - 135.5, 400 - 128.5, 500 + 135.5, 400 + 128.5]);
  });

  it('is seen as a whole at the scale that is offered first', () => {
    expect(scaleSeen(A3, SCALES, [0, 0, 300, 300])).toBe(1000);
    expect(scaleSeen(A3, SCALES, [0, 0, 300, 200])).toBe(500);
    expect(scaleSeen(A3, SCALES, [0, 0, 5, 5])).toBe(100);
    expect(scaleSeen(A3, SCALES, [0, 0, 1e6, 1e6])).toBe(2000);
  });
});

describe('the name of the file', () => {
  it('has nothing that a system does not take', () => {
    expect(fileName('范蠡大街 1:500/北段?')).toBe('范蠡大街 1 500 北段.pdf');
    expect(fileName('  ')).toBe('map.pdf');
    expect(fileName('街'.repeat(200))).toHaveLength(84);
  });
});
