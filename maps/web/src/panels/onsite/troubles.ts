import { sentencesOf } from '../../api/problem';
import { language } from '../../i18n/language.svelte';
import { s } from '../../i18n/onsite';
import { NotKeptError } from '../../onsite/store';

/** What went wrong, as sentences; of the device's store as well as of the server. */
export const sentences = (error: unknown): string[] => (error instanceof NotKeptError ? [s(`not_kept_${error.reason}`)] : sentencesOf(error, language.now).slice(0, 4));

export const dayTime = (iso: string): string => {
  const at = new Date(iso);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${at.getMonth() + 1}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
};

export const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(bytes < 1e6 ? 2 : 1);
