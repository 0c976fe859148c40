/** Who is signed in, and what this one may do, as the server tells it. */

import type { Person, Rights, Role } from '../api/types';

/** Roles that take part in cases, in the order in which they are offered. */
export const ACTING: readonly Role[] = ['applicant', 'coordinator', 'utility', 'surveyor', 'approver', 'supervisor'];
const LAYERS_APART = new Set(['routes', 'sites', 'pipes']);

/** The roles of a person that may act in a case; the administrator's does not. */
export const actingRoles = (person: Person): Role[] => ACTING.filter((role) => person.roles.includes(role));

/** The action by which a layer is looked at: some have one of their own. */
export const readingOf = (layer: string): string => `${LAYERS_APART.has(layer) ? layer : 'layers'}.read`;

/** Whether something may be done to what is `owner`'s; what is nobody's is reached only by whoever may do it to all. */
export function reaches(rights: Rights, action: string, person: Person | null, owner: string | null | undefined): boolean {
  if (rights[action] === 'all') return true;
  if (rights[action] !== 'own' || !person || !owner) return false;
  return [person.id, person.organisation, person.organisation_name].includes(owner);
}
