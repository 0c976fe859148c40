/** What can go wrong between the page and the server, as sentences for people. */

import type { Language } from '../i18n/dictionary';
import { words } from '../i18n/dictionary';
import type { FaultShape, Problem } from './types';

/** The server answered, and said no (RFC 9457). */
export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail ?? problem.title ?? String(problem.status));
    this.name = 'ProblemError';
  }

  get status(): number {
    return this.problem.status;
  }
}

/** No answer came: cable, server, time. */
export class UnreachableError extends Error {
  constructor(readonly timedOut: boolean) {
    super(timedOut ? 'timed out' : 'unreachable');
    this.name = 'UnreachableError';
  }
}

export const isAbort = (error: unknown): boolean => error instanceof DOMException && error.name === 'AbortError';

export function faultSentence(fault: FaultShape, language: Language): string {
  const t = words(language);
  const said = (language === 'zh' ? fault.zh : fault.en) ?? fault.zh ?? fault.en ?? fault.code;
  const mend = language === 'zh' ? fault.mend_zh : fault.mend_en;
  const place = [
    fault.vertex === undefined ? '' : t('fault_vertex', { n: fault.vertex + 1 }),
    fault.field === undefined ? '' : t('fault_field', { field: fault.field }),
    fault.value === undefined ? '' : String(fault.value),
  ].filter(Boolean);
  const head = place.length > 0 ? `${place.join(' · ')}${t('colon')}` : '';
  return `${head}${said}${mend ? `${t('dash')}${mend}` : ''}`;
}

/** Sentences, most important first: what is wrong, where, what to do. */
export function sentencesOf(error: unknown, language: Language): string[] {
  const t = words(language);
  if (error instanceof UnreachableError) return [t(error.timedOut ? 'net_timeout' : 'net_unreachable')];
  if (error instanceof ProblemError) {
    const faults = (error.problem.errors ?? []).map((fault) => faultSentence(fault, language));
    if (faults.length > 0) return faults;
    const known = { 404: 'problem_404', 409: 'problem_409', 412: 'problem_412', 413: 'problem_413', 503: 'problem_503' } as const;
    // A conflict of ids has our own words; any other one is told in the server's.
    const otherwise = error.status === 409 && /^(finding|case|visit|project)\./.test(error.problem.code ?? '');
    const key = otherwise ? undefined : known[error.status as keyof typeof known] ?? (error.status >= 500 ? 'problem_500' as const : undefined);
    const { detail, detail_en, title, title_en } = error.problem;
    const said = (language === 'zh' ? (detail ?? title) : (detail_en ?? title_en ?? detail ?? title)) ?? '';
    return [key ? t(key) : said || t('problem_other', { status: error.status })];
  }
  return [t('problem_client', { detail: error instanceof Error ? error.message : String(error) })];
}

export function faultyVertices(error: unknown): number[] {
  if (!(error instanceof ProblemError)) return [];
  return (error.problem.errors ?? []).flatMap((fault) => (fault.vertex === undefined ? [] : [fault.vertex]));
}
