import { describe, expect, it } from 'vitest';
import { ProblemError } from '../src/api/problem';
import type { Problem } from '../src/api/types';
import { drain, type Carrier, type Shelf } from '../src/onsite/outbox';
import type { Entry, EntryState } from '../src/onsite/shapes';

function entry(id: string, kind: Entry['kind'], visit = 'V-1'): Entry {
  return { id, visit, kind, order: 0, madeAt: '', by: { id: null, name: '', organisation: '' }, state: 'waiting', refusal: null, data: {} } as unknown as Entry;
}

/** A shelf in memory: what a device's store does, without a device. */
function shelfOf(entries: readonly Entry[]) {
  const states = new Map(entries.map(({ id }) => [id, 'waiting' as EntryState]));
  const refusals = new Map<string, Problem | null>();
  const shelf: Shelf = {
    waiting: () => Promise.resolve(entries.filter(({ id }) => states.get(id) === 'waiting')),
    settle: (id, state, refusal) => {
      states.set(id, state);
      refusals.set(id, refusal);
      return Promise.resolve();
    },
  };
  return { shelf, states, refusals };
}

/** A server that keeps what it was sent by id; `fault` says what happens to a request, before or after it was kept. */
function serverOf(fault: (ids: readonly string[]) => { status?: number; lostBefore?: boolean; lostAfter?: boolean } | null) {
  const kept = new Map<string, number>();
  const take = (ids: readonly string[]): void => {
    const wrong = fault(ids);
    if (wrong?.lostBefore) throw new TypeError('network');
    if (wrong?.status) throw new ProblemError({ status: wrong.status });
    for (const id of ids) kept.set(id, (kept.get(id) ?? 0) + (kept.has(id) ? 0 : 1));
    if (wrong?.lostAfter) throw new TypeError('network');
  };
  const carrier: Carrier = {
    entries: async (_, entries) => {
      take(entries.map(({ id }) => id));
      return entries.map(({ id }) => ({ id, taken: true }));
    },
    picture: async ({ id }) => take([id]),
    surveyed: async ({ id }) => take([id]),
  };
  return { kept, carrier };
}

const ALL = [entry('a', 'answer_item'), entry('p', 'picture'), entry('b', 'sign_visit'), entry('l', 'surveyed'), entry('c', 'answer_item', 'V-2')];

describe('the outbox', () => {
  it('sends everything once, the small first', async () => {
    const asked: string[] = [];
    const { shelf, states } = shelfOf(ALL);
    const { kept, carrier } = serverOf((ids) => (asked.push(ids.join('+')), null));
    expect(await drain(shelf, carrier)).toBe('done');
    expect(asked).toEqual(['a+b', 'c', 'l', 'p']);
    expect([...kept.values()]).toEqual([1, 1, 1, 1, 1]);
    expect(new Set(states.values())).toEqual(new Set(['sent']));
    asked.length = 0;
    expect(await drain(shelf, carrier)).toBe('done');
    expect(asked).toEqual([]);
  });

  it('keeps one that is refused with its reason and lets the others go', async () => {
    const { shelf, states, refusals } = shelfOf(ALL);
    const { carrier } = serverOf(() => null);
    const problem = { status: 409, code: 'visit.refused', detail: '不认识的结果' };
    const picky: Carrier = { ...carrier, entries: async (visit, entries) => (await carrier.entries(visit, entries)).map((one) => (one.id === 'a' ? { id: 'a', taken: false, problem } : one)), picture: async () => { throw new ProblemError({ status: 413 }); } };
    expect(await drain(shelf, picky)).toBe('done');
    expect(Object.fromEntries(states)).toEqual({ a: 'refused', p: 'refused', b: 'sent', l: 'sent', c: 'sent' });
    expect(refusals.get('a')).toEqual(problem);
  });

  it('finds the one for whose sake all were refused', async () => {
    const many = Array.from({ length: 100 }, (_, i) => entry(`e${i}`, 'answer_item'));
    const { shelf, states } = shelfOf(many);
    const { kept, carrier } = serverOf((ids) => (ids.includes('e37') ? { status: 422 } : null));
    expect(await drain(shelf, carrier)).toBe('done');
    expect([...states].filter(([, state]) => state !== 'sent')).toEqual([['e37', 'refused']]);
    expect(kept.size).toBe(99);
  });

  it('asks once where it is the visit that is refused', async () => {
    const many = Array.from({ length: 30 }, (_, i) => entry(`e${i}`, 'answer_item'));
    const { shelf, states } = shelfOf(many);
    let asked = 0;
    const { carrier } = serverOf(() => ((asked += 1), { status: 404 }));
    expect(await drain(shelf, carrier)).toBe('done');
    expect([asked, new Set(states.values())]).toEqual([1, new Set(['refused'])]);
  });

  it('waits for a sign-in, for a server that is ill and for a network', async () => {
    for (const [wrong, ending] of [[{ status: 401 }, 'signed_out'], [{ status: 503 }, 'unreachable'], [{ status: 429 }, 'unreachable'], [{ lostBefore: true }, 'unreachable']] as const) {
      const { shelf, states } = shelfOf(ALL);
      const { carrier } = serverOf(() => wrong);
      expect(await drain(shelf, carrier)).toBe(ending);
      expect(new Set(states.values())).toEqual(new Set(['waiting']));
    }
  });

  it('lets the others go where the server fails at one, and tries that one again', async () => {
    const many = Array.from({ length: 50 }, (_, i) => entry(`e${i}`, i % 2 ? 'answer_item' : 'picture'));
    const { shelf, states } = shelfOf(many);
    let ill = true;
    const { carrier } = serverOf((ids) => (ill && (ids.includes('e13') || ids.includes('e8')) ? { status: 500 } : null));
    expect(await drain(shelf, carrier)).toBe('failing');
    expect([...states].filter(([, state]) => state !== 'sent')).toEqual([['e8', 'waiting'], ['e13', 'waiting']]);
    ill = false;
    expect(await drain(shelf, carrier)).toBe('done');
    expect(new Set(states.values())).toEqual(new Set(['sent']));
  });

  it('carries small pictures past one that no network carries whole', async () => {
    const sized = (id: string, bytes: number): Entry => ({ ...entry(id, 'picture'), data: { bytes } }) as unknown as Entry;
    const { shelf, states } = shelfOf([sized('large', 25_000_000), sized('small', 90_000), sized('smaller', 3_000)]);
    const { carrier } = serverOf((ids) => (ids.includes('large') ? { lostBefore: true } : null));
    expect(await drain(shelf, carrier)).toBe('unreachable');
    expect(Object.fromEntries(states)).toEqual({ large: 'waiting', small: 'sent', smaller: 'sent' });
  });

  it('does not take for sent what an answer does not name', async () => {
    const { shelf, states } = shelfOf(ALL);
    const { carrier } = serverOf(() => null);
    await drain(shelf, { ...carrier, entries: () => Promise.resolve([]) });
    expect([states.get('a'), states.get('p')]).toEqual(['waiting', 'sent']);
  });

  it('loses nothing and doubles nothing, wherever the network breaks', async () => {
    let seed = 11;
    const random = (): number => (seed = (seed * 1664525 + 1013904223) % 4294967296) / 4294967296;
    for (let round = 0; round < 200; round += 1) {
      const entries = Array.from({ length: 1 + Math.floor(random() * 90) }, (_, i) => entry(`e${i}`, (['answer_item', 'picture', 'sign_visit', 'surveyed'] as const)[Math.floor(random() * 4)]!, `V-${Math.floor(random() * 3)}`));
      const { shelf, states } = shelfOf(entries);
      const { kept, carrier } = serverOf(() => {
        const dice = random();
        return dice < 0.2 ? { lostBefore: true } : dice < 0.4 ? { lostAfter: true } : dice < 0.5 ? { status: 503 } : null;
      });
      for (let tries = 0; tries < 2000 && (await drain(shelf, carrier)) !== 'done'; tries += 1);
      expect(new Set(states.values())).toEqual(new Set(['sent']));
      expect(kept.size).toBe(entries.length);
    }
  });
});
