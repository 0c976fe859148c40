import { en } from './en';
import { zh } from './zh';

export type Language = 'zh' | 'en';
export type Word = keyof typeof zh;
export type Translate = (word: Word, values?: Record<string, string | number>) => string;

const DICTIONARIES: Record<Language, Record<Word, string>> = { zh, en };

/** A form of a word for one (or a half) and one for more: `[n:day|days]` of the blank `{n}`. */
const FORMS = /\[(\w+):([^|\]]*)\|([^\]]*)\]/g;

function isOne(value: string | number | undefined): boolean {
  const number = Number(value);
  return number > 0 && number <= 1;
}

/** A sentence with its blanks filled in. */
export function filled(sentence: string, values: Record<string, string | number> = {}): string {
  return sentence
    .replace(FORMS, (_, key: string, one: string, more: string) => (isOne(values[key]) ? one : more))
    .replace(/\{(\w+)\}/g, (whole, key: string) => String(values[key] ?? whole));
}

/** The words of one language: `words('zh')('routes_count', { n: 3 })`. */
export function words(language: Language): Translate {
  const dictionary = DICTIONARIES[language];
  // A word made of an answer (an outcome, a class of road) may be one that this page does not know yet.
  return (word, values) => filled(dictionary[word] ?? word, values);
}
