import type { County } from '../api/types';

/** Whether there is a tile service, and the page knows how to bend its pictures into the county's grid. */
export const hasTiles = (county: County): boolean => county.tiles !== null && county.grid.gauss_kruger;
