/** Stretches of a line that were counted, told apart by letters as the map marks them. */

const LETTERS = 26;
const FIRST = 'A'.charCodeAt(0);

/** The sign of the stretch at `index`: A to Z, then AA, as columns of a sheet. */
export function signOf(index: number): string {
  const last = String.fromCharCode(FIRST + (index % LETTERS));
  return index < LETTERS ? last : signOf(Math.floor(index / LETTERS) - 1) + last;
}
