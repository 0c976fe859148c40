/** Who came to a visit, as it is being written down. */

import type { VisitAttendee, VisitPresent, VisitShape } from '../api/types';

export interface Arrival {
  /** Of the attendee; empty for one who was not called. */
  key: string;
  organisation: string;
  name: string;
  came: boolean;
  /** Who signed on site was there. */
  signed: boolean;
}

/** Everybody who was called and everybody who signed; those who signed have come. */
export function arrivals(attendees: readonly VisitAttendee[], signatures: VisitShape['signatures']): Arrival[] {
  const signed = signatures.map(({ who }): Arrival => ({ ...who, came: true, signed: true }));
  const silent = attendees.filter(({ key }) => !signed.some((one) => one.key === key));
  return [...signed, ...silent.map(({ key, name }) => ({ key, organisation: name, name: '', came: false, signed: false }))];
}

/** Those who came and are known by a name, of a person or at least of the organisation. */
export const presentOf = (rows: readonly Arrival[]): VisitPresent[] =>
  rows
    .filter(({ came, name, organisation }) => came && (name.trim() || organisation.trim()))
    .map(({ key, name, organisation }) => ({ key, name: name.trim() || organisation.trim(), organisation: organisation.trim() }));
