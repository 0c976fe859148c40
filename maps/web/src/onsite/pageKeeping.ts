/** Has the browser keep the page itself, so that it opens without a network. */

const WORKER = '/sw.js';
/** A network that breaks while the files come is common on site: so often, with such a pause between. */
const TRIES = 3;
const PAUSE_MS = 4_000;

/** Comes back once the worker has all files; throws where it could not get them. */
async function installed(): Promise<void> {
  const registration = await navigator.serviceWorker.register(WORKER);
  const fresh = registration.installing ?? registration.waiting;
  if (registration.active || !fresh) return;
  await new Promise<void>((resolve, reject) => {
    const look = (): void => {
      if (fresh.state === 'activated') resolve();
      if (fresh.state === 'redundant') reject(new Error('not installed'));
    };
    fresh.addEventListener('statechange', look);
    look();
  });
}

/** Whether the page opens without a network from now on. */
export async function keptPage(): Promise<boolean> {
  for (let left = TRIES; left > 0; left -= 1) {
    try {
      await installed();
      return true;
    } catch {
      if (left > 1) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
  // What was kept at an earlier visit is there without a network too.
  return navigator.serviceWorker.controller !== null;
}
