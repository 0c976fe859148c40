/**
 * Keeps the page itself on a device that took a visit along, so that it opens without a network. What the server says is
 * never kept here: the visit lies in the device's own store.
 */

declare const self: ServiceWorkerGlobalScope;
/** Put in by `precache.ts` when the page is built: a name for this build, and the addresses of all its files. */
declare const __BUILD__: string;
declare const __FILES__: readonly string[];

const CACHE = `cotrench-${__BUILD__}`;
const PAGE = '/';
/** A network that is there and does not answer is none. */
const PATIENCE_MS = 4000;

self.addEventListener('install', (event) => {
  // All or nothing: a page with half of its files would not open.
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(__FILES__.map((file) => new Request(file, { cache: 'no-cache' })))));
});

self.addEventListener('activate', (event) => {
  const old = async (): Promise<void> => {
    for (const name of await caches.keys()) if (name.startsWith('cotrench-') && name !== CACHE) await caches.delete(name);
  };
  event.waitUntil(old().then(() => self.clients.claim()));
});

/** The page as the server has it; what is kept where no answer comes in time. */
async function page(request: Request): Promise<Response> {
  const kept = async (): Promise<Response> => (await caches.match(PAGE, { cacheName: CACHE })) ?? Response.error();
  const clock = new Promise<null>((resolve) => setTimeout(() => resolve(null), PATIENCE_MS));
  try {
    const answer = await Promise.race([fetch(request), clock]);
    return answer && answer.status < 500 ? answer : await kept();
  } catch {
    return kept();
  }
}

async function file(request: Request): Promise<Response> {
  return (await caches.match(request, { cacheName: CACHE, ignoreVary: true })) ?? fetch(request);
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) return;
  if (request.mode === 'navigate') {
    if (pathname === PAGE) event.respondWith(page(request));
  } else if (__FILES__.includes(pathname)) event.respondWith(file(request));
});

export {};
