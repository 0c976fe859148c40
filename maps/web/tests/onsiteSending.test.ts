import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { drain, type Shelf } from '../src/onsite/outbox';
import { carrierOf } from '../src/onsite/sending';
import type { Entry, EntryState } from '../src/onsite/shapes';
import type { Store } from '../src/onsite/store';

const LINE = { id: 'l1', visit: 'V-1', kind: 'surveyed', order: 0, madeAt: '', by: { id: null, name: '', organisation: '' }, state: 'waiting', refusal: null, data: { points: [] } } as unknown as Entry;
const PICTURE = { ...LINE, id: 'p1', kind: 'picture', data: { type: 'image/png', bytes: 4, taken_at: null, x: null, y: null, accuracy_m: null } } as unknown as Entry;
const ANSWER = { ...LINE, id: 'a1', kind: 'answer_item', data: { answer: { id: 'a1' } } } as unknown as Entry;

const device = { picture: () => Promise.resolve({ type: 'image/png', bytes: new ArrayBuffer(4) }) } as unknown as Store;
let running: Server | null = null;

/** What becomes of the entries where a server at the other end answers so. */
async function sent(answer: RequestListener, entries: readonly Entry[]): Promise<{ ending: string; states: Record<string, EntryState> }> {
  const server = createServer(answer);
  running = server;
  await new Promise<void>((go) => server.listen(0, '127.0.0.1', go));
  const { port } = server.address() as AddressInfo;
  const real = globalThis.fetch;
  vi.stubGlobal('fetch', (path: string, init: RequestInit) => real(`http://127.0.0.1:${port}${path}`, init));
  const states: Record<string, EntryState> = Object.fromEntries(entries.map(({ id }) => [id, 'waiting']));
  const shelf: Shelf = { waiting: () => Promise.resolve(entries), settle: (id, state) => Promise.resolve(void (states[id] = state)) };
  return { ending: await drain(shelf, carrierOf(device)), states };
}

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
  running?.closeAllConnections();
  running?.close();
});

describe('the way of an entry to the server', () => {
  it('ends with the answer that names it', async () => {
    const { ending, states } = await sent((asked, said) => said.writeHead(201, { 'Content-Type': 'application/json' }).end(JSON.stringify({ id: asked.url!.split('/').at(-1) })), [LINE, PICTURE]);
    expect([ending, states]).toEqual(['done', { l1: 'sent', p1: 'sent' }]);
  });

  it.each([ANSWER, LINE, PICTURE])('goes on waiting where the page of a network answers instead ($kind)', async (entry) => {
    for (const page of ['<html>请登录 Wi-Fi</html>', '{"id":"other"}', '{"status":"ok"}']) {
      const { ending, states } = await sent((_, said) => said.writeHead(200, { 'Content-Type': 'text/html' }).end(page), [entry]);
      expect([page, ending, states]).toEqual([page, 'unreachable', { [entry.id]: 'waiting' }]);
      vi.unstubAllGlobals();
    }
  });

  it('gives up an answer that begins and never ends', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const begun = sent((_, said) => void said.writeHead(200, { 'Content-Type': 'application/json' }).write('{"entries":'), [ANSWER]);
    // Its beginning arrives by the real network.
    for (let turn = 0; turn < 50; turn += 1) await new Promise((go) => setImmediate(go));
    await vi.advanceTimersByTimeAsync(120_000);
    expect(await begun).toEqual({ ending: 'unreachable', states: { a1: 'waiting' } });
  });
});
