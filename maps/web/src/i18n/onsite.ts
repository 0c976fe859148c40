import { filled } from './dictionary';
import { language } from './language.svelte';
import { en } from './onsite.en';
import { zh } from './onsite.zh';

export type SiteWord = keyof typeof zh;

/** The words of the page on site in the language that is chosen. */
export const s = (word: SiteWord, values?: Record<string, string | number>): string => filled((language.now === 'zh' ? zh : en)[word] ?? word, values);
