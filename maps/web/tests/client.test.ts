import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { get, send } from '../src/api/client';
import { UnreachableError } from '../src/api/problem';

let running: Server;
let answer: RequestListener;

beforeEach(async () => {
  running = createServer((asked, said) => answer(asked, said));
  await new Promise<void>((go) => running.listen(0, '127.0.0.1', go));
  const { port } = running.address() as AddressInfo;
  const real = globalThis.fetch;
  vi.stubGlobal('fetch', (path: string, init: RequestInit) => real(`http://127.0.0.1:${port}${path}`, init));
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
  running.closeAllConnections();
  running.close();
});

/** Let what is on the wire arrive. */
async function arrive(): Promise<void> {
  for (let turn = 0; turn < 200; turn += 1) await new Promise((go) => setImmediate(go));
}

describe('an answer of the server', () => {
  it('that stalls within is none', async () => {
    answer = (_, said) => void said.writeHead(200, { 'Content-Type': 'application/json' }).write('{"features":');
    const told = get('/api/x').catch((error: unknown) => error);
    await arrive();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await told).toEqual(new UnreachableError(true));
  });

  it('that has no body is one, also where a browser gives it an empty one', async () => {
    const gone = Object.defineProperty(new Response(null, { status: 204 }), 'body', { value: new Response('').body });
    vi.stubGlobal('fetch', () => Promise.resolve(gone));
    expect((await send('/api/x', { method: 'DELETE' })).status).toBe(204);
  });

  it('that comes slowly and goes on coming is waited for', async () => {
    let more: (piece: string | null) => void = () => undefined;
    answer = (_, said) => {
      said.writeHead(200, { 'Content-Type': 'application/json' }).write('[');
      more = (piece) => void (piece === null ? said.end(']') : said.write(piece));
    };
    const told = get('/api/x');
    await arrive();
    for (const piece of ['1', ',2', ',3', null]) {
      await vi.advanceTimersByTimeAsync(15_000);
      more(piece);
      await arrive();
    }
    expect(await told).toEqual([1, 2, 3]);
  });

  it('that is wanted no more is none, however far it has come', async () => {
    answer = (_, said) => void said.writeHead(200, { 'Content-Type': 'application/json' }).write('[1');
    const wish = new AbortController();
    const told = get('/api/x', wish.signal).catch((error: unknown) => (error as Error).name);
    await arrive();
    wish.abort();
    expect(await told).toBe('AbortError');
  });
});
