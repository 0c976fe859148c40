import { describe, expect, it } from 'vitest';
import { Assessor } from '../src/api/assessor';

interface Call {
  question: number;
  signal: AbortSignal;
  answer: (value: string) => void;
  fail: (error: unknown) => void;
}

function setUp(now: () => number = () => 0) {
  const calls: Call[] = [];
  const answers: string[] = [];
  const failures: unknown[] = [];
  const assessor = new Assessor<number, string>(
    {
      ask: (question, signal) =>
        new Promise((answer, fail) => {
          signal.addEventListener('abort', () => fail(new DOMException('aborted', 'AbortError')));
          calls.push({ question, signal, answer, fail });
        }),
      answered: (answer) => answers.push(answer),
      failed: (error) => failures.push(error),
    },
    now,
  );
  return { assessor, calls, answers, failures };
}

const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

describe('assessor', () => {
  it('keeps one question under way and only the newest waiting', async () => {
    const { assessor, calls, answers } = setUp();
    [1, 2, 3, 4].forEach((question) => assessor.request(question));
    expect(calls.map((call) => call.question)).toEqual([1]);
    calls[0]!.answer('one');
    await settle();
    expect(calls.map((call) => call.question)).toEqual([1, 4]);
    calls[1]!.answer('four');
    await settle();
    expect(answers).toEqual(['one', 'four']);
    expect(assessor.waiting).toBe(false);
  });

  it('says nothing after it was cancelled', async () => {
    const { assessor, calls, answers, failures } = setUp();
    assessor.request(1);
    assessor.cancel();
    expect(calls[0]!.signal.aborted).toBe(true);
    await settle();
    expect([answers, failures]).toEqual([[], []]);
    assessor.request(2);
    calls[1]!.answer('two');
    await settle();
    expect(answers).toEqual(['two']);
  });

  it('gives up an answer that takes too long once a newer question stands in line', async () => {
    let time = 0;
    const { assessor, calls, answers } = setUp(() => time);
    assessor.request(1);
    time = 5000;
    assessor.request(2);
    await settle();
    expect(calls[0]!.signal.aborted).toBe(true);
    calls[1]!.answer('two');
    await settle();
    expect(answers).toEqual(['two']);
  });

  it('tells a failure and goes on', async () => {
    const { assessor, calls, answers, failures } = setUp();
    assessor.request(1);
    assessor.request(2);
    calls[0]!.fail(new Error('bad'));
    await settle();
    calls[1]!.answer('two');
    await settle();
    expect(failures).toHaveLength(1);
    expect(answers).toEqual(['two']);
  });
});
