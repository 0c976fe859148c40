/** What has happened to a chance, in the words of those who read it. */

import type { OpportunityEvent } from '../api/types';

/** What events carry, each kind its own part of it. */
interface Carried {
  readonly party?: string;
  readonly yes?: boolean;
  readonly reason?: string;
  readonly parties?: readonly string[];
  readonly routes?: readonly string[];
  readonly asked?: { readonly parties: readonly { readonly key: string; readonly operator: string }[]; readonly due: string };
}

export interface Told {
  /** Who answered; null: it is nobody's answer. */
  readonly party: string | null;
  readonly yes: boolean | null;
  readonly reason: string;
  /** Who said no or did not answer. */
  readonly parties: readonly string[];
  /** The routes that changed. */
  readonly routes: readonly string[];
  /** Until when the parties are asked; null: nobody is asked by it. */
  readonly due: string | null;
}

/** What each event says, parties by the names under which they were asked, also those that have left since. */
export function toldOf(events: readonly OpportunityEvent[]): Told[] {
  const names = new Map<string, string>();
  return events.map(({ data }) => {
    const carried = data as Carried;
    for (const { key, operator } of carried.asked?.parties ?? []) if (operator) names.set(key, operator);
    const named = (key: string): string => names.get(key) ?? key.replace(/^route:/, '');
    return {
      party: carried.party === undefined ? null : named(carried.party),
      yes: carried.yes ?? null,
      reason: carried.reason ?? '',
      // Who is asked is said by the answers: here stand those alone who stood in the way.
      parties: (carried.parties ?? []).map(named),
      routes: carried.routes ?? [],
      due: carried.asked?.due ?? null,
    };
  });
}
