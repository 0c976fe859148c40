/** What this browser lets the page do here, and why not. */

export type Lack = 'insecure' | 'no_worker' | 'no_store' | 'no_position';

export interface Surroundings {
  readonly isSecureContext: boolean;
  readonly indexedDB?: unknown;
  readonly navigator: { readonly serviceWorker?: unknown; readonly geolocation?: unknown };
}

/** What is lacking, the cause before its effects: without HTTPS a browser gives a page neither worker nor position. */
export function lacks({ isSecureContext, indexedDB, navigator }: Surroundings): Lack[] {
  const store: Lack[] = indexedDB ? [] : ['no_store'];
  if (!isSecureContext) return ['insecure', ...store];
  return [
    ...store,
    ...(navigator.serviceWorker ? [] : ['no_worker' as const]),
    ...(navigator.geolocation ? [] : ['no_position' as const]),
  ];
}
