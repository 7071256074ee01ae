/** What a person chose for this browser: theme and language. `public/first.js` reads the same before anything is drawn. */

export type Language = 'en' | 'zh';
export type Theme = 'system' | 'light' | 'dark';

const KEY = 'calmline.preferences';
const dark = matchMedia('(prefers-color-scheme: dark)');

interface Kept {
  theme?: Theme;
  language?: Language;
}

function read(): Kept {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '{}') as Kept;
  } catch {
    return {};
  }
}

class Preferences {
  theme = $state<Theme>('system');
  language = $state<Language>('en');
  /** Whether the language was chosen here; if not, that of the account goes before the browser's. */
  chosen = $state(false);

  constructor() {
    const kept = read();
    this.theme = kept.theme ?? 'system';
    this.chosen = kept.language !== undefined;
    this.language = kept.language ?? (/^zh/i.test(navigator.language) ? 'zh' : 'en');
    dark.addEventListener('change', () => this.#show());
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    this.#keep();
  }

  setLanguage(language: Language): void {
    this.language = language;
    this.chosen = true;
    this.#keep();
  }

  /** The account's language, where the person chose none in this browser. */
  suggest(language: Language): void {
    if (this.chosen) return;
    this.language = language;
    this.#show();
  }

  #keep(): void {
    const kept: Kept = { theme: this.theme };
    if (this.chosen) kept.language = this.language;
    try {
      localStorage.setItem(KEY, JSON.stringify(kept));
    } catch {
      // Storage is forbidden: the choice lasts as long as the page.
    }
    this.#show();
  }

  #show(): void {
    const root = document.documentElement;
    root.dataset['theme'] =
      this.theme === 'dark' || (this.theme === 'system' && dark.matches) ? 'dark' : 'light';
    root.lang = this.language === 'zh' ? 'zh-Hans' : 'en';
  }
}

export const preferences = new Preferences();
