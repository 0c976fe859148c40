/** A text as a QR code (ISO/IEC 18004, model 2): bytes, error correction of level M, versions 1 to 10. */

/** Of each version: codewords in all, those that correct in each block, and the number of blocks; level M. */
const VERSIONS: readonly (readonly [number, number, number])[] = [
  [26, 10, 1], [44, 16, 1], [70, 26, 1], [100, 18, 2], [134, 24, 2], [172, 16, 4], [196, 18, 4], [242, 22, 4], [292, 22, 5], [346, 26, 5],
];
/** Where the middles of the alignment patterns are, along both axes. */
const ALIGNED: readonly (readonly number[])[] = [[], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46], [6, 28, 50]];
const LEVEL_M = 0;
const BYTES = 4;
const PADDING = [0xec, 0x11] as const;
/** Versions from this on count their bytes in sixteen bits, and bear their own number. */
const [LONG_COUNT, NUMBERED] = [10, 7];

type Bits = number[];
/** Rows from above: true is dark. */
export type Modules = readonly (readonly boolean[])[];

const put = (into: Bits, value: number, length: number): void => {
  for (let at = length - 1; at >= 0; at -= 1) into.push((value >> at) & 1);
};

/** Powers of two in the field of 256 elements, and their logarithms. */
const POWERS: number[] = [];
const LOGS: number[] = [];
for (let at = 0, value = 1; at < 255; at += 1) {
  POWERS[at] = value;
  LOGS[value] = at;
  value = value & 0x80 ? (value << 1) ^ 0x11d : value << 1;
}
const times = (one: number, other: number): number => (one === 0 || other === 0 ? 0 : POWERS[(LOGS[one]! + LOGS[other]!) % 255]!);

/** The codewords that correct a block: the remainder of its polynomial. */
function correcting(data: readonly number[], count: number): number[] {
  let generator = [1];
  for (let power = 0; power < count; power += 1) {
    const further = [...generator, 0];
    generator.forEach((factor, at) => (further[at + 1]! ^= times(factor, POWERS[power]!)));
    generator = further;
  }
  const left = [...data, ...Array<number>(count).fill(0)];
  data.forEach((_, at) => {
    const factor = left[at]!;
    generator.forEach((one, i) => (left[at + i]! ^= times(one, factor)));
  });
  return left.slice(data.length);
}

/** The version that holds so many bytes; null: none does. */
function versionFor(bytes: number): number | null {
  const at = VERSIONS.findIndex(([all, correct, blocks], i) => 4 + (i + 1 >= LONG_COUNT ? 16 : 8) + bytes * 8 <= (all - correct * blocks) * 8);
  return at < 0 ? null : at + 1;
}

/** The data in blocks, each with what corrects it, woven into one row of codewords. */
function codewords(bytes: Uint8Array, version: number): number[] {
  const [all, correct, blocks] = VERSIONS[version - 1]!;
  const room = all - correct * blocks;
  const bits: Bits = [];
  put(bits, BYTES, 4);
  put(bits, bytes.length, version >= LONG_COUNT ? 16 : 8);
  for (const byte of bytes) put(bits, byte, 8);
  put(bits, 0, Math.min(4, room * 8 - bits.length));
  put(bits, 0, (8 - (bits.length % 8)) % 8);
  const data = Array.from({ length: bits.length / 8 }, (_, i) => parseInt(bits.slice(i * 8, i * 8 + 8).join(''), 2));
  for (let i = 0; data.length < room; i += 1) data.push(PADDING[i % 2]!);
  // The last blocks are longer by one where the data cannot be shared out evenly.
  const short = Math.floor(room / blocks);
  const longer = room % blocks;
  let taken = 0;
  const parts = Array.from({ length: blocks }, (_, i) => data.slice(taken, (taken += short + (i >= blocks - longer ? 1 : 0))));
  const checks = parts.map((part) => correcting(part, correct));
  const woven = (rows: number[][], length: number): number[] => Array.from({ length }, (_, i) => rows.flatMap((row) => (i < row.length ? [row[i]!] : []))).flat();
  return [...woven(parts, short + 1), ...woven(checks, correct)];
}

/** A square of modules, null where data goes. */
class Field {
  readonly size: number;
  readonly rows: (boolean | null)[][];

  constructor(readonly version: number) {
    this.size = 17 + 4 * version;
    this.rows = Array.from({ length: this.size }, () => Array<boolean | null>(this.size).fill(null));
    this.#patterns();
  }

  set(x: number, y: number, dark: boolean): void {
    const row = this.rows[y];
    if (row && x >= 0 && x < this.size) row[x] = dark;
  }

  #patterns(): void {
    const { size, version } = this;
    for (let i = 0; i < size; i += 1) {
      this.set(6, i, i % 2 === 0);
      this.set(i, 6, i % 2 === 0);
    }
    for (const [x, y] of [[3, 3], [size - 4, 3], [3, size - 4]] as const) this.#rings(x, y, 4, [2, 4]);
    const places = ALIGNED[version - 1]!;
    for (const x of places) for (const y of places) if (!this.#inCorner(x, y)) this.#rings(x, y, 2, [1]);
    this.format(0);
    if (version >= NUMBERED) this.#number();
  }

  #inCorner(x: number, y: number): boolean {
    return (x === 6 && (y === 6 || y === this.size - 7)) || (y === 6 && x === this.size - 7);
  }

  /** Squares around a middle, light where their distance says so. */
  #rings(x: number, y: number, reach: number, light: readonly number[]): void {
    for (let down = -reach; down <= reach; down += 1) {
      for (let right = -reach; right <= reach; right += 1) this.set(x + right, y + down, !light.includes(Math.max(Math.abs(right), Math.abs(down))));
    }
  }

  /** Level and mask, said twice, with ten bits that correct them. */
  format(mask: number): void {
    const data = (LEVEL_M << 3) | mask;
    let rest = data;
    for (let i = 0; i < 10; i += 1) rest = (rest << 1) ^ ((rest >> 9) * 0x537);
    const bits = ((data << 10) | rest) ^ 0x5412;
    const { size } = this;
    for (let i = 0; i < 15; i += 1) {
      const dark = ((bits >> i) & 1) === 1;
      if (i < 8) this.set(size - 1 - i, 8, dark);
      else this.set(8, size - 15 + i, dark);
      if (i < 8) this.set(8, i < 6 ? i : i + 1, dark);
      else this.set(i === 8 ? 7 : 14 - i, 8, dark);
    }
    this.set(8, size - 8, true);
  }

  #number(): void {
    let rest = this.version;
    for (let i = 0; i < 12; i += 1) rest = (rest << 1) ^ ((rest >> 11) * 0x1f25);
    const bits = (this.version << 12) | rest;
    for (let i = 0; i < 18; i += 1) {
      const [far, near] = [this.size - 11 + (i % 3), Math.floor(i / 3)];
      const dark = ((bits >> i) & 1) === 1;
      this.set(far, near, dark);
      this.set(near, far, dark);
    }
  }
}

const MASKS: readonly ((x: number, y: number) => boolean)[] = [
  (x, y) => (x + y) % 2 === 0,
  (_, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

/** The places of data in the order in which they are filled: pairs of columns from the right, up and down in turn. */
function* places(field: Field): Generator<readonly [number, number]> {
  const { size, rows } = field;
  for (let right = size - 1, up = true; right >= 1; right -= 2, up = !up) {
    if (right === 6) right = 5;
    for (let step = 0; step < size; step += 1) {
      const y = up ? size - 1 - step : step;
      for (const x of [right, right - 1]) if (rows[y]![x] === null) yield [x, y];
    }
  }
}

function masked(version: number, bits: Bits, mask: number): boolean[][] {
  const field = new Field(version);
  const free = [...places(field)];
  field.format(mask);
  free.forEach(([x, y], at) => field.set(x, y, (bits[at] === 1) !== MASKS[mask]!(x, y)));
  return field.rows as boolean[][];
}

const FINDER_LIKE = ['10111010000', '00001011101'];

/** How hard a symbol is to read: long runs, squares, what looks like a corner, and too much of one colour. */
function penalty(rows: Modules): number {
  const size = rows.length;
  const columns = rows.map((_, x) => rows.map((row) => row[x]!));
  let sum = 0;
  for (const line of [...rows, ...columns]) {
    const text = line.map(Number).join('');
    for (const [run] of text.matchAll(/0{5,}|1{5,}/g)) sum += run.length - 2;
    for (const sign of FINDER_LIKE) for (let at = text.indexOf(sign); at >= 0; at = text.indexOf(sign, at + 1)) sum += 40;
  }
  for (let y = 1; y < size; y += 1) {
    for (let x = 1; x < size; x += 1) {
      const [one, left, above, corner] = [rows[y]![x], rows[y]![x - 1], rows[y - 1]![x], rows[y - 1]![x - 1]];
      if (one === left && one === above && one === corner) sum += 3;
    }
  }
  const dark = rows.flat().filter(Boolean).length;
  return sum + Math.floor(Math.abs((dark * 20) / (size * size) - 10)) * 10;
}

/** The modules of a text; null where it is too long for version 10 (213 bytes). */
export function qrOf(text: string): Modules | null {
  const bytes = new TextEncoder().encode(text);
  const version = versionFor(bytes.length);
  if (version === null) return null;
  const bits: Bits = [];
  for (const word of codewords(bytes, version)) put(bits, word, 8);
  const tried = MASKS.map((_, mask) => masked(version, bits, mask));
  const worth = tried.map(penalty);
  return tried[worth.indexOf(Math.min(...worth))]!;
}

/** The dark modules as one path of unit squares, to be filled. */
export const pathOf = (rows: Modules): string => rows.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : []))).join('');
