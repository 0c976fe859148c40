/** What each state of a chance looks like, on the map and beside its word. */

import type { TalkState } from '../api/types';

export interface Look {
  /** Of the band on the map: light, since lines lie on it. */
  readonly band: string;
  /** Of the word on paper: dark enough to be read. */
  readonly ink: string;
  readonly paper: string;
}

export const LOOKS: Readonly<Record<TalkState, Look>> = {
  new: { band: '#f2b84b', ink: '#7a4d00', paper: '#fdf3dc' },
  proposed: { band: '#5aa9e6', ink: '#0b4f8a', paper: '#e3f0fb' },
  agreed: { band: '#59b877', ink: '#176534', paper: '#e6f4ea' },
  declined: { band: '#e08a82', ink: '#8f1c13', paper: '#fdecea' },
  expired: { band: '#d59ad6', ink: '#7a2b7c', paper: '#f8e9f8' },
  withdrawn: { band: '#b9b4a8', ink: '#566270', paper: '#f0ede6' },
  done: { band: '#8a9aa6', ink: '#3b4a56', paper: '#e9edf0' },
};

export const STATES = Object.keys(LOOKS) as TalkState[];
