/** What each state of a visit looks like beside its word, and how stops stand on the map. */

import type { VisitState } from '../api/types';
import type { Standing, stopStanding } from './answers';

export interface Look {
  readonly ink: string;
  readonly paper: string;
}

export const LOOKS: Readonly<Record<VisitState, Look>> = {
  new: { ink: '#566270', paper: '#f0ede6' },
  planned: { ink: '#7a4d00', paper: '#fdf3dc' },
  invited: { ink: '#0b4f8a', paper: '#e3f0fb' },
  held: { ink: '#176534', paper: '#e6f4ea' },
  minuted: { ink: '#3b4a56', paper: '#e9edf0' },
  cancelled: { ink: '#8f1c13', paper: '#fdecea' },
};

/** In the order in which a list offers them. */
export const STATES = (Object.keys(LOOKS) as VisitState[]).filter((state) => state !== 'new');

/** Of the disc that bears the number of a stop: white figures are read on each. */
export const STOPS: Readonly<Record<ReturnType<typeof stopStanding>, string>> = {
  waiting: '#0f5366',
  begun: '#8a5a00',
  done: '#1d7a3c',
  not_ok: '#b42318',
  disputed: '#8b2a86',
};

/** Of the mark before an item. */
export const INKS: Readonly<Record<Standing, string>> = {
  waiting: '#767f89',
  ok: STOPS.done,
  value: STOPS.done,
  open: STOPS.begun,
  not_ok: STOPS.not_ok,
  disputed: STOPS.disputed,
};
