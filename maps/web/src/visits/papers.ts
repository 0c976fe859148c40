/** Where a visit is, and what belongs to it. */

export const visitPath = (id: string): string => `/api/visits/${encodeURIComponent(id)}`;

/** The calendar of an attendee; of the whole visit where nobody is named. */
export const invitationOf = (id: string, attendee = ''): string => `${visitPath(id)}/invitation.ics${attendee ? `?attendee=${encodeURIComponent(attendee)}` : ''}`;

/** An address with the language that its paper is to speak. */
export const inLanguage = (href: string, language: string): string => `${href}${href.includes('?') ? '&' : '?'}language=${language}`;

export const pictureOf = (id: string, picture: string): string => `${visitPath(id)}/pictures/${encodeURIComponent(picture)}`;

/** Pixels of a small picture: sharp in a row also on a screen of double density. */
const SMALL_PX = 320;
export const smallPictureOf = (id: string, picture: string): string => `${pictureOf(id, picture)}?width=${SMALL_PX}`;

/** The page that a phone opens on site. */
export const onSiteOf = (base: string, id: string): string => `${base.split('#')[0]}#/visit/${encodeURIComponent(id)}`;
