/** How the sides of a change look, on the map and beside their names. */

export type Side = 'before' | 'edited' | 'now';

export interface Look {
  readonly colour: string;
  readonly width: number;
  readonly dash: readonly number[];
}

export const SIDES: Readonly<Record<Side, Look>> = {
  before: { colour: '#5c6770', width: 3, dash: [2, 6] },
  edited: { colour: '#b0006d', width: 4, dash: [] },
  now: { colour: '#1f5fbf', width: 3.5, dash: [9, 6] },
};
