import { words, type Language, type Translate, type Word } from './dictionary';

const KEY = 'cotrench.language';

function remembered(): Language {
  try {
    return localStorage.getItem(KEY) === 'en' ? 'en' : 'zh';
  } catch {
    return 'zh'; // Storage switched off by the office's policy: Chinese.
  }
}

class LanguageState {
  now = $state<Language>(remembered());
  #translate = $derived<Translate>(words(this.now));

  get t(): Translate {
    return this.#translate;
  }

  set(language: Language): void {
    this.now = language;
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
    try {
      localStorage.setItem(KEY, language);
    } catch {
      // The choice lasts for this visit then.
    }
  }

  /** The Chinese or the English one of two fields of an answer, whichever there is. */
  pick(chinese: string | null | undefined, english: string | null | undefined): string {
    return (this.now === 'zh' ? chinese || english : english || chinese) ?? '';
  }
}

export const language = new LanguageState();
export const t: Translate = (word: Word, values) => language.t(word, values);
