/** The words of the app in the chosen language, and dates, numbers and durations as that language writes them.
 *
 * `en/` is the original; `zh/` has its type, so that a missing or surplus entry fails `npm run check` and the build.
 * Sentences for reason codes come from the catalogue that the server reads too (`crates/core/catalog`). */
import { preferences, type Language } from '../state/preferences.svelte';
import type { en } from './en';
import type { Widened } from './widened';

export type Messages = Widened<typeof en>;
export type Catalogue = Readonly<Record<string, string>>;

/** A sentence's code with what fills its gaps, as events carry it. */
export interface Reason {
  code: string;
  params?: Record<string, number | string>;
}

const loaders: Record<Language, () => Promise<[Messages, Catalogue]>> = {
  en: async () => {
    const [{ en }, catalogue] = await Promise.all([import('./en'), import('$catalog/en.json')]);
    return [en, catalogue.default];
  },
  zh: async () => {
    const [{ zh }, catalogue] = await Promise.all([import('./zh'), import('$catalog/zh.json')]);
    return [zh, catalogue.default];
  },
};

class I18n {
  /** The language that is shown; it follows the preference as soon as its words are there. */
  language = $state<Language>('en');
  #messages = $state.raw<Messages | undefined>();
  #catalogue = $state.raw<Catalogue>({});
  #wanted: Language | undefined;

  /** The words. */
  get t(): Messages {
    if (!this.#messages) throw new Error('the words are used before `i18n.load` is done');
    return this.#messages;
  }

  /** The locale of dates and numbers: the browser's own variant of the language, if it has one. */
  get locale(): string {
    const own = navigator.languages.find((tag) => tag.startsWith(`${this.language}-`));
    return own ?? (this.language === 'zh' ? 'zh-CN' : 'en-GB');
  }

  /** Fetches the words of a language and shows them; of several wishes the last one counts. */
  async load(language: Language = preferences.language): Promise<void> {
    this.#wanted = language;
    const [messages, catalogue] = await loaders[language]();
    if (this.#wanted !== language) return;
    this.#messages = messages;
    this.#catalogue = catalogue;
    this.language = language;
  }

  /** The sentence for a code without gaps; the code itself if there is none. */
  say(code: string): string {
    return this.#catalogue[code] ?? code;
  }

  /** The sentence for a reason, its gaps filled: `calmline_core::catalog::Lang::tell` in the browser. */
  tell(reason: Reason): string {
    let sentence = this.say(reason.code);
    for (const [name, value] of Object.entries(reason.params ?? {})) {
      const shown = typeof value === 'number' ? String(Math.round(value * 100) / 100) : this.say(value);
      sentence = sentence.replaceAll(`{${name}}`, shown);
    }
    return sentence;
  }
}

export const i18n = new I18n();
